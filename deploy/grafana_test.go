package deploy

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// dashboard is what Grafana reads of a dashboard's file, as far as it is checked.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Time          struct{ From, To string }
	Templating    struct{ List []variable }
	Panels        []panel
	Links         []struct{ URL string }
}

type variable struct {
	Name, Type, Definition string
	Datasource             *source
}

type source struct{ Type, UID string }

type panel struct {
	ID          int
	Type, Title string
	Datasource  *source
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct {
		RefID, Expr string
		Datasource  *source
	}
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	byFile := map[string]dashboard{}
	for _, file := range files(t, "grafana/dashboards/*.json") {
		var d dashboard
		if err := json.Unmarshal([]byte(read(t, file)), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		byFile[filepath.Base(file)] = d
	}
	return byFile
}

// provisioned is the data source that Grafana is given.
func provisioned(t *testing.T) source {
	t.Helper()
	doc := documents(t, read(t, "grafana/provisioning/datasources/headroom.yaml"))[0]
	var file struct{ Datasources []source }
	into(t, doc, &file)
	if len(file.Datasources) != 1 {
		t.Fatalf("%d data sources, want one", len(file.Datasources))
	}
	return file.Datasources[0]
}

func TestDashboardsHaveWhatGrafanaNeeds(t *testing.T) {
	want := provisioned(t)
	uids := map[string]bool{}
	for name, d := range dashboards(t) {
		if d.UID == "" || uids[d.UID] || d.Title == "" || d.SchemaVersion < 36 || d.Time.From == "" || len(d.Panels) == 0 {
			t.Errorf("%s: uid %q (unique), title %q, schema %d, time %v, %d panels", name, d.UID, d.Title, d.SchemaVersion, d.Time, len(d.Panels))
		}
		uids[d.UID] = true
		ids := map[int]bool{}
		for i, p := range d.Panels {
			if p.ID == 0 || ids[p.ID] || p.Type == "" || p.Title == "" {
				t.Errorf("%s: panel %d (%q) has id %d, which must be unique, and type %q", name, i, p.Title, p.ID, p.Type)
			}
			ids[p.ID] = true
			if g := p.GridPos; g.W < 1 || g.H < 1 || g.X < 0 || g.X+g.W > 24 {
				t.Errorf("%s: panel %q lies outside of the grid: %+v", name, p.Title, g)
			}
			for _, other := range d.Panels[:i] {
				if overlap(p, other) {
					t.Errorf("%s: panels %q and %q lie on each other", name, other.Title, p.Title)
				}
			}
			for _, q := range p.Targets {
				if q.RefID == "" || q.Expr == "" || q.Datasource == nil || *q.Datasource != want {
					t.Errorf("%s: panel %q: query %+v, want one of data source %v", name, p.Title, q, want)
				}
			}
		}
	}
}

func overlap(a, b panel) bool {
	p, q := a.GridPos, b.GridPos
	return p.X < q.X+q.W && q.X < p.X+p.W && p.Y < q.Y+q.H && q.Y < p.Y+p.H
}

var (
	used    = regexp.MustCompile(`\$\{?([a-z]+)\b`)
	linked  = regexp.MustCompile(`/d/([a-z-]+)`)
	handed  = regexp.MustCompile(`[?&]var-([a-z]+)=`)
	columns = regexp.MustCompile(`\$\{__data\.fields\.([A-Za-z]+)`)
)

// What a dashboard names of itself and of others is there.
func TestDashboardsNameWhatIsThere(t *testing.T) {
	all := dashboards(t)
	uids, variables := map[string]bool{}, map[string]bool{}
	for _, d := range all {
		uids[d.UID] = true
		for _, v := range d.Templating.List {
			variables[v.Name] = true
		}
	}
	for name, d := range all {
		text := read(t, "grafana/dashboards/"+name)
		for _, found := range used.FindAllStringSubmatch(text, -1) {
			own := slices.ContainsFunc(d.Templating.List, func(v variable) bool { return v.Name == found[1] })
			if !own {
				t.Errorf("%s: $%s is no variable of it", name, found[1])
			}
		}
		for _, found := range linked.FindAllStringSubmatch(text, -1) {
			if !uids[found[1]] {
				t.Errorf("%s: links to %s, which is no dashboard", name, found[1])
			}
		}
		for _, found := range handed.FindAllStringSubmatch(text, -1) {
			if !variables[found[1]] {
				t.Errorf("%s: hands on %s, which is no variable", name, found[1])
			}
		}
		for _, found := range columns.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`": "` + found[1] + `"`).MatchString(text) {
				t.Errorf("%s: no column is named %s", name, found[1])
			}
		}
	}
}
