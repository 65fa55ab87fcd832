package consistency

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow"
	"headroom/scaler/node/wire"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// world is a fleet of nodes, the runs of flows, and a consistency over a real state
// database.
type world struct {
	*Consistency
	t     *testing.T
	now   time.Time
	dir   string // of the declarations
	path  string // of the state database
	db    *state.DB
	cfg   config.Config
	hosts []Host
	seen  map[string][]string
	told  []string // nodes that were told to look for something else
	runs  []flow.Run
	began []flow.Start
}

func (w *world) Hosts() []Host             { return slices.Clone(w.hosts) }
func (w *world) Seen() map[string][]string { return w.seen }
func (w *world) Redeclare(nodes []string)  { w.told = append(w.told, nodes...) }

// RunsAt returns those that overlap, as the engine does.
func (w *world) RunsAt(_ context.Context, module, node string, from, to time.Time) (all []flow.Run, err error) {
	for _, r := range w.runs {
		over := r.Ended.IsZero() || !r.Ended.Before(from)
		if r.Module == module && slices.Contains(r.Nodes, node) && !r.Started.After(to) && over {
			all = append(all, r)
		}
	}
	return all, nil
}

func (w *world) start(_ context.Context, s flow.Start) (string, error) {
	if s.Inputs["node"] == "n7" {
		return "", errors.New("a run holds the lock")
	}
	w.began = append(w.began, s)
	return fmt.Sprintf("run-%d", len(w.began)), nil
}

const consistencyConfig = `
timezone: UTC
hierarchy: [business, module]
consistency:
  dir: declared
  environment:
    - {kernel: ["6.1.*"], clock_offset: 500ms}
    - {path: shop, cores: [8, 16], memory: [32GiB], block: true}
`

func newWorld(t *testing.T, nodes ...string) *world {
	base := t.TempDir()
	w := &world{t: t, now: noon, dir: filepath.Join(base, "declared"), path: filepath.Join(base, "state.db"), seen: map[string][]string{}}
	for name, text := range webFiles() {
		w.write(name, text)
	}
	cfg, err := config.Parse([]byte(consistencyConfig), "test.yml")
	must(t, err)
	w.cfg = cfg
	for _, name := range nodes {
		w.hosts = append(w.hosts, Host{Name: name, Labels: map[string]string{"rack": "r7"}, Seen: noon, Modules: []string{"shop/web"}})
	}
	w.open()
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

func (w *world) write(name, text string) {
	w.t.Helper()
	must(w.t, os.MkdirAll(filepath.Dir(filepath.Join(w.dir, name)), 0o755))
	must(w.t, os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600))
}

func (w *world) open() {
	w.t.Helper()
	var err error
	w.db, err = state.Open(w.path)
	must(w.t, err)
	w.Consistency, err = New(w.t.Context(), Options{DB: w.db, Fleet: w, Runs: w, Start: w.start, Now: func() time.Time { return w.now }})
	must(w.t, err)
	w.reload()
}

func (w *world) reload() {
	w.t.Helper()
	s, err := SettingsOf(w.cfg, filepath.Dir(w.dir))
	must(w.t, err)
	w.Configure(s)
	w.settle()
}

// restart forgets everything but the database, as a kill does.
func (w *world) restart() {
	w.t.Helper()
	must(w.t, w.db.Close())
	w.open()
}

func (w *world) settle() {
	w.t.Helper()
	must(w.t, w.Settle(w.t.Context()))
}

// tell has a node tell all that it has: what is good, but for a change.
func (w *world) tell(node string, change func(*wire.Found)) {
	w.t.Helper()
	f := good(node)
	if change != nil {
		change(f)
	}
	f.Declared, f.Sum = w.Declared(node).Version, fmt.Sprint(f.Packages, f.Files, f.Processes, f.Ports, f.Environment)
	if !w.Found(node, f) {
		w.t.Fatal("it was not taken")
	}
	w.settle()
}

func (w *world) module() Detail {
	w.t.Helper()
	d, err := w.Module("shop/web", "")
	must(w.t, err)
	return d
}

