package pool

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"headroom/internal/config"
	nodesync "headroom/scaler/node/sync"
	"headroom/scaler/node/wire"
)

// daemon is the node daemon's own end of the talk, with workers that it only pretends
// to run.
type daemon struct {
	*nodesync.Client
	mu      sync.Mutex
	desired wire.Desired
}

func newDaemon(t *testing.T, server, token string) *daemon {
	client, err := nodesync.Credentials{TokenFile: token}.Client()
	must(t, err)
	d := &daemon{}
	d.Client = nodesync.New(nodesync.Options{
		Server: server, Node: "n1", HTTP: client, Report: d.report, Logger: slog.New(slog.DiscardHandler),
		Apply: func(new wire.Desired) { d.mu.Lock(); d.desired = new; d.mu.Unlock(); d.Changed() },
	})
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { d.Run(ctx) })
	t.Cleanup(func() { stop(); run.Wait() })
	return d
}

func (d *daemon) report() wire.Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := wire.Report{Version: "1", Boot: "b", Daemon: "d", Have: d.desired.Version, Resources: &wire.Resources{Cores: 4, Memory: 8 << 30, Address: "10.0.0.1"}}
	for _, w := range d.desired.Workers {
		r.Workers = append(r.Workers, wire.Status{ID: w.ID, Service: w.Service, Port: w.Port, Proxy: w.Proxy, PID: 7, State: wire.Ready, Weight: 100})
	}
	return r
}

// until waits for something that happens soon.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

// The daemon's own client speaks to this server over HTTP, with its token, through
// plans and a restart of the server that forgets all but its database.
func TestTheDaemonsClient(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(token, []byte("0123456789abcdef"), 0o600))
	access, err := ReadAccess(config.Pool{NodeTokenFile: token}, false)
	must(t, err)
	w := newWorld(t, oneService)
	w.Pool.now = time.Now
	var mu sync.Mutex
	handler := NewHandler(w.Pool, access)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handler
		mu.Unlock()
		h.Serve(rw, r, "n1")
	}))
	defer server.Close()
	loop := run(t, w.Pool)
	d := newDaemon(t, server.URL, token)

	until(t, "the node joins", func() bool { n, err := w.Node("n1"); return err == nil && n.Synced })
	start(t, w.Pool, 3)
	until(t, "three workers serve", func() bool { return w.service().Serving == 3 })
	d.mu.Lock()
	before := slices.Clone(d.desired.Workers)
	d.mu.Unlock()

	loop()
	w.Close() // lets the poll go
	must(t, w.db.Close())
	w.start()
	w.Pool.now = time.Now
	mu.Lock()
	handler = NewHandler(w.Pool, access)
	mu.Unlock()
	defer run(t, w.Pool)()
	until(t, "the workers serve after a restart", func() bool { return w.service().Serving == 3 })
	d.mu.Lock()
	if !slices.Equal(d.desired.Workers, before) {
		t.Errorf("%v became %v", before, d.desired.Workers)
	}
	d.mu.Unlock()
	start(t, w.Pool, 1)
	until(t, "two are gone", func() bool { v := w.service(); return len(v.Workers) == 1 && v.Serving == 1 })
}

// run has a pool settle until what it returns is called.
func run(t *testing.T, p *Pool) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var loop sync.WaitGroup
	loop.Go(func() { _ = p.Run(ctx) })
	return func() { cancel(); loop.Wait() }
}
