package allocate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// fleet is the pool of the yardstick, times k: 41,793 workers of 2,428 services
// on 22,400 nodes in 7 sites with racks of 40; a few services are large, most
// are small.
func fleet(k int) Input {
	r := rand.New(rand.NewPCG(7, 7))
	in := Input{Limits: Limits{Moves: 200, MinGain: 0.05}}
	nodes, services, workers := 22400*k, 2428*k, 41793*k
	for i := range nodes {
		in.Nodes = append(in.Nodes, Node{
			Name: fmt.Sprint("node-", i), Cores: []float64{8, 16, 32, 64}[r.IntN(4)], Memory: 64 << 30,
			Load: 3 * r.Float64(), MemoryUsed: int64(r.IntN(16)) << 30, Open: r.IntN(100) > 0, Leaving: r.IntN(1000) == 0,
			Domains: []string{fmt.Sprint("site-", i%(7*k)), fmt.Sprint("rack-", i/(280*k))},
		})
	}
	in.Classes = []Class{{Closed: make([]string, nodes)}, {Closed: make([]string, nodes)}}
	for i := range nodes {
		if in.Nodes[i].Cores < 32 {
			in.Classes[0].Closed[i] = "fewer than 32 cores"
		}
		if i%10 != 0 {
			in.Classes[1].Closed[i] = "no label ssd"
		}
	}
	for i := range services {
		s := Service{
			Module: fmt.Sprint("service-", i), Workers: 1, CPU: 0.1 + r.Float64(), Memory: int64(64+r.IntN(1024)) << 20,
			Proxies: []string{"a", "b", "c"}[:1+r.IntN(3)], Ports: [2]int{8000 + i%20*100, 8099 + i%20*100},
		}
		if i%10 == 0 {
			s.Class = 1 + i/10%2
		}
		in.Services = append(in.Services, s)
	}
	for range workers - services { // few are large
		in.Services[int(float64(services)*r.Float64()*r.Float64()*r.Float64())].Workers++
	}
	return in
}

// settled carries plans out until they are empty.
func settled(in Input) Input {
	for range 50 {
		out := Plan(in)
		if len(out.Starts)+len(out.Stops) == 0 {
			break
		}
		in = perfect(in, out)
	}
	return in
}

func grown(in Input) Input {
	in.Services = append([]Service{}, in.Services...)
	for i := range in.Services {
		in.Services[i].Workers += (in.Services[i].Workers + 9) / 10
	}
	return in
}

// shaken loses one node of a hundred, gets as many new ones, and has other loads.
func shaken(in Input) Input {
	r := rand.New(rand.NewPCG(8, 8))
	in.Nodes, in.Workers = append([]Node{}, in.Nodes...), append([]Worker{}, in.Workers...)
	for i := range in.Nodes {
		n := &in.Nodes[i]
		n.Open = n.Open != (i%100 == 0)
		n.Load = min(max(n.Load+r.NormFloat64(), 0), n.Cores)
	}
	for i := range in.Workers {
		w := &in.Workers[i]
		w.Lost = w.Node%100 == 0 && !in.Nodes[w.Node].Open
	}
	return in
}

// crammed has room for a tenth of the workers only: nearly every service is short.
func crammed(in Input) Input {
	in.Nodes = append([]Node{}, in.Nodes...)
	for i := range in.Nodes {
		n := &in.Nodes[i]
		n.Load, n.MaxWorkers = n.Cores, i%5/4+1
		if i%7 > 0 {
			n.MemoryUsed = n.Memory
		}
	}
	return in
}

// cpuTime of the process: on a machine that others use too, the wall clock tells little.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmark(b *testing.B, in Input) {
	b.ReportAllocs()
	var out Result
	before := cpuTime()
	for b.Loop() {
		out = Plan(in)
	}
	b.ReportMetric(float64((cpuTime()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(len(out.Starts)), "starts")
	b.ReportMetric(float64(len(out.Shorts)), "shorts")
	b.ReportMetric(float64(len(out.Stops)), "stops")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys>>20), "MiB-of-process")
}

func BenchmarkPlan(b *testing.B) {
	for _, k := range []int{1, 10} {
		empty := fleet(k)
		full := settled(empty)
		b.Run(fmt.Sprintf("empty/x%d", k), func(b *testing.B) { benchmark(b, empty) })
		b.Run(fmt.Sprintf("steady/x%d", k), func(b *testing.B) { benchmark(b, full) })
		b.Run(fmt.Sprintf("grown/x%d", k), func(b *testing.B) { benchmark(b, grown(full)) })
		b.Run(fmt.Sprintf("shaken/x%d", k), func(b *testing.B) { benchmark(b, shaken(full)) })
		b.Run(fmt.Sprintf("crammed/x%d", k), func(b *testing.B) { benchmark(b, crammed(empty)) })
	}
}