func (w *world) text(want string) {
	w.t.Helper()
	if got := w.module().Text; got != want {
		w.t.Errorf("%s: %s; want %s", w.now.Format(time.TimeOnly), got, want)
	}
}

// item is an item on a node.
func (w *world) item(node, item string) Item {
	w.t.Helper()
	d, err := w.Module("shop/web", node)
	must(w.t, err)
	for _, i := range d.List[0].Items {
		if i.Item == item {
			return i
		}
	}
	w.t.Fatalf("%s has no %s", node, item)
	return Item{}
}

func (w *world) order(o Order) ([]string, error) {
	o.Who = "ann"
	return w.Do(w.t.Context(), "shop/web", o)
}

func old(version string) func(*wire.Found) {
	return func(f *wire.Found) { f.Packages["nginx"] = version }
}

func TestSevenOfSixteen(t *testing.T) {
	var names []string
	for i := range 16 {
		names = append(names, fmt.Sprintf("n%02d", i))
	}
	w := newWorld(t, names...)
	w.settle()
	w.text("0 of 16 inconsistent, 16 unknown")
	if len(w.told) != 16 {
		t.Errorf("told %v", w.told)
	}
	for i, name := range names {
		switch {
		case i < 7:
			w.tell(name, old("1.18"))
		case i < 15:
			w.tell(name, nil)
		}
	}
	w.text("7 of 16 inconsistent, 1 unknown")
	d := w.module()
	if d.ByItem[0].Item != "package:nginx" || d.ByItem[0].Nodes != 7 || d.ByItem[0].Found[0].Found != "1.18" || d.ByItem[0].Found[0].Count != 7 || d.Bad != 7 || !d.Since.Equal(noon) {
		t.Errorf("%+v", d)
	}
	if total := w.Total(fleet.Path{"shop"}); total.Modules != 1 || total.Affected != 1 || total.Inconsistent != 7 || total.Unknown != 1 || total.Nodes != 16 {
		t.Errorf("%+v", total)
	}
	if total := w.Total(fleet.Path{"sho"}); total.Modules != 0 {
		t.Errorf("%+v", total)
	}
	if closed := w.Closed("shop/web"); len(closed) != 7 || closed["n00"] != "it is inconsistent (package:nginx: version 1.18 instead of 1.22 or later)" {
		t.Errorf("%v", closed)
	}
	if w.Closed("shop/other")["n00"] != "" {
		t.Error("a node is closed to a module that it is not inconsistent for")
	}
}

func TestSinceOutlivesARestartAndSilence(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.tell("n1", nil)
	w.tell("n2", nil)
	w.now = noon.Add(time.Hour)
	w.tell("n1", old("1.18"))
	since := w.now
	w.now = w.now.Add(time.Hour)
	w.restart()
	w.text("0 of 2 inconsistent, 2 unknown")
	if why := w.Closed("shop/web")["n1"]; !strings.Contains(why, "1.18") {
		t.Errorf("a node that was inconsistent is open after a start: %q", why)
	}
	w.tell("n1", old("1.19"))
	w.text("1 of 2 inconsistent, 1 unknown")
	if i := w.item("n1", "package:nginx"); !i.Since.Equal(since) || i.Found != "1.19" || i.Cause.Kind != CauseUnknown {
		t.Errorf("%+v; want since %s", i, since)
	}
	// While it is silent nothing is known, and nothing is forgotten.
	w.hosts[0].Lost = w.now
	w.settle()
	w.text("0 of 2 inconsistent, 2 unknown")
	if n := w.module().List[0]; !strings.HasPrefix(n.Reason, "the node is silent since") || n.Closed == "" {
		t.Errorf("%+v", n)
	}
	w.now = w.now.Add(time.Hour)
	w.hosts[0].Lost = time.Time{}
	w.settle()
	if i := w.item("n1", "package:nginx"); !i.Since.Equal(since) {
		t.Errorf("%+v", i)
	}
	// When it is good again it is forgotten, and begins anew.
	w.tell("n1", nil)
	w.now = w.now.Add(time.Hour)
	w.tell("n1", old("1.18"))
	if i := w.item("n1", "package:nginx"); !i.Since.Equal(w.now) {
		t.Errorf("%+v", i)
	}
}

