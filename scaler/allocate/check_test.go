package allocate

import (
	"fmt"
	"math"
)

// held is what lies on the nodes: all workers that are there, stopping ones too.
type held struct {
	workers []int
	memory  []int64
	ports   []map[int]int
	of      []map[int]int // workers of a service
}

func holdings(in Input, out *Result) held {
	n := len(in.Nodes)
	h := held{make([]int, n), make([]int64, n), make([]map[int]int, n), make([]map[int]int, n)}
	for i, node := range in.Nodes {
		h.memory[i], h.ports[i], h.of[i] = node.MemoryUsed, map[int]int{}, map[int]int{}
	}
	add := func(service, node, port int) {
		h.workers[node]++
		h.memory[node] += in.Services[service].Memory
		h.of[node][service]++
		if port != 0 {
			h.ports[node][port]++
		}
	}
	for _, w := range in.Workers {
		add(w.Service, w.Node, w.Port)
	}
	if out != nil {
		for _, s := range out.Starts {
			add(s.Service, s.Node, s.Port)
		}
	}
	return h
}

func most(in Input, node int) int {
	if m := in.Nodes[node].MaxWorkers; m != 0 {
		return m
	}
	return in.Limits.filled().MaxWorkers
}

func perCore(in Input, service int) float64 {
	if c := in.Services[service].PerCore; c != 0 {
		return c
	}
	return in.Limits.filled().PerCore
}

// crowded lists the broken hard limits of nodes; with a plan, only those of
// nodes that get a worker by it, with all that are there.
func crowded(in Input, out *Result) (broken []string) {
	h := holdings(in, out)
	gets := map[int]bool{}
	if out != nil {
		for _, s := range out.Starts {
			gets[s.Node] = true
		}
	}
	for i, n := range in.Nodes {
		if out != nil && !gets[i] {
			continue
		}
		say := func(format string, args ...any) {
			broken = append(broken, n.Name+": "+fmt.Sprintf(format, args...))
		}
		if h.workers[i] > most(in, i) {
			say("%d workers of at most %d", h.workers[i], most(in, i))
		}
		if h.memory[i] > n.Memory {
			say("%d bytes of %d", h.memory[i], n.Memory)
		}
		for port, k := range h.ports[i] {
			if k > 1 && (out == nil || startsAt(*out, i, port)) {
				say("port %d is held %d times", port, k)
			}
		}
		for s, k := range h.of[i] {
			if float64(k) > perCore(in, s)*n.Cores+1e-6 && (out == nil || startsOn(*out, s, i)) {
				say("%d workers of service %d on %g cores", k, s, n.Cores)
			}
		}
	}
	return broken
}

func startsOn(out Result, service, node int) bool {
	for _, s := range out.Starts {
		if s.Service == service && s.Node == node {
			return true
		}
	}
	return false
}

func startsAt(out Result, node, port int) bool {
	for _, s := range out.Starts {
		if s.Port == port && s.Node == node {
			return true
		}
	}
	return false
}

// closed tells why a node may get no worker of a service.
func closed(in Input, service, node int) string {
	n, s := in.Nodes[node], in.Services[service]
	switch {
	case !n.Open:
		return "not open"
	case n.Leaving:
		return "leaving"
	case s.Closed[node] != "":
		return s.Closed[node]
	case s.Class > 0:
		return in.Classes[s.Class-1].Closed[node]
	}
	return ""
}

// fits tells whether a node can take one worker more of a service.
func fits(in Input, h held, service, node int) bool {
	s := in.Services[service]
	if closed(in, service, node) != "" || h.workers[node] >= most(in, node) ||
		h.memory[node]+s.Memory > in.Nodes[node].Memory ||
		float64(h.of[node][service]+1) > perCore(in, service)*in.Nodes[node].Cores+1e-6 {
		return false
	}
	if s.Ports == [2]int{} {
		return true
	}
	for p := s.Ports[0]; p <= s.Ports[1]; p++ {
		if h.ports[node][p] == 0 {
			return true
		}
	}
	return false
}

// goal is the objective, each part the less the better, the first ones first.
type goal struct {
	missing int     // workers without a place
	beyond  float64 // cores forecast beyond Limits.Full
	nodes   int     // sum of squares of the workers of a service on a node
	domains []int   // likewise in a domain, by level
	load    float64 // sum of squares of the forecast loads of all cores
}

// aim is the goal of a pool in which every worker counts.
func aim(in Input) goal {
	levels := 0
	for _, n := range in.Nodes {
		levels = max(levels, len(n.Domains))
	}
	g := goal{domains: make([]int, levels)}
	have := make([]int, len(in.Services))
	cpu, mem := make([]float64, len(in.Nodes)), make([]float64, len(in.Nodes))
	nodes, domains := map[[2]int]int{}, make([]map[string]int, levels)
	for l := range domains {
		domains[l] = map[string]int{}
	}
	for i, n := range in.Nodes {
		cpu[i], mem[i] = n.Load, float64(n.MemoryUsed)
		if math.IsNaN(n.Load) {
			cpu[i] = n.Cores
		}
	}
	for _, w := range in.Workers {
		s := in.Services[w.Service]
		have[w.Service]++
		cpu[w.Node] += s.CPU
		mem[w.Node] += float64(s.Memory)
		nodes[[2]int{w.Service, w.Node}]++
		path := fmt.Sprint(w.Service)
		for l := range levels {
			path += "/" + domainOf(in.Nodes[w.Node], l)
			domains[l][path]++
		}
	}
	for s, k := range have {
		g.missing += max(in.Services[s].Workers-k, 0)
	}
	for _, k := range nodes {
		g.nodes += k * k
	}
	for l := range domains {
		for _, k := range domains[l] {
			g.domains[l] += k * k
		}
	}
	for i, n := range in.Nodes {
		g.beyond += max(cpu[i]-in.Limits.filled().Full*n.Cores, 0)
		load := max(cpu[i]/max(n.Cores, 1e-6), mem[i]/max(float64(n.Memory), 1))
		g.load += n.Cores * load * load
	}
	return g
}
