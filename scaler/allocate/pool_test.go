package allocate

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// size of a random pool.
type size struct{ nodes, services, workers int }

// randomPool is a pool in any state: workers lie anywhere within the hard
// limits, behind any proxy, some stop, some are lost, some nodes leave.
func randomPool(r *rand.Rand, z size) Input {
	in := Input{Limits: Limits{
		MaxWorkers: 1 + r.IntN(12), PerCore: 0.5 * float64(1+r.IntN(5)),
		Moves: r.IntN(2) * r.IntN(20), MinGain: 0.3 * r.Float64(),
	}}
	levels := r.IntN(4)
	for i := range z.nodes {
		in.Nodes = append(in.Nodes, randomNode(r, i, levels))
	}
	for range r.IntN(3) {
		c := Class{Closed: make([]string, z.nodes)}
		for i := range c.Closed {
			if r.IntN(3) == 0 {
				c.Closed[i] = `its labels are not as gpu="yes"`
			}
		}
		in.Classes = append(in.Classes, c)
	}
	for i := range z.services {
		in.Services = append(in.Services, randomService(r, i, z, len(in.Classes)))
	}
	scatter(r, &in, z.workers)
	return in
}

func randomNode(r *rand.Rand, i, levels int) Node {
	n := Node{
		Name: fmt.Sprint("n", i), Cores: float64(1 + r.IntN(8)), Memory: int64(r.IntN(64)),
		Load: float64(r.IntN(3)) * r.Float64(), MemoryUsed: int64(r.IntN(8)),
		Open: r.IntN(8) > 0, Leaving: r.IntN(10) == 0,
	}
	if r.IntN(20) == 0 {
		n.Load = math.NaN()
	}
	if r.IntN(20) == 0 {
		n.MaxWorkers = 1 + r.IntN(3)
	}
	for l := range levels {
		if r.IntN(20) == 0 {
			break
		}
		n.Domains = append(n.Domains, fmt.Sprint("d", r.IntN(2+2*l)))
	}
	return n
}

func randomService(r *rand.Rand, i int, z size, classes int) Service {
	s := Service{
		Module: fmt.Sprint("s", i), Workers: r.IntN(2*z.workers/max(z.services, 1) + 1),
		CPU: 0.1 * float64(r.IntN(15)), Memory: int64(r.IntN(6)), Class: r.IntN(classes + 1),
		Closed: map[int]string{},
	}
	for p := range r.IntN(4) {
		s.Proxies = append(s.Proxies, fmt.Sprint("p", p))
	}
	if r.IntN(2) == 0 {
		s.Ports[0] = 8000 + r.IntN(4)
		s.Ports[1] = s.Ports[0] + r.IntN(12)
	}
	for range r.IntN(3) {
		s.Closed[r.IntN(z.nodes+1)] = "the node refused a worker: no room"
	}
	return s
}

// scatter puts workers anywhere that the hard limits allow.
func scatter(r *rand.Rand, in *Input, workers int) {
	for i := range workers {
		if len(in.Services) == 0 || len(in.Nodes) == 0 {
			return
		}
		s := r.IntN(len(in.Services))
		w := Worker{
			ID: fmt.Sprint("w", i), Service: s, Node: r.IntN(len(in.Nodes)), Proxy: r.IntN(max(len(in.Services[s].Proxies), 1)),
			Ready: r.IntN(4) > 0, Stopping: r.IntN(10) == 0, Lost: r.IntN(10) == 0,
		}
		if p := in.Services[s].Ports; p != [2]int{} {
			w.Port = p[0] + r.IntN(p[1]-p[0]+1)
		}
		if r.IntN(10) == 0 && i > 0 && in.Workers != nil {
			if old := in.Workers[r.IntN(len(in.Workers))]; old.Service == s {
				w.Instead = old.ID
			}
		}
		try := *in
		try.Workers = append(append([]Worker{}, in.Workers...), w)
		if broken := crowded(try, nil); len(broken) == 0 || !w.Lost && r.IntN(50) == 0 {
			in.Workers = try.Workers
		}
	}
}

// perfect is the pool in which everything serves and every stop is done.
func perfect(in Input, out Result) Input {
	next := in
	next.Workers = nil
	stopped := map[string]bool{}
	for _, s := range out.Stops {
		stopped[s.ID] = true
	}
	for _, s := range out.Starts {
		stopped[s.Instead] = true
	}
	for _, w := range in.Workers {
		if !stopped[w.ID] && !w.Stopping && !w.Lost {
			w.Ready = true
			next.Workers = append(next.Workers, w)
		}
	}
	return started(next, out, true)
}

// underWay is the pool right after a plan was sent: starts do not serve yet,
// stops are not done.
func underWay(in Input, out Result) Input {
	next := in
	next.Workers = append([]Worker{}, in.Workers...)
	stopped := map[string]bool{}
	for _, s := range out.Stops {
		stopped[s.ID] = true
	}
	for i := range next.Workers {
		if stopped[next.Workers[i].ID] {
			next.Workers[i].Stopping = true
		}
	}
	return started(next, out, false)
}

var ids int // of starts

func started(in Input, out Result, ready bool) Input {
	for _, s := range out.Starts {
		ids++
		in.Workers = append(in.Workers, Worker{
			ID: fmt.Sprint("new", ids), Service: s.Service, Node: s.Node, Proxy: s.Proxy, Port: s.Port,
			Ready: ready, Instead: s.Instead,
		})
	}
	return in
}
