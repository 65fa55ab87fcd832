package task

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/internal/config"
	nodesync "headroom/scaler/node/sync"
	nodetask "headroom/scaler/node/task"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/storage/state"
)

func TestMain(m *testing.M) {
	nodetask.Main() // does not return if that is what this process is
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is a server with its state database, as nodes see it by HTTP. It can be killed
// and started again.
type world struct {
	t     *testing.T
	path  string
	dir   string // of files
	http  *httptest.Server
	stop  func()
	later atomic.Int64 // by which the dispatcher's clock is ahead

	mu   sync.Mutex
	mux  http.Handler // nil: it is down
	db   *state.DB
	pool *pool.Pool
	*Dispatcher
	files *Files
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: commands run as other users")
	}
	t.Parallel()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "state.db"), dir: t.TempDir()}
	w.http = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		mux := w.mux
		w.mu.Unlock()
		if mux == nil {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	w.start()
	t.Cleanup(func() { w.kill(); w.http.Close() })
	return w
}

func (w *world) start() {
	w.t.Helper()
	db, err := state.Open(w.path)
	must(w.t, err)
	p, err := pool.New(w.t.Context(), pool.Options{DB: db})
	must(w.t, err)
	c, err := config.Parse([]byte("timezone: UTC\nhierarchy: [business, module]\npool: {lost_after: 5s}\n"), "test.yml")
	must(w.t, err)
	settings, err := pool.SettingsOf(c)
	must(w.t, err)
	must(w.t, p.Configure(w.t.Context(), settings))
	files, err := OpenFiles(w.dir)
	must(w.t, err)
	access, err := pool.ReadAccess(c.Pool, false)
	must(w.t, err)
	handler := pool.NewHandler(p, access)
	d := New(Options{Pool: p, Now: func() time.Time { return time.Now().Add(time.Duration(w.later.Load())) }})
	send := &Handler{Dispatcher: d, Files: files, Check: handler.Check}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/nodes/{node}/sync", handler.ServeHTTP)
	mux.HandleFunc("GET /api/v1/nodes/{node}/files/{sum}", func(rw http.ResponseWriter, r *http.Request) {
		send.Serve(rw, r, r.PathValue("node"), r.PathValue("sum"))
	})
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { _ = p.Run(ctx) })
	parts.Go(func() { _ = d.Run(ctx) })
	w.mu.Lock()
	w.mux, w.db, w.pool, w.Dispatcher, w.files = mux, db, p, d, files
	w.mu.Unlock()
	w.stop = func() { cancel(); parts.Wait() } // twice does no harm
}

// kill forgets everything but the database.
func (w *world) kill() {
	w.t.Helper()
	w.mu.Lock()
	down := w.mux == nil
	w.mux = nil
	w.mu.Unlock()
	if down {
		return
	}
	w.pool.Close()
	w.stop()
	must(w.t, w.db.Close())
	must(w.t, w.files.Close())
}

// daemon is a node's talk and its runner of tasks, without workers.
type daemon struct {
	*nodetask.Runner
	client *nodesync.Client
	stop   func()
	mu     sync.Mutex
	have   string
	listed []int // tasks of each desired state
}

// node starts a daemon with its state in a directory.
func (w *world) node(name, dir string) *daemon {
	w.t.Helper()
	d := &daemon{}
	var err error
	d.Runner, err = nodetask.New(nodetask.Options{
		Dir: dir, Logger: slog.New(slog.DiscardHandler), Changed: func() { d.client.Changed() },
		Limits: nodetask.Limits{Enabled: true, Commands: []string{"*"}, Users: []string{"root"}, Packages: []string{"*"}, Files: []string{"/tmp", os.TempDir()}},
		Fetch:  nodetask.Source(http.DefaultClient, w.http.URL, name),
	})
	must(w.t, err)
	id := time.Now().String()
	d.client = nodesync.New(nodesync.Options{
		Server: w.http.URL, Node: name, HTTP: http.DefaultClient, Logger: slog.New(slog.DiscardHandler),
		Report: func() wire.Report {
			d.mu.Lock()
			defer d.mu.Unlock()
			return wire.Report{
				Version: "1", Boot: "b", Daemon: id, Have: d.have, Tasks: d.Statuses(),
				Resources: &wire.Resources{Cores: 4, Memory: 8 << 30, Address: "10.0.0.1"},
			}
		},
		Apply: func(new wire.Desired) {
			d.mu.Lock()
			d.have = new.Version
			d.listed = append(d.listed, len(new.Tasks))
			d.mu.Unlock()
			d.Apply(new.Tasks, new.KeepTasks)
			d.client.Changed()
		},
	})
	d.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var run sync.WaitGroup
	run.Go(func() { d.client.Run(ctx) })
	d.stop = sync.OnceFunc(func() { cancel(); run.Wait(); d.Close() })
	w.t.Cleanup(d.stop)
	until(w.t, "the node joins", func() bool { n, err := w.pool.Node(name); return err == nil && n.Synced && n.State == pool.Ready })
	return d
}

// until waits for something that happens soon.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

func ask(id, kind string, spec any) wire.Task {
	text, err := json.Marshal(spec)
	if err != nil {
		panic(err)
	}
	return wire.Task{ID: id, Kind: kind, Spec: text, Timeout: wire.Duration(time.Minute)}
}

func shell(id, script string) wire.Task {
	return ask(id, wire.TaskCommand, wire.CommandSpec{Command: []string{"/bin/sh", "-c", script}, User: "root"})
}

func content(file string) string {
	text, _ := os.ReadFile(file)
	return strings.TrimSpace(string(text))
}
