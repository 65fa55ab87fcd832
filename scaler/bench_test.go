package scaler

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/internal/config"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// fleetSize is that of the origin, times k.
type fleetSize struct{ nodes, services, workers int }

func sized(k int) fleetSize { return fleetSize{22_400 * k, 2_428 * k, 41_793 * k} }

// bigFleet is a loop over a pool in which every node runs what it is told.
type bigFleet struct {
	fleetSize
	b    *testing.B
	loop *Loop
	pool *pool.Pool
	tree *fleet.Tree
	have []string // versions, by node
	now  time.Time
	rng  *rand.Rand
}

func newBigFleet(b *testing.B, size fleetSize) *bigFleet {
	b.Helper()
	f := &bigFleet{fleetSize: size, b: b, tree: fleet.NewTree([]string{"business", "module"}), have: make([]string, size.nodes), now: noon, rng: rand.New(rand.NewPCG(1, 2))}
	c := config.Default()
	c.Hierarchy = []string{"business", "module"}
	c.Pool.LostAfter = config.Duration(time.Hour) // nobody syncs between the minutes
	for i := range size.services {
		one := config.Service{
			Module: fmt.Sprintf("b%d/m%d", i%7, i), Mode: "apply", CPU: 0.2, Memory: 64 << 20, PerCore: 2,
			Ports: config.Ports{From: 10_000, To: 10_100}, Policy: c.Pool.Policy, Proxies: []string{"a", "b"},
		}
		one.Policy.Minimum = size.workers / size.services
		c.Services = append(c.Services, one)
		path, err := fleet.ParseID(one.Module)
		f.must(err)
		f.tree.Add(path)
	}
	settings, err := pool.SettingsOf(c)
	f.must(err)
	db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
	f.must(err)
	b.Cleanup(func() { _ = db.Close() })
	f.pool, err = pool.New(b.Context(), pool.Options{DB: db, Now: func() time.Time { return f.now }})
	f.must(err)
	f.must(f.pool.Configure(b.Context(), settings))
	f.loop = New(Options{
		Pool: f.pool, Forecasts: unknown{}, Policy: policy.Default, Location: time.UTC, Now: func() time.Time { return f.now },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	f.syncAll(true)
	f.minute(0.57)
	f.syncAll(false)
	f.syncAll(false)
	return f
}

func (f *bigFleet) must(err error) {
	f.b.Helper()
	if err != nil {
		f.b.Fatal(err)
	}
}

// syncAll has each node sync and then tell that it runs what it was told.
func (f *bigFleet) syncAll(join bool) {
	f.b.Helper()
	done := make(chan struct{})
	if join { // nodes that join are written down by the dozen
		ctx, cancel := context.WithCancel(f.b.Context())
		go func() { defer close(done); _ = f.pool.Run(ctx) }()
		defer func() { cancel(); <-done }()
	}
	each := make(chan int)
	ended := make(chan struct{})
	for range 256 {
		go func() {
			for i := range each {
				f.sync(i)
			}
			ended <- struct{}{}
		}()
	}
	for i := range f.nodes {
		each <- i
	}
	close(each)
	for range 256 {
		<-ended
	}
	f.must(f.pool.Settle(f.b.Context()))
}

func (f *bigFleet) sync(i int) {
	name := fmt.Sprint("n", i)
	r := &wire.Report{
		Boot: "b", Daemon: name, Have: f.have[i], Load: wire.Load{CPU: float64(20 + i%50)}, Workers: []wire.Status{},
		Resources: &wire.Resources{Cores: 8, Memory: 32 << 30, Labels: map[string]string{"rack": fmt.Sprint(i / 40), "site": fmt.Sprint(i / 4000)}},
	}
	n, err := f.pool.Node(name)
	if err == nil {
		for _, w := range n.Workers {
			if w.Stop == nil {
				r.Workers = append(r.Workers, wire.Status{ID: w.ID, Service: w.Service, Port: w.Port, Proxy: w.Proxy, PID: 1, State: wire.Ready, Weight: 100})
			}
		}
	}
	d, changed, err := f.pool.Sync(f.b.Context(), name, r, f.have[i], 0)
	f.must(err)
	if changed {
		f.have[i] = d.Version
	}
}

// minute evaluates a minute in which each service's workers are so busy, more or less.
func (f *bigFleet) minute(fraction float64) time.Duration {
	f.b.Helper()
	f.now = f.now.Add(time.Minute)
	s := analytics.NewSnapshot(f.tree, f.now.Add(-time.Minute), "classic")
	each := float64(f.workers / f.services)
	for _, n := range f.tree.Nodes() {
		row := &s.Rows[n.Index]
		row.BusySeconds, row.Processes = analytics.Number(each*60*(fraction+0.02*f.rng.Float64())), analytics.Number(each)
	}
	runtime.GC()
	began := cpuTime(f.b)
	f.must(f.loop.Evaluate(f.b.Context(), s))
	return cpuTime(f.b) - began
}

// One evaluation of policy and allocation after a minute closes, with all that is
// written down, in CPU time: a minute that changes nothing, and one in which every
// service wants a tenth more.
func BenchmarkMinute(b *testing.B) {
	for _, k := range []int{1, 10} {
		b.Run(fmt.Sprintf("fleet=%d", k), func(b *testing.B) {
			f := newBigFleet(b, sized(k))
			var steady, grown time.Duration
			for b.Loop() {
				steady = f.minute(0.565)
				grown = f.minute(0.66) // a tenth more than the target
			}
			b.Logf("%+v", f.pool.Total(""))
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			runtime.KeepAlive(f)
			b.ReportMetric(steady.Seconds(), "cpu-s/steady")
			b.ReportMetric(grown.Seconds(), "cpu-s/grown")
			b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-live")
		})
	}
}
