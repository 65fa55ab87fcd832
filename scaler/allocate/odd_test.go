package allocate

import (
	"math"
	"strings"
	"testing"
)

func TestNoNodes(t *testing.T) {
	if out := Plan(Input{}); !empty(out) || len(out.Shorts) != 0 {
		t.Errorf("%+v", out)
	}
	out := Plan(Input{Services: []Service{{Workers: 3}}})
	if len(out.Shorts) != 1 || out.Shorts[0].Reason != "3 of 3 workers have no place: there are no nodes" {
		t.Errorf("%+v", out)
	}
}

// What a caller got wrong, or does not know, makes no plan fail.
func TestOddInput(t *testing.T) {
	nan := math.NaN()
	out := Plan(Input{
		Nodes: []Node{
			{Name: "unknown", Cores: 4, Load: nan, Memory: 10, Open: true},
			{Name: "known", Cores: 4, Load: 3, Memory: 10, Open: true},
			{Name: "nothing", Cores: nan, Load: math.Inf(1), Memory: -1, Open: true, MaxWorkers: -1},
		},
		Services: []Service{
			{Workers: 1, CPU: nan, Class: 7, Closed: map[int]string{-1: "x", 9: "y"}},
			{Workers: -2},
			{Workers: 1, Ports: [2]int{10, 5}},
		},
		Workers: []Worker{{ID: "a", Service: 9, Node: 1}, {ID: "b", Service: 1, Node: -1}, {ID: "c", Service: 1, Node: 1, Proxy: 5, Instead: "c"}},
	})
	if len(out.Starts) != 1 || out.Starts[0].Node != 1 {
		t.Errorf("a node whose load is known is better than one whose load is not: %+v", out.Starts)
	}
	if len(out.Stops) != 1 || out.Stops[0].ID != "c" {
		t.Errorf("stops: %+v", out.Stops)
	}
	if len(out.Shorts) != 1 || !strings.Contains(out.Shorts[0].Reason, "have no free port of 10-5") {
		t.Errorf("shorts: %+v", out.Shorts)
	}
}

// Every node is counted once, with the limit that stood in the way.
func TestShortTellsTheLimits(t *testing.T) {
	node := func(change func(*Node)) Node {
		n := Node{Cores: 1, Memory: 10 << 20, Open: true}
		change(&n)
		return n
	}
	in := Input{
		Nodes: []Node{
			node(func(n *Node) { n.Open = false }), node(func(n *Node) { n.Leaving = true }),
			node(func(n *Node) { n.MaxWorkers = -1 }), node(func(n *Node) { n.MemoryUsed = 9 << 20 }),
			node(func(*Node) {}), node(func(*Node) {}), node(func(*Node) {}), node(func(*Node) {}),
		},
		Classes: []Class{{Closed: []string{4: "no label ssd"}}},
		Services: []Service{
			{Workers: 4, Memory: 4 << 20, Class: 1, Closed: map[int]string{5: "failed to start"}, Ports: [2]int{80, 82}},
			{Workers: 2, Memory: 1, Ports: [2]int{80, 82}},
		},
		Workers: []Worker{
			{ID: "a", Service: 1, Node: 7, Port: 80}, {ID: "b", Service: 1, Node: 7, Port: 81}, {ID: "c", Service: 1, Node: 7, Port: 82, Stopping: true},
		},
	}
	out := Plan(in)
	want := "2 of 4 workers have no place: of 8 nodes 2 take no new workers; 1 have the most workers they may; " +
		"1 are closed to its kind (no label ssd: 1); 1 are closed to it (failed to start: 1); 1 have no free port of 80-82; " +
		"1 have 2 workers of it for each core; 1 lack 4 MiB of free memory"
	if len(out.Shorts) != 1 || out.Shorts[0].Reason != want {
		t.Errorf("%+v", out.Shorts)
	}
}