func TestWhatHasChangedIt(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n3")
	cause := func(node, item string) string {
		w.t.Helper()
		c := w.item(node, item).Cause
		return strings.TrimSpace(string(c.Kind) + " " + c.Run)
	}
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s; want %s", got, want)
		}
	}
	w.tell("n1", old("1.18"))
	f(cause("n1", "package:nginx"), "first")
	w.tell("n2", nil)
	w.tell("n3", nil)
	w.now = noon.Add(time.Hour)
	w.runs = []flow.Run{
		{ID: "r1", Flow: "release", Who: "bob", Module: "shop/web", Nodes: []string{"n2"}, Created: w.now.Add(-time.Hour), Started: w.now.Add(-time.Hour), Ended: w.now.Add(-50 * time.Minute)},
		{ID: "r2", Flow: "release", Who: "bob", Module: "shop/web", Nodes: []string{"n2"}, Created: w.now.Add(-time.Minute), Started: w.now.Add(-time.Minute), Ended: w.now.Add(-20 * time.Second)},
	}
	w.tell("n2", old("1.20"))
	f(cause("n2", "package:nginx"), "run r2")
	w.tell("n3", old("1.20"))
	f(cause("n3", "package:nginx"), "unknown")
	// The file is changed and nobody has touched the node.
	w.now = noon.Add(2 * time.Hour)
	w.write("web.yml", strings.Replace(webDeclared, "web, max: 4", "web, min: 1", 1))
	w.reload()
	f(cause("n3", "process:web"), "declaration")
	f(cause("n3", "package:nginx"), "unknown") // as before
	// What the node has never looked for is found so at its first look.
	w.write("web.yml", strings.Replace(webDeclared, "ports: [", "ports: [{port: 81}, ", 1))
	w.reload()
	if i := w.item("n2", "port:81"); i.State != Unknown {
		t.Errorf("%+v", i)
	}
	w.tell("n2", func(f *wire.Found) { f.Ports[81] = "" })
	f(cause("n2", "port:81"), "first")
	// The whole time of a silence counts.
	w.hosts[1].Lost = w.now
	w.settle()
	w.now = w.now.Add(time.Hour)
	w.runs = append(w.runs, flow.Run{ID: "r3", Module: "shop/web", Nodes: []string{"n2"}, Created: w.now, Started: w.now.Add(-50 * time.Minute), Ended: w.now.Add(-40 * time.Minute)})
	w.hosts[1].Lost = time.Time{}
	// Its first word after the silence is what it has.
	w.tell("n2", func(f *wire.Found) { f.Ports[81] = ""; f.Files["/etc/shop/old.conf"] = wire.FoundFile{} })
	f(cause("n2", "file:/etc/shop/old.conf"), "run r3")
}

