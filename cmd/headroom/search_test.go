package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/scaler/consistency"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/library"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/search"
	"headroom/storage/state"
)

// Every alarm is read, and read again when it has ended, however many come at once.
func TestAlarmsAreSearchable(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := noon
	s := alarmSource{db.Alarms(), func() time.Time { return now }}
	save := func(id string, received, closed time.Time) {
		t.Helper()
		a := alarm.Alarm{
			Labels: model.LabelSet{"alertname": "DiskFull", "team": "night"}, Annotations: model.LabelSet{"summary": "it is full"},
			Facts: alarm.Facts{Path: fleet.Path{"a/b", "c"}, Node: "n1", Owner: "ann"}, Reason: "waits", Outcome: "waiting",
		}
		data, err := json.Marshal(&a)
		if err == nil {
			err = db.Alarms().Save(t.Context(), []state.Alarm{{ID: id, Path: "a%2Fb/c", Received: received, Closed: closed, Data: data}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 25 {
		save(fmt.Sprintf("old%02d", i), noon.Add(-time.Hour), noon.Add(-time.Minute))
		save(fmt.Sprintf("new%02d", i), noon, time.Time{})
	}
	cursor := ""
	read := func() (ids []string) {
		t.Helper()
		for {
			docs, next, err := s.Changed(t.Context(), cursor, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range docs {
				ids = append(ids, d.ID)
			}
			if cursor = next; len(docs) < 10 {
				slices.Sort(ids)
				return slices.Compact(ids)
			}
		}
	}
	if got := read(); len(got) != 50 {
		t.Errorf("%d: %q", len(got), got)
	}
	save("late", noon.Add(-time.Second), time.Time{}) // came before, and was written down after
	if got := read(); !slices.Contains(got, "late") || slices.Contains(got, "old00") {
		t.Errorf("%q", got)
	}
	now = now.Add(time.Hour)
	save("next", now.Add(-time.Minute), time.Time{})
	save("new03", noon, now)
	read()
	save("new04", noon, now)
	if got := read(); !slices.Equal(got, []string{"new03", "new04"}) {
		t.Errorf("%q", got)
	}
	docs, _, err := s.Changed(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	d := docs[0]
	if d.Title != "DiskFull n1" || d.Path != "a%2Fb/c" || d.URL != "/alarms/old00" || d.Text != "it is full\na/b/c\nann\nwaiting: waits\nalertname=DiskFull\nteam=night" {
		t.Errorf("%+v", d)
	}
}

func TestModulesAreSearchable(t *testing.T) {
	tree, known, notes := fleet.NewTree([]string{"business", "module"}), &fleet.Registry{}, map[string]state.Note{"Q/web": {Text: "moves soon"}}
	tree.Add(fleet.Path{"Q", "web"})
	m := &moduleSet{tree: tree, view: known.View, notes: func(context.Context) (map[string]state.Note, error) { return notes, nil }}
	version := func() string {
		t.Helper()
		v, err := m.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	seen := []string{version()}
	fresh := func(what string) {
		t.Helper()
		v := version()
		if slices.Contains(seen, v) || v != version() {
			t.Errorf("%s: version %s", what, v)
		}
		seen = append(seen, v)
	}
	tree.Add(fleet.Path{"Q", "a/b"})
	fresh("a module")
	notes["Q"] = state.Note{Text: "all"}
	fresh("a note")
	known.Publish(fleet.NewView([]fleet.Source{{Name: "git", Declared: []fleet.Declared{{ID: "Q", Fields: fleet.Fields{"owner": "ann", "contacts": "x\ny"}}}}}))
	fresh("a fact")
	docs, err := m.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range docs {
		got = append(got, fmt.Sprintf("%s %s %s: %s", d.ID, d.Title, d.URL, strings.ReplaceAll(d.Text, "\n", "; ")))
	}
	want := []string{
		"Q Q /module/Q: owner: ann; contacts: x, y; note: all", "Q/a%2Fb Q/a/b /module/Q/a%252Fb: owner: ann; contacts: x, y",
		"Q/web Q/web /module/Q/web: owner: ann; contacts: x, y; note: moves soon",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A run that is open is told of again whenever it stands otherwise.
func TestRunsAreFoundByWhatTheyWaitFor(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := noon
	s := &runSource{table: db.Flows(), now: func() time.Time { return now }}
	save := func(id, reason string, ended time.Time) {
		t.Helper()
		data := []byte(`{"id":"` + id + `","who":"ann","reason":"` + reason + `"}`)
		run := state.FlowRun{ID: id, Flow: "hello", State: "waiting", Created: noon.Add(-time.Hour), Ended: ended, Data: data, Hidden: []byte("{}")}
		if err := db.Flows().Save(t.Context(), state.FlowChange{Runs: []state.FlowRun{run}}); err != nil {
			t.Fatal(err)
		}
	}
	cursor := ""
	texts := func() (all []string) {
		t.Helper()
		docs, next, err := s.Changed(t.Context(), cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		cursor = next
		for _, d := range docs {
			all = append(all, d.ID+": "+strings.ReplaceAll(d.Text, "\n", ", "))
		}
		return all
	}
	save("r1", "waits for the night", time.Time{})
	texts()
	if got := texts(); len(got) != 0 {
		t.Errorf("nothing is new: %q", got)
	}
	save("r1", "permission has failed", time.Time{})
	if got := texts(); len(got) != 1 || !strings.Contains(got[0], "permission has failed") {
		t.Errorf("%q", got)
	}
	now = now.Add(time.Hour)
	save("r1", "done", now)
	texts()
	if got := s.told; len(got) != 0 {
		t.Errorf("it is over: %v", got)
	}
}

func TestFlowsNodesAndPackagesAreSearchable(t *testing.T) {
	f := &document.Flow{Title: "Expand", Description: "Adds workers.", Steps: []document.Step{{Title: "Mute", Tool: "mute"}}}
	docs := flowDocuments([]library.Entry{{Name: "expand", Flow: f}, {Name: "broken"}, {Name: "expand"}})
	if len(docs) != 2 || docs[0].ID != "broken" || docs[1].Title != "Expand" || docs[1].Text != "expand\nAdds workers.\nMute mute" || docs[1].URL != "/changes?of=expand&show=flows" {
		t.Errorf("%+v", docs)
	}
	node := pool.Node{Name: "n/1", State: pool.Lost, Reason: "silent", Resources: wire.Resources{Labels: map[string]string{"site": "s", "rack": "r"}}, Workers: []pool.Worker{{Service: "a%2Fb/c"}}}
	if docs := nodeDocuments([]pool.Node{node}); docs[0].URL != "/pool/nodes/n%2F1" || docs[0].Text != "lost silent\nrack=r\nsite=s\na/b/c" {
		t.Errorf("%+v", docs)
	}
	declared := []*consistency.Declaration{{Module: "a/b", Packages: []consistency.Package{{Name: "nginx", Version: "1.2"}, {Name: "curl"}}}}
	if docs := packageDocuments(declared); len(docs) != 2 || docs[0].Title != "curl any" || docs[1].Path != "a/b" {
		t.Errorf("%+v", docs)
	}
	set := wholeSet{"node", func() []search.Document { return nodeDocuments([]pool.Node{node}) }}
	before, err := set.Version(t.Context())
	node.State = pool.Ready
	after, err2 := set.Version(t.Context())
	if err != nil || err2 != nil || before == after {
		t.Errorf("%s, %s: %v, %v", before, after, err, err2)
	}
}

func TestSearchCommand(t *testing.T) {
	api, cl, out := poolServer(t)
	api.answers["GET search"] = ok(`{"hits":[{"kind":"alarm","id":"a1","path":"","title":"DiskFull","snippet":"disk \u0001full\u0002 \u001b[31m","at":"2026-11-27T12:00:00Z","url":""}],
		"more":true,"kinds":[{"kind":"alarm","count":1000,"more":true},{"kind":"module","count":2,"more":false}]}`)
	c := searchCommand{client: cl, words: []string{"disk", "fu"}, limit: 1}
	if err := c.search(); err != nil {
		t.Fatal(err)
	}
	lacks(t, out.String(), "DiskFull  alarm a1", "disk full ", "alarm: 1000+, module: 2. There are more")
	if got := marked("a \x01b\x02 c \x01d", "<", ">"); got != "a <b> c d" || search.Begin != "\x01" {
		t.Errorf("%q", got)
	}
	api.answers["GET search"] = ok(`{"hits":[],"more":false,"kinds":[]}`)
	out.Reset()
	app := kingpin.New("headroom", "").Terminate(nil)
	addSearch(app)
	if _, err := app.Parse([]string{"search", "a", "b", "--server", cl.server}); err != nil || api.path != "search" {
		t.Errorf("%v, %s", err, api.path)
	}
	if err := c.search(); err != nil || out.String() != "Nothing is found.\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
