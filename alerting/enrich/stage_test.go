package enrich

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// world has a tree of three modules; n1 works for one of them, n2 for two.
func world() *Stage {
	tree := fleet.NewTree([]string{"business", "product", "module"})
	web, db := tree.Add(fleet.Path{"Qzone", "WNS", "web"}), tree.Add(fleet.Path{"Qzone", "WNS", "db"})
	tree.Add(fleet.Path{"Mail", "SMTP", "db"})
	rack := []rollup.DomainValue{{Label: "rack", Value: "r7"}}
	return New(Options{
		Tree: tree,
		Devices: func(f func(rollup.Device)) {
			f(rollup.Device{Module: web, Name: "n1", At: rack})
			f(rollup.Device{Module: web, Name: "n2"})
			f(rollup.Device{Module: db, Name: "n2"})
		},
		Labels: func() Labels {
			return Labels{Node: []string{"node", "instance"}, Owner: []string{"team"}, Process: "process", Domains: []string{"rack", "site"}}
		},
		Facts: func(p fleet.Path) map[string]string { return map[string]string{"load": "of " + p.ID()} },
		Declared: func(_ model.LabelSet, p fleet.Path, _ string) []alarm.Component {
			if p.Under(fleet.Path{"Qzone"}) {
				return []alarm.Component{{Kind: "proxy", Name: "px"}}
			}
			return nil
		},
	})
}

func facts(labels model.LabelSet) alarm.Facts {
	a := &alarm.Alarm{Labels: labels, Annotations: model.LabelSet{"runbook_url": "http://wiki/dead"}}
	world().Run(context.Background(), noon, []*alarm.Alarm{a})
	return a.Facts
}

func TestWhereAnAlarmRings(t *testing.T) {
	for _, c := range []struct {
		name   string
		labels model.LabelSet
		path   string
		node   string
	}{
		{"all levels", model.LabelSet{"business": "Mail", "product": "SMTP", "module": "db"}, "Mail/SMTP/db", ""},
		{"a module that the tree does not know", model.LabelSet{"business": "X", "product": "Y", "module": "z"}, "X/Y/z", ""},
		{"a part of the levels", model.LabelSet{"business": "Qzone"}, "Qzone", ""},
		{"only a module, of one name", model.LabelSet{"module": "web"}, "Qzone/WNS/web", ""},
		{"only a module, of a name that two have", model.LabelSet{"module": "db"}, "", ""},
		{"a device of one module", model.LabelSet{"instance": "n1:9100"}, "Qzone/WNS/web", "n1"},
		{"a device of two modules", model.LabelSet{"instance": "n2:9100"}, "Qzone/WNS", "n2"},
		{"an unknown device", model.LabelSet{"node": "n9", "instance": "n1:9100"}, "", "n9"},
		{"an IPv6 address", model.LabelSet{"instance": "[::1]:9100"}, "", "::1"},
		{"nothing", model.LabelSet{"alertname": "Watchdog"}, "", ""},
	} {
		if f := facts(c.labels); f.Path.ID() != c.path || f.Node != c.node {
			t.Errorf("%s: %q on %q, want %q on %q", c.name, f.Path.ID(), f.Node, c.path, c.node)
		}
	}
}

func TestWhatIsKnownThere(t *testing.T) {
	got := facts(model.LabelSet{"node": "n1", "site": "s1", "process": "p3"})
	want := alarm.Facts{
		Path: fleet.Path{"Qzone", "WNS", "web"}, Node: "n1", Process: "p3", Runbook: "http://wiki/dead",
		Components: []alarm.Component{{Kind: "site", Name: "s1"}, {Kind: "rack", Name: "r7"}, {Kind: "proxy", Name: "px"}},
		More:       map[string]string{"load": "of Qzone/WNS/web"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := facts(model.LabelSet{"node": "n1", "team": "night"}); got.Owner != "night" {
		t.Errorf("owner %q", got.Owner)
	}
}

// What an alarm says itself counts before what the registry knows.
func TestWhatTheRegistryKnows(t *testing.T) {
	s := world()
	s.opts.Known = func(p fleet.Path) fleet.Facts {
		return fleet.Facts{Owner: "of " + p.ID(), Runbook: "r.md", Level: "1"}
	}
	for _, c := range []struct {
		labels, annotations model.LabelSet
		want                string
	}{
		{model.LabelSet{"module": "web"}, nil, "of Qzone/WNS/web r.md 1"},
		{model.LabelSet{"module": "web", "team": "night"}, model.LabelSet{"runbook_url": "http://x"}, "night http://x 1"},
		{model.LabelSet{"module": "unknown"}, nil, "  "},
	} {
		a := &alarm.Alarm{Labels: c.labels, Annotations: c.annotations}
		s.Run(t.Context(), noon, []*alarm.Alarm{a})
		if got := a.Facts.Owner + " " + a.Facts.Runbook + " " + a.Facts.Level; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestHowManyShareAComponent(t *testing.T) {
	s := world()
	s.Run(context.Background(), noon, []*alarm.Alarm{{Labels: model.LabelSet{"node": "n1"}}})
	for c, want := range map[alarm.Component][2]int{
		{}:                                   {2, 3},
		{Kind: "rack", Name: "r7"}:           {1, 1},
		{Kind: "proxy", Name: "px"}:          {2, 3},
		{Kind: "business", Name: "Mail"}:     {0, 0}, // has no device
		{Kind: "product", Name: "Qzone/WNS"}: {2, 3},
		{Kind: "rack", Name: "r8"}:           {0, 0},
	} {
		if modules, devices := s.FanIn(c); [2]int{modules, devices} != want {
			t.Errorf("%v: %d modules, %d devices; want %v", c, modules, devices, want)
		}
	}
}

// An alarm keeps the changes that touched it, also those that are over.
func TestChangesThatTouchIt(t *testing.T) {
	under := []string{"c1"}
	s := New(Options{
		Tree: fleet.NewTree([]string{"module"}), Devices: func(func(rollup.Device)) {}, Labels: func() Labels { return Labels{Node: []string{"node"}} },
		Changes: func(_ time.Time, node string, _ fleet.Path) []string {
			if node != "n1" {
				return nil
			}
			return under
		},
	})
	a := &alarm.Alarm{Labels: model.LabelSet{"node": "n1"}}
	other := &alarm.Alarm{Labels: model.LabelSet{"node": "n2"}}
	for _, under = range [][]string{{"c1"}, {"c1", "c2"}, nil} {
		s.Run(t.Context(), time.Unix(0, 0), []*alarm.Alarm{a, other})
	}
	if got := a.Facts.Changes; !reflect.DeepEqual(got, []string{"c1", "c2"}) || other.Facts.Changes != nil || !a.TakeChanged() {
		t.Errorf("%v, %v", got, other.Facts.Changes)
	}
	for i := range 20 {
		under = append(under, fmt.Sprint(i))
	}
	if s.Run(t.Context(), time.Unix(0, 0), []*alarm.Alarm{a}); len(a.Facts.Changes) != maxChanges {
		t.Errorf("%v", a.Facts.Changes)
	}
}