func TestIgnore(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.tell("n1", old("1.18"))
	w.tell("n2", old("1.18"))
	if _, err := w.order(Order{Action: "ignore", Node: "n1", Item: "package:nginx", Until: noon.Add(time.Hour), Why: "being tried"}); err != nil {
		t.Fatal(err)
	}
	w.text("1 of 2 inconsistent")
	i := w.item("n1", "package:nginx")
	if i.State != Ignored || i.Was != Different || i.Ignored.Who != "ann" || i.Ignored.Why != "being tried" || w.Closed("shop/web")["n1"] != "" {
		t.Errorf("%+v", i)
	}
	w.restart()
	w.tell("n1", old("1.18"))
	w.tell("n2", old("1.18"))
	w.text("1 of 2 inconsistent")
	w.now = noon.Add(time.Hour)
	w.settle()
	w.text("2 of 2 inconsistent")
	_, err := w.order(Order{Action: "ignore", Item: "package:nginx", Why: "all of them"})
	must(t, err)
	w.text("0 of 2 inconsistent")
	_, err = w.order(Order{Action: "unignore", Item: "package:nginx", Why: "no more"})
	must(t, err)
	w.text("2 of 2 inconsistent")

	for name, c := range map[string]struct {
		o    Order
		want error
	}{
		"no why":        {Order{Action: "ignore", Item: "package:nginx"}, ErrBadOrder},
		"no item":       {Order{Action: "ignore", Why: "x"}, ErrBadOrder},
		"past":          {Order{Action: "ignore", Item: "package:nginx", Until: noon, Why: "x"}, ErrBadOrder},
		"unknown item":  {Order{Action: "ignore", Item: "package:none", Why: "x"}, ErrNoItem},
		"unknown node":  {Order{Action: "ignore", Item: "package:nginx", Node: "n5", Why: "x"}, ErrNoNode},
		"not ignored":   {Order{Action: "unignore", Item: "package:nginx", Why: "x"}, ErrNoItem},
		"action":        {Order{Action: "burn", Item: "package:nginx", Why: "x"}, ErrBadOrder},
		"ok already":    {Order{Action: "adopt", Node: "n1", Item: "port:80", Why: "x"}, ErrConflict},
		"no node":       {Order{Action: "adopt", Item: "package:nginx", Why: "x"}, ErrNoNode},
		"nothing there": {Order{Action: "unadopt", Item: "package:nginx", Why: "x"}, ErrNoItem},
	} {
		_, err := w.order(c.o)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v; want %v", name, err, c.want)
		}
		phrasestest.Refusal(t, err)
	}
	if _, err := w.Do(t.Context(), "shop/none", Order{Action: "ignore", Why: "x"}); !errors.Is(err, ErrNoModule) {
		t.Error(err)
	}
}

func TestAdopt(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	extra := func(f *wire.Found) { f.Packages["nginx"] = "1.18"; f.Packages["shop-debug"] = "2" }
	w.tell("n1", extra)
	w.tell("n2", nil)
	for _, item := range []string{"package:nginx", "package:shop-debug"} {
		_, err := w.order(Order{Action: "adopt", Node: "n1", Item: item, Why: "it is what we run"})
		must(t, err)
	}
	if i := w.item("n1", "package:nginx"); i.State != OK || i.Declared != "1.18" || !i.Adopted {
		t.Errorf("%+v", i)
	}
	if i := w.item("n2", "package:nginx"); i.State != Different || i.Cause.Kind != CauseDeclaration {
		t.Errorf("%+v", i)
	}
	if i := w.item("n2", "package:shop-debug"); i.State != Unknown {
		t.Errorf("%+v", i)
	}
	w.restart()
	w.tell("n1", extra)
	d := w.module()
	if len(d.Overrides) != 2 || d.Adopted != 2 || d.Conflicts != 0 {
		t.Fatalf("%+v", d.Overrides)
	}
	o := d.Overrides[0]
	want := " packages:\n-   - name: nginx\n-     version: '>= 1.22'\n+   - name: nginx\n+     version: \"1.18\"\n"
	if o.Patch != want || o.Line != 7 || filepath.Base(o.File) != "web.yml" || o.Who != "ann" || o.Node != "n1" {
		t.Errorf("%+v\nwant %s", o, want)
	}
	if o := d.Overrides[1]; o.Patch != " packages:\n+   - name: shop-debug\n+     version: \"2\"\n" || o.Line != 3 {
		t.Errorf("%+v", o)
	}
	// The file says something else than it did: what was adopted stays, and that is shown.
	w.write("web.yml", strings.Replace(webDeclared, ">=1.22", "1.26", 1))
	w.reload()
	if d = w.module(); d.Conflicts != 1 || !strings.Contains(d.Overrides[0].Conflict, "1.26") || w.item("n1", "package:nginx").State != OK {
		t.Errorf("%+v", d.Overrides)
	}
	// The file takes it over: there is nothing adopted any more.
	w.write("web.yml", strings.Replace(webDeclared, ">=1.22", "1.18", 1))
	w.reload()
	if d = w.module(); d.Conflicts != 0 || len(d.Overrides) != 1 || w.item("n1", "package:nginx").Adopted {
		t.Errorf("%+v", d.Overrides)
	}
	w.restart()
	_, err := w.order(Order{Action: "unadopt", Item: "package:shop-debug", Why: "it was for a test"})
	must(t, err)
	w.tell("n1", extra)
	if i := w.item("n1", "package:shop-debug"); i.State != Extra || len(w.module().Overrides) != 0 {
		t.Errorf("%+v", i)
	}
}

