package allocate

import (
	"slices"
	"testing"
)

func TestNoWorkerStartsAtAPortOfOthers(t *testing.T) {
	in := Input{
		Nodes:    []Node{{Name: "n", Cores: 8, Memory: 1 << 30, Open: true, TakenPorts: []int{9000, 9002}}},
		Services: []Service{{Module: "web", Workers: 3, Ports: [2]int{9000, 9003}}},
	}
	r := Plan(in)
	var ports []int
	for _, s := range r.Starts {
		ports = append(ports, s.Port)
	}
	slices.Sort(ports)
	if !slices.Equal(ports, []int{9001, 9003}) || len(r.Shorts) != 1 || r.Shorts[0].Missing != 1 {
		t.Errorf("ports %v, short %+v; want 9001 and 9003, and one missing", ports, r.Shorts)
	}
	// A port of others is no worker: it takes no place.
	in.Nodes[0].MaxWorkers, in.Services[0].Workers = 2, 2
	if r := Plan(in); len(r.Starts) != 2 {
		t.Errorf("%d started on a node for two", len(r.Starts))
	}
}
