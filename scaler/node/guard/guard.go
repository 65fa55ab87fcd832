// Package guard holds a node's own limits, whatever the server says: how many workers,
// of which modules, by which programs, as which users, under which quota.
//
// [Limits.Admit] is pure arithmetic over a desired state. What it leaves out it names,
// each with the rule and a reason that a person can act on. Who runs already comes
// first when there is not room for all, so that a limit never swaps workers.
package guard

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
)

// Rule is a limit that refuses workers, as it is counted.
type Rule string

// The rules.
const (
	MaxWorkers Rule = "max_workers"
	PerCore    Rule = "per_core"
	Memory     Rule = "max_memory"
	Services   Rule = "services"
	Commands   Rule = "commands"
	Mounts     Rule = "mounts"
	Users      Rule = "users"
	Port       Rule = "port"
)

// Rules are all of them, in the order in which they are checked.
var Rules = []Rule{Services, Commands, Mounts, Users, Memory, Port, PerCore, MaxWorkers}

// Limits are those of a node. Lists that are empty allow everything, but for users:
// then all but root are allowed.
type Limits struct {
	Cores         float64
	MaxWorkers    int
	PerCore       float64 // workers of one service for each core; one is always allowed
	MinCPUPercent float64 // a quota below it is raised to it
	MaxMemory     int64   // bytes of a service; one without a limit gets this; 0: none
	Services      []string
	Commands      []string // paths or patterns as of path.Match
	Mounts        []string // directories that may be shown to workers, and those in them; where Commands has any, empty allows none
	Users         []string
	Groups        []string // that workers may run in besides those that their user is in
}

// Refusal is a worker that may not run here.
type Refusal struct {
	Worker wire.Worker
	Rule   Rule
	Reason string
}

// Here is a worker that has a process on the node.
type Here struct{ ID, Service string }

// Admit returns what of d may run, and what may not. Processes of workers that have to
// go count until they have ended. d stays as it is; services whose limits are changed
// are copies.
func (l Limits) Admit(d wire.Desired, here []Here) (wire.Desired, []Refusal) {
	services := make(map[string]*wire.Service, len(d.Services))
	banned := map[string]Refusal{}
	for module, s := range d.Services {
		if rule, reason := l.judge(s); rule != "" {
			banned[module] = Refusal{Rule: rule, Reason: reason}
			continue
		}
		services[module] = l.bound(s)
	}
	may := func(w wire.Worker) bool { return banned[w.Service].Rule == "" }
	n := newCounter(l, d.Workers, here, may)
	var refusals []Refusal
	var allowed []wire.Worker
	for _, w := range inOrder(d.Workers, here) {
		r := banned[w.Service]
		if may(w) {
			r.Rule, r.Reason = n.add(w)
		}
		if r.Worker = w; r.Rule != "" {
			refusals = append(refusals, r)
			continue
		}
		allowed = append(allowed, w)
	}
	used := map[string]bool{}
	for _, w := range allowed {
		used[w.Service] = true
	}
	maps.DeleteFunc(services, func(module string, _ *wire.Service) bool { return !used[module] })
	d.Services, d.Workers = services, allowed
	return d, refusals
}

// inOrder puts those that run first, and keeps the server's order otherwise.
func inOrder(workers []wire.Worker, here []Here) []wire.Worker {
	rank := make(map[string]int, len(here))
	for _, h := range here {
		rank[h.ID] = -1
	}
	workers = slices.Clone(workers)
	slices.SortStableFunc(workers, func(a, b wire.Worker) int { return rank[a.ID] - rank[b.ID] })
	return workers
}

// counter counts what there is and what was admitted.
type counter struct {
	limits     Limits
	all        int
	perService map[string]int
	ports      map[int]string
	leaving    int
}

// newCounter counts the processes that have to go.
func newCounter(l Limits, workers []wire.Worker, here []Here, may func(wire.Worker) bool) *counter {
	n := &counter{limits: l, perService: map[string]int{}, ports: map[int]string{}}
	stays := map[string]bool{}
	for _, w := range workers {
		stays[w.ID] = may(w)
	}
	for _, h := range here {
		if !stays[h.ID] {
			n.leaving++
			n.all++
			n.perService[h.Service]++
		}
	}
	return n
}

// add counts a worker unless a rule refuses it.
func (n *counter) add(w wire.Worker) (Rule, string) {
	most := max(1, int(math.Floor(n.limits.PerCore*n.limits.Cores)))
	switch {
	case w.Port > 0 && n.ports[w.Port] != "":
		return Port, fmt.Sprintf("port %d is that of worker %s", w.Port, n.ports[w.Port])
	case n.perService[w.Service] >= most:
		return PerCore, fmt.Sprintf("this node runs at most %d workers of a service (limits.per_core: %v, on %v cores)", most, n.limits.PerCore, n.limits.Cores) + n.still()
	case n.all >= n.limits.MaxWorkers:
		return MaxWorkers, fmt.Sprintf("this node runs at most %d workers (limits.max_workers)", n.limits.MaxWorkers) + n.still()
	}
	n.all++
	n.perService[w.Service]++
	n.ports[w.Port] = w.ID
	return "", ""
}

func (n *counter) still() string {
	if n.leaving == 0 {
		return ""
	}
	return fmt.Sprintf("; %d that have to go have not ended yet", n.leaving)
}

// bound returns the service with its limits brought to what this node allows.
func (l Limits) bound(s *wire.Service) *wire.Service {
	percent := s.Limits.CPUPercent
	if percent == 0 {
		percent = isolate.DefaultPercent
	}
	low := percent < l.MinCPUPercent
	open := s.Limits.Memory == 0 && l.MaxMemory > 0
	if !low && !open {
		return s
	}
	bounded := *s
	if low {
		bounded.Limits.CPUPercent = l.MinCPUPercent
	}
	if open {
		bounded.Limits.Memory = l.MaxMemory
	}
	return &bounded
}