// What does not run and was adopted is declared no more, until the file is changed.
func TestAdoptThatNothingRuns(t *testing.T) {
	w := newWorld(t, "n1")
	w.tell("n1", func(f *wire.Found) { f.Processes["nginx"] = 0; f.Ports[80] = "" })
	w.text("1 of 1 inconsistent")
	for _, item := range []string{"process:nginx", "port:80"} {
		_, err := w.order(Order{Action: "adopt", Node: "n1", Item: item, Why: "it moved"})
		must(t, err)
	}
	w.text("0 of 1 inconsistent")
	w.write("web.yml", strings.Replace(strings.Replace(webDeclared, "{name: nginx}, ", "", 1), "ports:", "#", 1))
	w.reload()
	if d := w.module(); len(d.Overrides) != 0 {
		t.Errorf("%+v", d.Overrides)
	}
}

func TestRepair(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n7")
	broken := func(f *wire.Found) {
		f.Packages["nginx"], f.Packages["telnet"], f.Packages["shop-x"] = "", "1", "3"
		f.Files["/etc/shop/web.conf"] = wire.FoundFile{Missing: true}
		f.Files["/etc/shop/node.conf"] = wire.FoundFile{SHA256: sumText("z")}
		f.Processes["nginx"], f.Ports[80] = 0, ""
	}
	w.tell("n1", broken)
	w.tell("n2", nil)
	w.tell("n7", nil)
	runs, err := w.order(Order{Action: "repair", Why: "before the sale"})
	if err != nil || len(runs) != 1 || runs[0] != "run-1" {
		t.Fatal(runs, err)
	}
	got := w.began[0]
	want := fmt.Sprintf("map[files:[%v %v] module:shop/web node:n1 packages:[%v %v %v] processes:[nginx]]",
		map[string]any{"path": "/etc/shop/web.conf", "owner": "root", "group": "", "mode": "0640", "source": "web.conf", "sha256": sumText("listen 80;\n"), "absent": false},
		map[string]any{"path": "/etc/shop/node.conf", "owner": "", "group": "", "mode": "", "source": "", "sha256": "", "absent": false, "text": "node=n1 module=shop/web rack=r7 zone=blue\n"},
		map[string]any{"name": "nginx", "version": "", "absent": false}, map[string]any{"name": "telnet", "version": "", "absent": true},
		map[string]any{"name": "shop-x", "version": "", "absent": true})
	if fmt.Sprint(got.Inputs) != want || got.Flow != RepairFlow || got.Who != "ann" || got.Why != "before the sale" {
		t.Errorf("got  %v\nwant %v", got.Inputs, want)
	}
	if _, err := w.order(Order{Action: "repair", Node: "n2", Why: "x"}); !errors.Is(err, ErrConflict) {
		t.Errorf("a good node was repaired: %v", err)
	}
	w.tell("n7", broken)
	if _, err := w.order(Order{Action: "repair", Node: "n7", Why: "x"}); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "lock") {
		t.Errorf("%v", err)
	}
	runs, err = w.order(Order{Action: "repair", Node: "n1", Item: "package:nginx", Why: "x"})
	if err != nil || len(runs) != 1 || len(w.began[1].Inputs["packages"].([]any)) != 1 || len(w.began[1].Inputs["files"].([]any)) != 0 {
		t.Error(runs, err)
	}
	w.tell("n1", func(f *wire.Found) { broken(f); f.Environment = &wire.Environment{OS: "rocky 9.4"} })
	if _, err := w.order(Order{Action: "repair", Node: "n1", Why: "x"}); err != nil || w.began[2].Inputs["format"] != "rpm" {
		t.Errorf("%+v %v", w.began[len(w.began)-1], err)
	}
}

