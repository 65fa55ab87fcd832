package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/storage/state"
)

// onePool is a pool with a service of two workers and a node that runs them.
func onePool(t *testing.T) (p *pool.Pool, sync func(pid int) wire.Desired) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Parse([]byte(`
hierarchy: [business, module]
services:
- {module: shop/cart, mode: apply, command: [/bin/cart], ports: {from: 9000, to: 9099}}
`), "test.yml")
	must(err)
	settings, err := pool.SettingsOf(c)
	must(err)
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	p, err = pool.New(t.Context(), pool.Options{DB: db})
	must(err)
	must(p.Configure(t.Context(), settings))
	r := &wire.Report{Boot: "b", Daemon: "d", Resources: &wire.Resources{Cores: 4, Memory: 8 << 30, MaxWorkers: 100, PerCore: 2}, Workers: []wire.Status{}}
	sync = func(pid int) wire.Desired {
		t.Helper()
		d, _, err := p.Sync(t.Context(), "n1", r, "", 0) // of what ran before, as a node does
		must(err)
		r.Workers = r.Workers[:0]
		for i, w := range d.Workers {
			r.Workers = append(r.Workers, wire.Status{ID: w.ID, Service: w.Service, Port: w.Port, PID: pid + i, State: wire.Ready, Weight: 100})
		}
		r.Have = d.Version
		_, _, err = p.Sync(t.Context(), "n1", r, d.Version, 0)
		must(err)
		return *d
	}
	sync(1)
	in := p.Input(time.Now())
	in.Services[0].Workers = 2
	_, err = p.Apply(t.Context(), time.Now(), pool.Plan{Input: in, Result: allocate.Plan(in)})
	must(err)
	sync(100)
	return p, sync
}

func TestAlarmsHaveWorkersRestarted(t *testing.T) {
	p, sync := onePool(t)
	r := restarter{func() *pool.Pool { return p }}
	done := make(chan error, 1)
	go func() { done <- r.Restart(t.Context(), "n1", "shop/cart", "") }()
	for asked := 0; asked < 2; time.Sleep(10 * time.Millisecond) {
		asked = 0
		service, err := p.Service("shop/cart")
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range sync(100).Workers { // still the old processes
			asked += w.Restart
		}
		if len(service.Workers) != 2 {
			t.Fatalf("%d workers", len(service.Workers))
		}
	}
	select {
	case err := <-done:
		t.Fatalf("it returned %v while the old processes ran", err)
	default:
	}
	sync(200)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestARestartThatCannotBe(t *testing.T) {
	p, _ := onePool(t)
	r := restarter{func() *pool.Pool { return p }}
	if err := r.Restart(t.Context(), "n1", "shop/none", ""); !errors.Is(err, pool.ErrUnknownService) {
		t.Errorf("%v", err)
	}
	if err := r.Restart(t.Context(), "n2", "shop/cart", ""); err == nil || !strings.Contains(err.Error(), `runs on node "n2"`) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := r.Restart(ctx, "n1", "shop/cart", ""); err == nil || !strings.Contains(err.Error(), "2 of 2 workers do not serve again yet") {
		t.Errorf("%v", err)
	}
}

func TestWhoIsLetIn(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "web.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := readWebConfig(file); err != nil || onlyKnown(c) != want {
			t.Errorf("%s: %v, %v; want %v", text, onlyKnown(c), err, want)
		}
	}
	f("", false)
	f("basic_auth_users: {ann: $2y$10$x}", true)
	f("tls_server_config: {cert_file: a, key_file: b}", false)
	f("tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}", true)
	if c, err := readWebConfig(""); onlyKnown(c) || err != nil {
		t.Error(c, err)
	}
}
