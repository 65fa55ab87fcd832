package pool

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

// inBubble runs a test with a pool whose loop runs in virtual time.
func inBubble(t *testing.T, test func(ctx context.Context, t *testing.T, p *Pool)) {
	path := filepath.Join(t.TempDir(), "state.db")
	conf := parse(t, oneService)
	synctest.Test(t, func(t *testing.T) {
		db, err := state.Open(path)
		must(t, err)
		p, err := New(t.Context(), Options{DB: db})
		must(t, err)
		must(t, p.Configure(t.Context(), conf))
		ctx, stop := context.WithCancel(t.Context())
		var loop sync.WaitGroup
		loop.Go(func() { _ = p.Run(ctx) })
		test(ctx, t, p)
		stop()
		p.Close()
		loop.Wait()
		must(t, db.Close())
	})
}

func simpleReport(daemon, have string) *wire.Report {
	return &wire.Report{Daemon: daemon, Have: have, Resources: &wire.Resources{Cores: 4, Memory: 8 << 30}, Workers: []wire.Status{}}
}

func start(t *testing.T, p *Pool, workers int) {
	t.Helper()
	in := p.Input(time.Now())
	in.Services[0].Workers = workers
	_, err := p.Apply(t.Context(), time.Now(), Plan{Input: in, Result: allocate.Plan(in)})
	must(t, err)
}

func TestASyncWaitsForAChange(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		d, changed, err := p.Sync(ctx, "n1", simpleReport("d", ""), "", time.Minute)
		if err != nil || !changed || len(d.Workers) != 0 {
			t.Fatalf("the first: %+v, %v, %v", d, changed, err)
		}
		began := time.Now()
		_, changed, err = p.Sync(ctx, "n1", simpleReport("d", d.Version), d.Version, time.Minute)
		if took := time.Since(began); err != nil || changed || took != 10*time.Second {
			t.Errorf("without a change: %v, %v after %s", changed, err, took)
		}

		go func() { time.Sleep(3 * time.Second); start(t, p, 2) }()
		began = time.Now()
		d, changed, err = p.Sync(ctx, "n1", simpleReport("d", d.Version), d.Version, time.Minute)
		if took := time.Since(began); err != nil || !changed || len(d.Workers) != 2 || took < 3*time.Second || took > 4*time.Second {
			t.Errorf("with a change: %+v, %v after %s", d, err, took)
		}
	})
}

func TestANodeIsLostOnlyWhenItIsSilent(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		state := func() State { n, _ := p.Node("n1"); return n.State }
		d, _, err := p.Sync(ctx, "n1", simpleReport("d", ""), "", 0)
		must(t, err)
		for range 20 {
			_, _, err = p.Sync(ctx, "n1", simpleReport("d", d.Version), d.Version, time.Minute)
			must(t, err)
			if state() != Ready {
				t.Fatal("lost between syncs")
			}
		}
		time.Sleep(19 * time.Second) // the last sync began 10 s ago
		if state() != Ready {
			t.Error("lost too early")
		}
		time.Sleep(3 * time.Second)
		if state() != Lost {
			t.Error("not lost")
		}
		_, _, err = p.Sync(ctx, "n1", simpleReport("d", d.Version), d.Version, 0)
		if must(t, err); state() != Ready {
			t.Error("not found again")
		}
	})
}

// A daemon that waits in a sync is there for certain: nobody takes over its name.
func TestARivalIsRefusedWhileTheOtherWaits(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		d, _, err := p.Sync(ctx, "n1", simpleReport("first", ""), "", 0)
		must(t, err)
		polled := make(chan error)
		poll, hangUp := context.WithCancel(ctx)
		go func() {
			_, _, err := p.Sync(poll, "n1", simpleReport("first", d.Version), d.Version, time.Minute)
			polled <- err
		}()
		synctest.Wait()
		if _, _, err := p.Sync(ctx, "n1", simpleReport("second", ""), "", 0); !errors.Is(err, ErrTwice) {
			t.Errorf("a rival: %v", err)
		}
		hangUp() // as a kill of the first daemon does
		if err := <-polled; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, _, err := p.Sync(ctx, "n1", simpleReport("second", ""), "", 0); err != nil {
			t.Errorf("after its end: %v", err)
		}
	})
}

func TestTargetsWaitForAChange(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		r := simpleReport("d", "")
		r.Resources.Address = "10.0.0.1"
		_, _, err := p.Sync(ctx, "n1", r, "", 0)
		must(t, err)
		start(t, p, 2)
		d, _, err := p.Sync(ctx, "n1", r, "", 0)
		must(t, err)
		none, err := p.Targets(ctx, "shop/web", "", "", 0)
		if err != nil || len(none.List) != 0 {
			t.Fatalf("before they run: %+v, %v", none, err)
		}

		report := func(change func(i int, s *wire.Status)) {
			r := simpleReport("d", d.Version)
			r.Resources.Address = "10.0.0.1"
			for i, w := range d.Workers {
				s := wire.Status{ID: w.ID, Service: w.Service, Port: w.Port, Proxy: w.Proxy, State: wire.Ready, Weight: 100}
				change(i, &s)
				r.Workers = append(r.Workers, s)
			}
			_, _, err := p.Sync(ctx, "n1", r, d.Version, 0)
			must(t, err)
		}
		go func() { time.Sleep(time.Second); report(func(int, *wire.Status) {}) }()
		both, err := p.Targets(ctx, "shop/web", "", none.Version, time.Minute)
		if err != nil || len(both.List) != 2 || both.List[0].Weight != 100 || both.List[0].Address[:9] != "10.0.0.1:" {
			t.Fatalf("%+v, %v", both, err)
		}
		one, err := p.Targets(ctx, "shop/web", "b", "", 0)
		if err != nil || len(one.List) != 1 || one.List[0].Proxy != "b" {
			t.Errorf("behind b: %+v, %v", one, err)
		}
		began := time.Now()
		same, err := p.Targets(ctx, "shop/web", "", both.Version, 5*time.Second)
		if err != nil || same.Version != both.Version || time.Since(began) != 5*time.Second {
			t.Errorf("without a change: %+v, %v", same, err)
		}
		report(func(i int, s *wire.Status) { s.Weight = 100 - 75*i })
		if other, _ := p.Targets(ctx, "shop/web", "", both.Version, time.Minute); other.List[1].Weight != 25 {
			t.Errorf("%+v", other)
		}
		if _, err := p.Targets(ctx, "shop/none", "", "", 0); !errors.Is(err, ErrUnknownService) {
			t.Error(err)
		}
	})
}
