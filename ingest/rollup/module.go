package rollup

import (
	"maps"
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

	at, before map[*place]int // devices of the newest closed minute and of the one before, by where they stand
	domains    []Domain       // counted from at; nil as long as there was no device
}

func newModule(n *fleet.Node) *module {
	return &module{
		node:    n,
		devices: map[string]*device{}, processes: map[string]*process{},
		busy: map[*counter]struct{}{}, requests: map[*counter]struct{}{},
		at: map[*place]int{}, before: map[*place]int{},
	}
}

func (m *module) close(minute int64, timeout time.Duration, a Aggregate) (s sum) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closeDevices(&s, minute, timeout, a)
	s.busy = m.closeCounters(&s, m.busy, minute, timeout)
	s.requests = m.closeCounters(&s, m.requests, minute, timeout)
	for id, p := range m.processes {
		switch {
		case p.last == 0 || p.counted == minute:
		case minute*1000-p.last > forgetAfter:
			delete(m.processes, id)
		case (minute+60)*1000-p.last < timeout.Milliseconds()+60_000:
			s.waiting++
		}
	}
	return s
}

// countDomains counts the failure domains of the minute just closed; false if
// they are as they were.
func (m *module) countDomains(p *places) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if maps.Equal(m.at, m.before) {
		return false
	}
	m.domains = p.count(m.at)
	return true
}

func (m *module) closeDevices(s *sum, minute int64, timeout time.Duration, a Aggregate) {
	m.at, m.before = m.before, m.at
	clear(m.at)
	for name, d := range m.devices {
		switch v, alive := d.at(minute, timeout, a); {
		case d.last == 0: // known by its labels, no sample yet
		case d.forgotten(minute):
			delete(m.devices, name)
		case !alive:
			s.silent++
		default:
			s.max = maxOf(s.max, v, s.devices > 0, true)
			s.load += v
			s.devices++
			m.at[d.place]++
		}
	}
}

// closeCounters adds up what the counters grew by. It counts the processes of those
// that told it, each once a minute however many counters it has: what divides the
// work of a module is who did it, not also who has just begun to report.
func (m *module) closeCounters(s *sum, counters map[*counter]struct{}, minute int64, timeout time.Duration) (g growths) {
	for c := range counters {
		switch by, known := c.at(minute, timeout); {
		case c.last == 0: // known by its labels, no sample yet
		case minute*1000-c.last > forgetAfter:
			delete(counters, c)
		case known:
			g.total += by
			g.told++
			if c.process.counted != minute {
				c.process.counted = minute
				s.processes++
			}
		case c.alive(minute, timeout):
			g.waiting++
		}
	}
	return g
}
