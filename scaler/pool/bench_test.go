package pool

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

// The fleet that the benchmarks simulate.
const (
	fleetNodes     = 22_400
	fleetServices  = 2_428
	fleetInstances = 41_793
)

// fleetOf returns a pool in which every node has synced once, and its workers.
func fleetOf(b *testing.B, nodes, services, instances int) *Pool {
	b.Helper()
	db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
	must(b, err)
	b.Cleanup(func() { _ = db.Close() })
	p, err := New(b.Context(), Options{DB: db})
	must(b, err)
	c := config.Default()
	for i := range services {
		one := config.Service{Module: fmt.Sprintf("b%d/p%d/s%d/m%d", i%7, i%31, i%211, i), Mode: "apply", CPU: 0.2, Memory: 64 << 20, PerCore: 2}
		one.Ports = config.Ports{From: 10_000, To: 10_100}
		one.Overload.MaxOut = 0.3
		c.Services = append(c.Services, one)
	}
	settings, err := SettingsOf(c)
	must(b, err)
	must(b, p.Configure(b.Context(), settings))
	joinAll(b, p, nodes)
	in := p.Input(time.Now())
	for i := range in.Services {
		in.Services[i].Workers = instances / services
		if i < instances%services {
			in.Services[i].Workers++
		}
	}
	done, err := p.Apply(b.Context(), time.Now(), Plan{Input: in, Result: allocate.Plan(in)})
	must(b, err)
	b.Logf("%d nodes, %d workers started, %d skipped", nodes, len(done.Started), len(done.Skipped))
	return p
}

func joinAll(b *testing.B, p *Pool, nodes int) {
	b.Helper()
	var all sync.WaitGroup
	began := time.Now()
	for i := range nodes {
		all.Go(func() {
			r := &wire.Report{Daemon: fmt.Sprint(i), Resources: &wire.Resources{Cores: 8, Memory: 32 << 30, Labels: map[string]string{
				"rack": fmt.Sprint(i / 40), "site": fmt.Sprint(i / 4000),
			}}, Workers: []wire.Status{}}
			_, _, err := p.Sync(context.Background(), fmt.Sprint("n", i), r, "", 0)
			must(b, err)
		})
	}
	all.Wait()
	b.Logf("%d nodes joined in %s", nodes, time.Since(began).Round(time.Millisecond))
}

// settleAll has every node take its workers and report them, and returns versions.
func settleAll(b *testing.B, p *Pool, nodes int) []string {
	b.Helper()
	versions := make([]string, nodes)
	for range 3 {
		for i := range versions {
			r := &wire.Report{Daemon: fmt.Sprint(i), Have: versions[i], Workers: []wire.Status{}}
			d, changed, err := p.Sync(b.Context(), fmt.Sprint("n", i), r, versions[i], 0)
			must(b, err)
			if changed {
				versions[i] = d.Version
			}
			n := p.nodes[fmt.Sprint("n", i)]
			r.Have = versions[i]
			for _, w := range running(n) {
				r.Workers = append(r.Workers, wire.Status{ID: w.rec.ID, Service: w.rec.Service, Port: w.rec.Port, PID: 1, State: wire.Ready, Weight: 100})
			}
			_, _, err = p.Sync(b.Context(), fmt.Sprint("n", i), r, versions[i], 0)
			must(b, err)
		}
		must(b, p.Settle(b.Context()))
	}
	return versions
}

// One sync without a change, without HTTP.
func BenchmarkSync(b *testing.B) {
	p := fleetOf(b, 1000, 100, 2000)
	versions := settleAll(b, p, 1000)
	reports := make([]wire.Report, 1000)
	names := make([]string, 1000)
	for i := range reports {
		reports[i] = wire.Report{Daemon: fmt.Sprint(i), Have: versions[i], Load: wire.Load{CPU: 40}}
		names[i] = fmt.Sprint("n", i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		k := i % 1000
		if _, changed, err := p.Sync(context.Background(), names[k], &reports[k], versions[k], 0); changed || err != nil {
			b.Fatal(changed, err)
		}
	}
}

// One sync without a change over HTTP and a kept connection; CPU time is that of
// server and client together, since both are in this process.
func BenchmarkSyncHTTP(b *testing.B) {
	p := fleetOf(b, 1000, 100, 2000)
	versions := settleAll(b, p, 1000)
	server := newServer(p)
	defer server.Close()
	bodies := make([][]byte, 1000)
	for i := range bodies {
		bodies[i], _ = json.Marshal(wire.Report{Version: "1.0.0", Boot: "0b9f7f4e-5e5c-4b1e-8f3d-0c8f2f6d1a11", Daemon: fmt.Sprint(i), Have: versions[i], Load: wire.Load{CPU: 40.2, MemoryUsed: 1 << 33}})
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := cpu()
	for i := 0; b.Loop(); i++ {
		k := i % 1000
		post(b, server.Client(), fmt.Sprintf("%s/api/v1/nodes/n%d/sync?wait=0s", server.URL, k), versions[k], bodies[k], http.StatusNotModified)
	}
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func newServer(p *Pool) *httptest.Server {
	mux := http.NewServeMux()
	access, _ := ReadAccess(config.Pool{}, false)
	mux.Handle("POST /api/v1/nodes/{node}/sync", NewHandler(p, access))
	return httptest.NewServer(mux)
}

func post(t testing.TB, c *http.Client, url, have string, body []byte, want int) {
	r, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	r.Header.Set("If-None-Match", `"`+have+`"`)
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.Do(r)
	if err != nil {
		t.Error(err)
		return
	}
	text, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if answer.StatusCode != want {
		t.Errorf("%s: %s", answer.Status, text)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The input of a plan for the whole fleet, the plan, and its application.
func BenchmarkFleetMinute(b *testing.B) {
	p := fleetOf(b, fleetNodes, fleetServices, fleetInstances)
	settleAll(b, p, fleetNodes)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.Logf("heap %d MiB", m.HeapAlloc>>20)
	b.ReportAllocs()
	b.ResetTimer()
	var input, apply, settle time.Duration
	for b.Loop() {
		t0 := time.Now()
		in := p.Input(t0)
		t1 := time.Now()
		for i := range 100 {
			in.Services[i].Workers += 1 - 2*(b.N%2)
		}
		result := allocate.Plan(in)
		t2 := time.Now()
		_, err := p.Apply(b.Context(), t2, Plan{Input: in, Result: result})
		must(b, err)
		t3 := time.Now()
		must(b, p.Settle(b.Context()))
		input, apply, settle = input+t1.Sub(t0), apply+t3.Sub(t2), settle+time.Since(t3)
	}
	for name, d := range map[string]time.Duration{"input-ms": input, "apply-ms": apply, "settle-ms": settle} {
		b.ReportMetric(float64(d.Milliseconds())/float64(b.N), name)
	}
}
