package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/promql"
	"headroom/storage/state"
)

// world is an importer over a real database, in a time of its own.
type world struct {
	*testing.T
	*Importer
	dir string
	db  *state.DB
	now time.Time
	// series that a query has
	series []promql.Sample
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, dir: t.TempDir(), now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

// Instant implements Querier.
func (w *world) Instant(context.Context, string, time.Time) ([]promql.Sample, error) {
	return w.series, nil
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// open starts, or starts anew.
func (w *world) open(sources ...config.RegistrySource) {
	w.Helper()
	if w.db != nil {
		w.must(w.db.Close())
	}
	var err error
	w.db, err = state.Open(filepath.Join(w.dir, "state.db"))
	w.must(err)
	for i := range sources {
		sources[i].Interval, sources[i].Timeout = config.Duration(time.Minute), config.Duration(30*time.Second)
	}
	w.Importer, err = Open(w.Context(), Options{
		Sources: sources, Levels: levels, Dir: w.dir, Keeper: w.db.Registry(), Registry: &fleet.Registry{}, Querier: w, Client: NewClient(),
		Now: func() time.Time { return w.now }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Registerer: prometheus.NewRegistry(),
	})
	w.must(err)
}

// look reads all sources once, as Run does.
func (w *world) look() {
	w.now = w.now.Add(time.Minute)
	for _, r := range w.sources {
		w.read(w.Context(), r)
	}
}

func (w *world) write(name, text string) {
	w.Helper()
	path := filepath.Join(w.dir, name)
	w.must(os.MkdirAll(filepath.Dir(path), 0o755))
	w.must(os.WriteFile(path, []byte(text), 0o600))
}

func (w *world) git(args ...string) {
	w.Helper()
	cmd := exec.Command("git", append([]string{"-C", filepath.Join(w.dir, "git"), "-c", "user.name=Li Wei", "-c", "user.email=li@x"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// events are the changes since the last call, the oldest first.
func (w *world) events(from *int64) (all []string) {
	w.Helper()
	events, err := w.db.Registry().Events(w.Context(), state.RegistryEventQuery{})
	w.must(err)
	for _, e := range slices.Backward(events) {
		if e.Seq > *from {
			*from = e.Seq
			all = append(all, fmt.Sprintf("%s %s %q→%q %s by %s: %s", e.ID, e.Field, e.Before, e.After, e.Source, e.By, e.Why))
		}
	}
	return all
}

func (w *world) want(what string, got, want []string) {
	w.Helper()
	if !slices.Equal(got, want) {
		w.Errorf("%s:\n%q\nwant\n%q", what, got, want)
	}
}

func (w *world) states() (all []string) {
	for _, s := range w.States() {
		all = append(all, fmt.Sprintf("%s %s %d %s", s.Name, s.State, s.Nodes, s.Problem))
	}
	return all
}

func TestAGitCheckout(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	w := newWorld(t)
	git := config.RegistrySource{Name: "git", Kind: "yaml", Path: "git/modules"}
	w.write("git/modules/a.yml", "id: a\nowner: x\n")
	w.write("git/modules/more/b.yaml", "- id: b\n  owner: y\n- id: c\n  owner: z\n")
	w.write("git/modules/README.md", "no facts")
	w.git("init", "-q")
	w.git("add", ".")
	w.git("commit", "-qm", "All there is", "--author", "Wang <w@x>")
	w.open(git)
	w.want("before the first look", w.states(), []string{"git waiting 0 "})
	w.look()
	var seq int64
	w.want("first look", w.events(&seq), []string{
		`a owner ""→"x" git by Wang: All there is`, `b owner ""→"y" git by Wang: All there is`, `c owner ""→"z" git by Wang: All there is`,
	})
	if d := w.opts.Registry.View().Own("b")["owner"]; d.Where != "more/b.yaml:1" || len(d.Commit) != 40 {
		t.Errorf("%+v", d.Declared)
	}

	// A change by another person, and one that was not committed.
	w.write("git/modules/more/b.yaml", "- id: b\n  owner: yy\n")
	w.git("commit", "-qam", "b has another owner, c is gone")
	w.write("git/modules/a.yml", "id: a\nowner: xx\n")
	w.open(git) // what changed while the server was away is seen as well
	w.look()
	w.want("changes", w.events(&seq), []string{
		`a owner "x"→"xx" git by : `, `b owner "y"→"yy" git by Li Wei: b has another owner, c is gone`, `c owner "z"→"" git by Li Wei: b has another owner, c is gone`,
	})

	// A fault keeps all that was said, with its age.
	w.write("git/modules/a.yml", "id: a\nowner: [x]\n")
	w.write("git/modules/more/b.yaml", "id: b\nonwer: q\n")
	w.look()
	w.want("faults", w.states(), []string{"git stale 2 a.yml:2: owner: want a text, found a list\nmore/b.yaml:2: onwer: there is no such fact; there are id, owner, level, runbook, dependencies, device_type, contacts, notes, limits, labels"})
	if s := w.States()[0]; s.Looked.Sub(s.Read) != time.Minute || len(s.Faults) != 2 {
		t.Errorf("%+v", s)
	}
	w.open(git)
	w.look()
	w.want("faults after a restart", w.states()[:1], []string{"git stale 2 " + w.States()[0].Problem})
	if got := w.opts.Registry.View().Text("b", "owner"); got != "yy" {
		t.Errorf("b has owner %q", got)
	}
	w.must(os.RemoveAll(filepath.Join(w.dir, "git/modules")))
	w.look()
	if s := w.States()[0]; s.State != Stale || !strings.Contains(s.Problem, "no such file") {
		t.Errorf("%+v", s)
	}
	w.write("git/modules/x.txt", "")
	w.look()
	w.want("an empty directory", w.states(), []string{"git stale 2 " + errNothing.Error()})

	w.must(w.Configure(t.Context(), nil))
	w.want("the source is taken out", w.events(&seq), []string{
		`a owner "xx"→"" configuration by : the sources of the configuration were changed`, `b owner "yy"→"" configuration by : the sources of the configuration were changed`,
	})
}

func TestHTTP(t *testing.T) {
	w := newWorld(t)
	body, kind, status, unchanged := "id,owner\na,x\n", "text/csv; charset=utf-8", 200, 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer s3cret" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		tag := fmt.Sprintf("\"%x\"", body)
		rw.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			unchanged++
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}))
	defer server.Close()
	w.write("token", "s3cret\n")
	address := strings.Replace(server.URL, "http://", "http://user:passw0rd@", 1)
	w.open(config.RegistrySource{Name: "cmdb", Kind: "http", URL: address, BearerTokenFile: filepath.Join(w.dir, "token")})
	w.look()
	w.look()
	w.want("read", w.states(), []string{"cmdb ok 1 "})
	if unchanged != 1 || w.opts.Registry.View().Text("a", "owner") != "x" {
		t.Errorf("%d, %v", unchanged, w.opts.Registry.View().Of("a"))
	}
	for _, c := range []struct {
		body, kind string
		status     int
		problem    string
	}{
		{"<html>", "text/html", 200, `answered with content type "text/html"; want application/yaml, application/json or text/csv`},
		{"oh", "text/csv", 500, "answered 500 Internal Server Error"},
		{`{"modules": [`, "application/json", 200, ":1: did not find"},
		{"[]", "application/json", 200, "it says nothing of any node"},
	} {
		body, kind, status = c.body, c.kind, c.status
		w.look()
		if s := w.States()[0]; s.State != Stale || !strings.Contains(s.Problem, c.problem) || strings.Contains(s.Problem, "passw0rd") {
			t.Errorf("%+v", s)
		}
	}
	body, kind, status = `[{"id": "a", "owner": "\ud83d\ude00"}]`, "application/json", 200
	w.look()
	w.want("again", w.states(), []string{"cmdb ok 1 "})
	if got := w.opts.Registry.View().Text("a", "owner"); got != "😀" {
		t.Errorf("%q", got)
	}
	server.Close()
	w.look()
	if s := w.States()[0]; s.State != Stale || strings.Contains(s.Problem, "passw0rd") {
		t.Errorf("%+v", s)
	}
}

func TestLabelsOfSeriesAndTargets(t *testing.T) {
	w := newWorld(t)
	series := func(pairs ...string) {
		s := promql.Sample{}
		for i := 0; i < len(pairs); i += 2 {
			s.Labels = append(s.Labels, storage.Label{Name: pairs[i], Value: pairs[i+1]})
		}
		w.series = append(w.series, s)
	}
	w.write("sd/one.json", `[{"targets":["h:1"],"labels":{"business":"Qzone","runbook":"r.md"}}]`)
	w.open(
		config.RegistrySource{Name: "labels", Kind: "promql", Query: "up", Map: map[string]string{"team": "owner"}},
		config.RegistrySource{Name: "sd", Kind: "file_sd", Path: "sd/*.json"},
	)
	w.look()
	w.want("nothing yet", w.states(), []string{"labels failed 0 the query has no series now", "sd ok 1 "})
	series("business", "Qzone", "product", "WNS", "module", "web", "team", "x", "node", "n1")
	series("business", "Qzone", "product", "WNS", "module", "web", "team", "x", "node", "n2")
	series("node", "n3", "team", "other")
	w.look()
	v := w.opts.Registry.View()
	if f := v.Facts("Qzone/WNS/web"); f.Owner != "x" || f.Runbook != "r.md" {
		t.Errorf("%+v", f)
	}
	series("business", "Qzone", "product", "WNS", "module", "web", "team", "y")
	w.look()
	w.want("two owners", w.states()[:1], []string{`labels stale 1 the query: owner: Qzone/WNS/web has "y" here and "x" at the query`})
}

func TestPeopleSetFacts(t *testing.T) {
	w := newWorld(t)
	w.write("m.csv", "id,owner,level\na,x,2\n")
	csv := config.RegistrySource{Name: "csv", Kind: "csv", Path: "m.csv"}
	w.open(csv)
	w.look()
	var seq int64
	w.events(&seq)
	text := func(s string) *string { return &s }
	w.must(w.Edit(t.Context(), "a", map[string]*string{"owner": text("li"), "level": text(""), "limits.max_workers": text("40")}, "Zhao", "moved"))
	w.want("set", w.events(&seq), []string{
		`a owner "x"→"li" people by Zhao: moved`, `a level "2"→"" people by Zhao: moved`, `a limits.max_workers ""→"40" people by Zhao: moved`,
	})
	w.open(csv)
	w.look()
	w.want("after a restart", w.events(&seq), nil)
	if f := w.opts.Registry.View().Facts("a"); f.Owner != "li" || f.Level != "" || len(w.opts.Registry.View().Conflicts()) != 2 {
		t.Errorf("%+v, %v", f, w.opts.Registry.View().Conflicts())
	}
	w.must(w.Edit(t.Context(), "a", map[string]*string{"owner": nil, "level": nil}, "Chen", "a slip"))
	w.want("taken back", w.events(&seq), []string{`a owner "li"→"x" people by Chen: a slip`, `a level ""→"2" people by Chen: a slip`})

	err := w.Edit(t.Context(), "a/b/c/d", map[string]*string{"colour": text("red"), "dependencies": text("b//c")}, "", "")
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("%v", err)
	}
	phrasestest.Refusal(t, err)
}

// What cannot be written down does not count.
func TestNothingIsKnownThatIsNotKept(t *testing.T) {
	w := newWorld(t)
	w.write("m.csv", "id,owner\na,x\n")
	w.open(config.RegistrySource{Name: "csv", Kind: "csv", Path: "m.csv"})
	w.book.keeper = failing{w.book.keeper}
	w.look()
	w.want("kept nowhere", w.states(), []string{"csv failed 0 disk full"})
	if len(w.opts.Registry.View().IDs()) > 0 {
		t.Error("published")
	}
}

type failing struct{ Keeper }

func (failing) Save(context.Context, state.RegistryChange) error { return errors.New("disk full") }

// Run reads at once, and again when the sources are changed.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.write("m.csv", "id,owner\na,x\n")
	w.write("n.csv", "id,owner\nb,x\n")
	sources := []config.RegistrySource{{Name: "m", Kind: "csv", Path: "m.csv"}, {Name: "n", Kind: "csv", Path: "n.csv"}}
	w.open(sources...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Importer.Run(ctx) }()
	wait := func(id string, known bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); (w.opts.Registry.View().Own(id) != nil) != known; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s", id)
			}
		}
	}
	wait("a", true)
	wait("b", true)
	w.write("n.csv", "id,owner\nc,x\n")
	w.must(w.Configure(t.Context(), sources[1:]))
	wait("c", true)
	wait("a", false)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func BenchmarkChangeOfOneFact(b *testing.B) {
	dir := b.TempDir()
	db, err := state.Open(filepath.Join(dir, "state.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	i, err := Open(b.Context(), Options{Levels: levels, Keeper: db.Registry(), Registry: &fleet.Registry{}, Now: time.Now, Registerer: prometheus.NewRegistry(),
		Sources: []config.RegistrySource{{Name: "csv", Kind: "csv", Path: filepath.Join(dir, "m.csv")}}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		var text bytes.Buffer
		text.WriteString("id,owner,level,dependencies\n")
		for m := range 2428 {
			fmt.Fprintf(&text, "Q%d/p%d/m%d,owner %d,%d,Q0/p0/m0\n", m%10, m%100, m, m%50, m%3)
		}
		fmt.Fprintf(&text, "changed,owner %d,1,\n", n)
		if err := os.WriteFile(filepath.Join(dir, "m.csv"), text.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
		i.read(b.Context(), i.sources[0])
		if s := i.States()[0]; s.State != OK {
			b.Fatal(s.Problem)
		}
	}
}