// Of a mere checksum nobody knows the content, so a flow could not make it.
func TestWhatCannotBeRepaired(t *testing.T) {
	w := newWorld(t, "n1")
	w.write("web.yml", "modules: [{module: shop/web, files: [{path: /a, sha256: "+sumText("a")+", mode: \"0644\"}]}]\n")
	w.reload()
	has := func(f wire.FoundFile) {
		w.tell("n1", func(found *wire.Found) { found.Files = map[string]wire.FoundFile{"/a": f} })
		w.text("1 of 1 inconsistent")
	}
	for _, f := range []wire.FoundFile{{Missing: true}, {Mode: "0644", SHA256: sumText("b")}, {Mode: "0600", SHA256: sumText("b")}} {
		has(f)
		if runs, err := w.order(Order{Action: "repair", Why: "x"}); !errors.Is(err, ErrConflict) {
			t.Errorf("%+v: %v %v", f, runs, err)
		}
	}
	has(wire.FoundFile{Mode: "0600", SHA256: sumText("a")})
	if runs, err := w.order(Order{Action: "repair", Why: "x"}); err != nil || len(runs) != 1 {
		t.Error(runs, err)
	}
}

func TestProcessesAndPortsKeepNoWorkersAway(t *testing.T) {
	w := newWorld(t, "n1")
	w.tell("n1", func(f *wire.Found) { f.Processes["nginx"], f.Ports[80] = 0, "" })
	w.text("1 of 1 inconsistent")
	if closed := w.Closed("shop/web"); len(closed) != 0 {
		t.Errorf("%v", closed)
	}
	w.tell("n1", old(""))
	if closed := w.Closed("shop/web"); len(closed) != 1 {
		t.Errorf("%v", closed)
	}
	w.cfg.Consistency.Block = false
	w.reload()
	if closed := w.Closed("shop/web"); len(closed) != 0 {
		t.Errorf("%v", closed)
	}
}

