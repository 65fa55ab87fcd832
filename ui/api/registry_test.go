package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/ingest/registry"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// factBook is a registry over a real database.
type factBook struct {
	*registry.Importer
	known *fleet.Registry
	state.Registry
}

func (b factBook) View() *fleet.View { return b.known.View() }

func (b factBook) Runbook(name string) (string, error) {
	if name == "web.md" {
		return "# Web\n\nRestart it.\n", nil
	}
	return "", errors.New("there is no such file")
}

// withRegistry gives a server a registry that has read a file.
func withRegistry(t *testing.T, file string) *Server {
	t.Helper()
	o, _ := options(t)
	path := filepath.Join(t.TempDir(), "m.yml")
	noErr(t, os.WriteFile(path, []byte(file), 0o600))
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	noErr(t, err)
	t.Cleanup(func() { _ = db.Close() })
	b := factBook{known: &fleet.Registry{}, Registry: db.Registry()}
	b.Importer, err = registry.Open(t.Context(), registry.Options{
		Sources: []config.RegistrySource{{Name: "git", Kind: "yaml", Path: path, Interval: config.Duration(time.Hour), Timeout: config.Duration(time.Minute)}},
		Levels:  levels, Keeper: db.Registry(), Registry: b.known, Now: func() time.Time { return minute },
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Registerer: prometheus.NewRegistry(),
	})
	noErr(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	for b.States()[0].State == registry.Waiting {
		time.Sleep(time.Millisecond)
	}
	cancel()
	noErr(t, <-done)
	o.Registry, o.Now = b, func() time.Time { return minute.Add(time.Minute) }
	return New(o)
}

func noErr(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// data reads an answer that must be good.
func dataOf[T any](t *testing.T, w *httptest.ResponseRecorder) (out T) {
	t.Helper()
	answer := struct{ Data *T }{&out}
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	noErr(t, json.Unmarshal(w.Body.Bytes(), &answer))
	return out
}

const facts1 = `
- id: Qzone
  owner: qz
  runbook: web.md
  dependencies: [QQ/msg/push/dead, nowhere]
- id: Qzone/WNS/dispatch/SET_W13
  owner: w13
  contacts: [a, b]
- id: "Qzone/x +%2Fy"
  notes: is to come
`

const w13 = "/api/v1/registry/Qzone%2FWNS%2Fdispatch%2FSET_W13"

func TestRegistry(t *testing.T) {
	s := withRegistry(t, facts1)
	list := dataOf[registryList](t, get(t, s, "/api/v1/registry"))
	if len(list.Nodes) != 10 || list.Faults != 1 || list.Sources[0].State != "ok" || *list.Sources[0].Age != 60 {
		t.Errorf("%+v", list)
	}
	for query, want := range map[string]string{
		"?q=W13": "Qzone/WNS/dispatch/SET_W13 w13", "?path=QQ": "QQ/msg/push/dead ", "?path=Qzone%2F相册": "Qzone/相册/上传/new qz",
		"?q=to+come": "Qzone/x +%2Fy qz", "?path=Qzone&limit=1&offset=1": "Qzone/WNS/dispatch/SET_W02 qz",
	} {
		list := dataOf[registryList](t, get(t, s, "/api/v1/registry"+query))
		if len(list.Nodes) != 1 || list.Nodes[0].ID+" "+list.Nodes[0].Owner != want {
			t.Errorf("%s: %+v", query, list.Nodes)
		}
	}
	d := dataOf[registryDetail](t, get(t, s, w13))
	if d.Facts.Owner != "w13" || d.Runbook.Text != "# Web\n\nRestart it.\n" || !d.InTree || d.Values[1].From != "Qzone" || !strings.HasSuffix(d.Values[0].Where, "m.yml:6") {
		t.Errorf("%+v", d)
	}
	if d := dataOf[registryDetail](t, get(t, s, "/api/v1/registry/QQ%2Fmsg%2Fpush%2Fdead")); len(d.Callers) != 1 || d.Runbook != nil {
		t.Errorf("%+v", d)
	}
	if d := dataOf[registryDetail](t, get(t, s, "/api/v1/registry/Qzone%2Fx%20+%252Fy")); d.Facts.Notes != "is to come" {
		t.Errorf("%+v", d)
	}
	if w := get(t, s, "/api/v1/registry/none"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var table struct{ Data []struct{ ID, Owner string } }
	noErr(t, json.Unmarshal(get(t, s, "/api/v1/warnings?path=Qzone&sort=owner").Body.Bytes(), &table))
	if r := table.Data; r[0].Owner != "qz" || r[len(r)-1].Owner != "w13" {
		t.Errorf("%+v", r)
	}
}

func putFacts(t *testing.T, s *Server, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, s, httptest.NewRequest(http.MethodPut, target, strings.NewReader(body)))
}

func TestFactsAreSet(t *testing.T) {
	s := withRegistry(t, facts1)
	d := dataOf[registryDetail](t, putFacts(t, s, w13, `{"fields":{"owner":"li","contacts":["c"],"limits.max_workers":"40"},"who":"Zhao","why":"moved"}`))
	if d.Facts.Owner != "li" || d.Facts.Limits["max_workers"] != "40" || len(d.Conflicts) != 2 || d.Values[0].By != "Zhao" || d.Values[0].Source != "people" {
		t.Errorf("%+v", d)
	}
	if c := dataOf[registryConflicts](t, get(t, s, "/api/v1/registry/conflicts?path=Qzone%2FWNS")); len(c.Conflicts) != 2 || len(c.Faults) != 0 {
		t.Errorf("%+v", c)
	}
	if d := dataOf[registryDetail](t, putFacts(t, s, w13, `{"fields":{"owner":null}}`)); d.Facts.Owner != "w13" {
		t.Errorf("%+v", d)
	}
	events := dataOf[happenings](t, get(t, s, w13+"/events"))
	var got []string
	for _, e := range events.Events {
		got = append(got, fmt.Sprintf("%s: %s (%s, %s)", e.ID, e.Title, e.Who, e.Text))
	}
	want := `Qzone/WNS/dispatch/SET_W13: owner is w13, was li (, )
Qzone/WNS/dispatch/SET_W13: limits.max_workers is 40 (Zhao, moved)
Qzone/WNS/dispatch/SET_W13: contacts is c, was a, b (Zhao, moved)
Qzone/WNS/dispatch/SET_W13: owner is li, was w13 (Zhao, moved)
Qzone/WNS/dispatch/SET_W13: contacts is a, b (, )
Qzone/WNS/dispatch/SET_W13: owner is w13 (, )
Qzone: dependencies is QQ/msg/push/dead, nowhere (, )
Qzone: runbook is web.md (, )
Qzone: owner is qz (, )`
	if strings.Join(got, "\n") != want {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	for body, want := range map[string]string{
		`{"fields":{"colour":"red","dependencies":"a//b"}}`: "there is no such fact", `{"fields":{}}`: "want 1 to 200", `{"fields":{"owner":3}}`: "want a text",
	} {
		if w := putFacts(t, s, w13, body); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := putFacts(t, s, "/api/v1/registry/none", `{"fields":{"owner":"x"}}`); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
