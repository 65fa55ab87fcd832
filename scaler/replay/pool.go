package replay

import (
	"fmt"
	"math"
	"strconv"

	"headroom/scaler/allocate"
)

// Pool is what the workers of all services share in a replay.
type Pool struct {
	Nodes  []allocate.Node
	CPU    float64 // cores that a worker is expected to use
	Memory int64   // bytes of a worker
	Limits allocate.Limits
}

// Nodes are n equal ones that take turns in failure domains; below two domains
// none is told.
func Nodes(n int, cores float64, memory int64, domains int) []allocate.Node {
	nodes := make([]allocate.Node, n)
	for i := range nodes {
		nodes[i] = allocate.Node{Name: fmt.Sprintf("node-%d", i+1), Cores: cores, Memory: memory, Open: true}
		if domains > 1 {
			nodes[i].Domains = []string{fmt.Sprintf("domain-%d", i%domains+1)}
		}
	}
	return nodes
}

// sized is the pool with its first n nodes; beyond its own they come again.
func (p Pool) sized(n int) Pool {
	nodes := make([]allocate.Node, n)
	for i := range nodes {
		nodes[i] = p.Nodes[i%len(p.Nodes)]
	}
	p.Nodes = nodes
	return p
}

// floor is a pool of nodes in use.
type floor struct {
	in     allocate.Input
	serves []int // minute in which a worker of in.Workers begins to serve
	next   int   // number of the next worker
	calm   bool  // the last plan changed nothing, and nobody was starting
	shorts []allocate.Short

	cpu    []float64 // forecast of each node, in cores
	placed []int     // workers of each service; one and who is to replace it count once
	ready  []int     // of them, those that serve
}

func (p Pool) open(services int) *floor {
	f := &floor{
		in:  allocate.Input{Nodes: p.Nodes, Services: make([]allocate.Service, services), Limits: p.Limits},
		cpu: make([]float64, len(p.Nodes)), placed: make([]int, services), ready: make([]int, services),
	}
	for s := range f.in.Services {
		f.in.Services[s] = allocate.Service{Module: strconv.Itoa(s), CPU: p.CPU, Memory: p.Memory}
	}
	return f
}

// order is what a service wants from a minute on.
type order struct {
	workers int
	startup int // minutes until new workers serve
}

// carryOut places what is wanted from a minute on, and returns how many workers
// are moved.
func (f *floor) carryOut(minute int, wanted []order) (moves int) {
	same := true
	for s, o := range wanted {
		same = same && f.in.Services[s].Workers == o.workers
		f.in.Services[s].Workers = o.workers
	}
	if same && f.calm {
		return 0
	}
	f.calm = true
	for i := range f.in.Workers {
		f.in.Workers[i].Ready = f.serves[i] <= minute
	}
	plan := allocate.Plan(f.in)
	f.shorts = plan.Shorts
	gone := map[string]bool{}
	for _, s := range plan.Stops {
		gone[s.ID] = true
	}
	for _, s := range plan.Starts {
		if s.Instead != "" {
			moves++
			gone[s.Instead] = gone[s.Instead] || wanted[s.Service].startup == 0
		}
		f.start(s, minute+wanted[s.Service].startup)
	}
	f.remove(gone)
	f.calm = len(plan.Starts)+len(plan.Stops) == 0
	f.tally(minute)
	return moves
}

func (f *floor) start(s allocate.Start, serves int) {
	f.next++
	f.in.Workers = append(f.in.Workers, allocate.Worker{ID: strconv.Itoa(f.next), Service: s.Service, Node: s.Node, Instead: s.Instead})
	f.serves = append(f.serves, serves)
}

func (f *floor) remove(gone map[string]bool) {
	if len(gone) == 0 {
		return
	}
	kept := 0
	for i, w := range f.in.Workers {
		if gone[w.ID] {
			continue
		}
		if gone[w.Instead] {
			w.Instead = ""
		}
		f.in.Workers[kept], f.serves[kept] = w, f.serves[i]
		kept++
	}
	f.in.Workers, f.serves = f.in.Workers[:kept], f.serves[:kept]
}

// tally counts who is there in a minute.
func (f *floor) tally(minute int) {
	clear(f.cpu)
	clear(f.placed)
	clear(f.ready)
	for i := range f.in.Workers {
		w := &f.in.Workers[i]
		f.cpu[w.Node] += f.in.Services[w.Service].CPU
		if w.Instead == "" {
			f.placed[w.Service]++
		}
		if f.serves[i] <= minute {
			f.ready[w.Service]++
		} else {
			f.calm = false
		}
	}
}

// beyond is how many nodes are expected to use more CPU than they may.
func (f *floor) beyond() (n int) {
	full := f.in.Limits.Full
	if full == 0 {
		full = allocate.Full
	}
	for i, used := range f.cpu {
		if used > full*f.in.Nodes[i].Cores+1e-9 {
			n++
		}
	}
	return n
}

// fullest is the highest share of its cores that a node is expected to use, and
// mean that of all.
func (f *floor) fullest() (most, mean float64) {
	used, cores := 0.0, 0.0
	for i, cpu := range f.cpu {
		most = math.Max(most, cpu/f.in.Nodes[i].Cores)
		used += cpu
		cores += f.in.Nodes[i].Cores
	}
	return most, used / cores
}