func TestWhoShallHaveIt(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n9")
	w.hosts[1].Modules = nil                                                              // n2
	w.hosts[2].Modules = nil                                                              // n9 is named
	w.hosts = append(w.hosts, Host{Name: "extra-1"})                                      // by a pattern
	w.hosts = append(w.hosts, Host{Name: "l1", Labels: map[string]string{"role": "web"}}) // by a label
	w.seen = map[string][]string{"shop/web": {"n1", "outside"}, "shop/none": {"n2"}}
	w.settle()
	got := map[string]string{}
	for _, n := range w.module().List {
		got[n.Node] = n.Why + "; " + n.Reason
	}
	want := map[string]string{
		"n1": byWorkers + "; the node has not told what it has yet", "n9": bySelector + "; the node has not told what it has yet",
		"extra-1": bySelector + "; the node has not told what it has yet", "l1": bySelector + "; the node has not told what it has yet",
		"outside": bySeries + "; no node daemon of this name syncs",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if d := w.Declared("n2"); d.Version != "" {
		t.Errorf("n2 looks for %+v", d)
	}
	if d := w.Declared("n1"); len(d.Packages) != 3 || len(d.Files) != 3 || len(d.Processes) != 2 || len(d.Ports) != 1 || d.Version != w.Declared("n9").Version {
		t.Errorf("n1 looks for %+v", d)
	}
	w.told = nil
	w.hosts[0].Modules, w.seen = nil, nil
	w.settle()
	if fmt.Sprint(w.told) != "[n1]" || w.Declared("n1").Version != "" {
		t.Errorf("told %v", w.told)
	}
}

func TestOutliers(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n3", "n4")
	w.hosts[3].Modules = []string{"games/x"}
	offset := -0.75
	built := func(e wire.Environment) func(*wire.Found) { return func(f *wire.Found) { f.Environment = &e } }
	w.tell("n1", nil)
	w.tell("n2", built(wire.Environment{Kernel: "5.10.0", OS: "debian 11", CPU: "Xeon", Cores: 4, Memory: 31 << 30}))
	w.tell("n3", built(wire.Environment{Kernel: "6.1.0-28", OS: "debian 12", CPU: "Xeon", Cores: 8, Memory: 15 << 30, ClockOffset: &offset}))
	w.tell("n4", built(wire.Environment{Kernel: "6.1.0-28", OS: "debian 12", CPU: "Xeon", Cores: 4, Memory: 15 << 30}))
	v := w.Environment(nil)
	var got []string
	for _, o := range v.Outliers {
		got = append(got, fmt.Sprintf("%s %s %s not %s %v", o.Node, o.Property, o.Found, o.Allowed, o.Blocks))
	}
	want := []string{
		"n2 kernel 5.10.0 not 6.1.* false", "n2 cores 4 not 8 or 16 true",
		"n3 memory 15.0GiB not 32GiB true", "n3 clock_offset -0.750s not at most 500ms false",
	}
	if !slices.Equal(got, want) || v.Nodes != 4 || v.Unknown != 0 {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if k := v.Properties[0]; k.Name != "kernel" || k.Values[0] != (ValueView{"6.1.0-28", 3, 0}) || k.Values[1] != (ValueView{"5.10.0", 1, 1}) {
		t.Errorf("%+v", k)
	}
	if v := w.Environment(fleet.Path{"games"}); v.Nodes != 1 || len(v.Outliers) != 0 {
		t.Errorf("%+v", v)
	}
	if closed := w.Closed("games/x"); closed["n2"] != "it is built otherwise (cores 4 instead of 8 or 16)" {
		t.Errorf("%v", closed)
	}
	if closed := w.Closed("shop/web"); len(closed) != 2 {
		t.Errorf("%v", closed)
	}
}

// A change over something that is not known is asked for as a whole.
func TestChangesOverWhatIsKnown(t *testing.T) {
	w := newWorld(t, "n1")
	if w.Found("n1", &wire.Found{Sum: "2", Base: "1"}) {
		t.Error("a change of what is not known was taken")
	}
	all := good("n1")
	all.Sum = "1"
	changed := good("n1")
	changed.Sum = "2"
	changed.Packages["nginx"] = "1.18"
	if !w.Found("n1", all) || !w.Found("n1", changed.Since(all)) || !w.Found("n1", changed.Since(all)) {
		t.Fatal("it was not taken")
	}
	w.settle()
	if i := w.item("n1", "package:nginx"); i.Found != "1.18" {
		t.Errorf("%+v", i)
	}
	if w.Found("n1", &wire.Found{Sum: "4", Base: "3"}) {
		t.Error("a change of another state was taken")
	}
	w.restart()
	if w.Found("n1", &wire.Found{Sum: "3", Base: "2"}) {
		t.Error("a change was taken after a restart")
	}
}

// What the disk does not take is neither shown nor lost.
func TestAFullDisk(t *testing.T) {
	w := newWorld(t, "n1")
	w.tell("n1", nil)
	must(t, w.db.Close())
	f := good("n1")
	f.Packages["nginx"], f.Sum = "1.18", "x"
	w.Found("n1", f)
	if err := w.Settle(t.Context()); err == nil {
		t.Fatal("no error")
	}
	w.text("0 of 1 inconsistent")
	db, err := state.Open(w.path)
	must(t, err)
	w.db, w.o.DB = db, db
	w.settle()
	w.text("1 of 1 inconsistent")
}

// kept are the series that were stored.
type kept struct{ rows []storage.Series }

func (k *kept) Write(_ context.Context, rows []storage.Series) error {
	k.rows = append(k.rows, rows...)
	return nil
}

func TestSeries(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n3")
	w.tell("n1", nil)
	w.tell("n2", old("1.18"))
	k := &kept{}
	w.o.Store, w.o.Hierarchy = k, hierarchy
	must(t, w.Record(t.Context(), noon))
	got := map[string]float64{}
	for _, r := range k.rows {
		got[fmt.Sprint(r.Labels)] = r.Samples[0].Value
	}
	want := map[string]float64{}
	for name, v := range map[string]float64{"declared": 3, "inconsistent": 1, "unknown": 1} {
		want["[{__name__ headroom_consistency_"+name+"_nodes} {business shop} {module web}]"] = v
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
