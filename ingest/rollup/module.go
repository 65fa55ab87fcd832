package rollup

import (
	"sync"
	"time"

	"headroom/storage/fleet"
)

// module gathers the devices and processes of one module.
type module struct {
	node *fleet.Node // immutable

	mu        sync.Mutex // protects the fields below and all they point to
	devices   map[string]*device
	processes map[string]*process
	busy      map[*counter]struct{}
	requests  map[*counter]struct{}
}

func newModule(n *fleet.Node) *module {
	return &module{
		node:    n,
		devices: map[string]*device{}, processes: map[string]*process{},
		busy: map[*counter]struct{}{}, requests: map[*counter]struct{}{},
	}
}

func (m *module) close(minute int64, timeout time.Duration, a Aggregate) (s sum) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closeDevices(&s, minute, timeout, a)
	s.busy, s.known.busy = m.closeCounters(&s, m.busy, minute, timeout)
	s.requests, s.known.requests = m.closeCounters(&s, m.requests, minute, timeout)
	for id, p := range m.processes {
		if minute*1000-p.last > forgetAfter && p.last > 0 {
			delete(m.processes, id)
		}
	}
	return s
}

func (m *module) closeDevices(s *sum, minute int64, timeout time.Duration, a Aggregate) {
	for name, d := range m.devices {
		switch v, alive := d.at(minute, timeout, a); {
		case d.last == 0: // known by its labels, no sample yet
		case d.forgotten(minute):
			delete(m.devices, name)
		case !alive:
			s.silent++
		default:
			s.max = maxOf(s.max, v, s.known.load, true)
			s.load += v
			s.devices++
			s.known.load = true
		}
	}
}

// closeCounters adds up what the counters grew by and counts their processes,
// each once a minute however many counters it has.
func (m *module) closeCounters(s *sum, counters map[*counter]struct{}, minute int64, timeout time.Duration) (total float64, known bool) {
	for c := range counters {
		if minute*1000-c.last > forgetAfter && c.last > 0 {
			delete(counters, c)
			continue
		}
		if c.last > 0 && c.alive(minute, timeout) && c.process.counted != minute {
			c.process.counted = minute
			s.processes++
		}
		if by, ok := c.at(minute, timeout); ok {
			total += by
			known = true
		}
	}
	return total, known
}
