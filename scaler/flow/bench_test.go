package flow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

const (
	benchSteps = 20
	benchNodes = 100
	benchOpen  = 1000
)

func benchFlow() string {
	var b strings.Builder
	b.WriteString("name: bench\ntitle: Bench\ninputs:\n  - {name: node, type: node}\nlock: {nodes: '[inputs.node]', shared: true}\nsteps:\n  - {id: s0, tool: work, with: {x: \"${inputs.node}\"}}\n")
	for i := 1; i < benchSteps; i++ {
		fmt.Fprintf(&b, "  - {id: s%d, tool: work, with: {x: \"${steps.s%d.outputs.y}\"}}\n", i, i-1)
	}
	return b.String()
}

// stopwatch takes the time between the end of a step's call and the beginning of the
// next one's, which is what the engine costs.
type stopwatch struct {
	takes time.Duration // of a call, on average
	calls atomic.Int64

	commits []time.Duration // how long each took, which is mostly the disk

	mu    sync.Mutex // protects the fields below
	ended map[string]time.Time
	costs []time.Duration
}

func (s *stopwatch) work(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	began := time.Now()
	s.calls.Add(1)
	s.mu.Lock()
	if last, ok := s.ended[c.Run]; ok {
		s.costs = append(s.costs, began.Sub(last))
	}
	s.mu.Unlock()
	if s.takes > 0 {
		time.Sleep(s.takes/2 + rand.N(s.takes))
	}
	s.mu.Lock()
	s.ended[c.Run] = time.Now()
	s.mu.Unlock()
	return tool.Outputs{"y": c.Inputs["x"]}, nil
}

// BenchmarkRuns carries out b.N runs of twenty steps over a hundred nodes, a thousand at
// a time, whose calls take five seconds or no time at all.
func BenchmarkRuns(b *testing.B) {
	for _, takes := range []time.Duration{5 * time.Second, 0} {
		b.Run(fmt.Sprintf("calls=%s", takes), func(b *testing.B) { benchRuns(b, takes) })
	}
}

func benchRuns(b *testing.B, takes time.Duration) {
	db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
	if err != nil {
		b.Fatal(err)
	}
	watch := &stopwatch{takes: takes, ended: map[string]time.Time{}}
	work := named("work")
	work.Repeatable = true
	tools := tool.NewCatalog(&scripted{work, watch.work})
	p, err := document.Load([]byte(benchFlow()), "bench.yml", tools)
	if err != nil {
		b.Fatal(err)
	}
	places := make(chan struct{}, benchOpen)
	var over sync.WaitGroup
	e, err := New(b.Context(), Options{
		DB: db, Tools: tools, Flows: []*document.Flow{p.Flow()}, Limits: Limits{Running: benchOpen, Steps: benchOpen},
		Ended: func(context.Context, Run) { <-places; over.Done() },
	})
	if err != nil {
		b.Fatal(err)
	}
	save := e.writer.save
	e.writer.save = func(ctx context.Context, changes ...state.FlowChange) error {
		began := time.Now()
		defer func() { watch.commits = append(watch.commits, time.Since(began)) }() // one at a time
		return save(ctx, changes...)
	}
	ctx, stop := context.WithCancel(context.Background())
	var loop sync.WaitGroup
	loop.Go(func() { _ = e.Run(ctx) })
	b.ResetTimer()
	var starting sync.WaitGroup
	for i := range b.N {
		places <- struct{}{}
		over.Add(1)
		starting.Go(func() {
			s := Start{Flow: "bench", Who: "bench", Inputs: map[string]any{"node": fmt.Sprintf("n%d", i%benchNodes)}}
			if _, err := e.Start(ctx, s); err != nil {
				b.Error(err)
			}
		})
	}
	starting.Wait()
	over.Wait()
	b.StopTimer()
	stop()
	loop.Wait()
	watch.report(b)
	if _, done, err := e.List(b.Context(), Query{State: Done, Limit: 1}); done != b.N || watch.calls.Load() != int64(b.N*benchSteps) {
		b.Errorf("%d of %d runs are done after %d calls: %v", done, b.N, watch.calls.Load(), err)
	}
	_ = db.Close()
}

func (s *stopwatch) report(b *testing.B) {
	for name, all := range map[string][]time.Duration{"step": s.costs, "commit": s.commits} {
		slices.Sort(all)
		at := func(q float64) float64 { return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000 }
		b.ReportMetric(at(.5), "ms/"+name+"-p50")
		b.ReportMetric(at(.99), "ms/"+name+"-p99")
		b.ReportMetric(at(1), "ms/"+name+"-max")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(b.N*benchSteps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(0, "ns/op")
}
