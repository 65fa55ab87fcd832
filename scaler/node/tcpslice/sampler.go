package tcpslice

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Sampler samples connections. A mutex makes it safe for several goroutines.
type Sampler struct {
	mu      sync.Mutex
	diag    *diag
	workers []*tally
	owners  owners
	ports   ports
	visit   func(*socket) // s.see, made once

	known   map[uint64]history // of connections, by cookie
	slice   uint32             // number of the current slice
	sample  uint32             // number of the current sample
	started time.Time          // of the slice
	samples float64            // taken in the slice
	seen    int                // connections of the last full sample
	family  [2]int             // of them by family, IPv4 first
}

var families = [2]uint8{unix.AF_INET, unix.AF_INET6}

// history is what was last seen of a connection.
type history struct {
	segsIn, retransmits uint32
	before              uint32 // retransmits at the end of the slice before
	sample, slice       uint32 // when it was seen
}

// Open returns a Sampler that watches no worker.
func Open() (*Sampler, error) {
	d, err := openDiag()
	if err != nil {
		return nil, err
	}
	s := &Sampler{diag: d, known: map[uint64]history{}}
	s.visit = s.see
	return s, nil
}

// Close frees the socket.
func (s *Sampler) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.diag.close()
}

// Watch begins a slice at now over the workers. What is known of those that were
// watched before stays known; the first slice of the others has no requests, since
// there is nothing to subtract from.
func (s *Sampler) Watch(now time.Time, workers []Worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slice++
	s.started, s.samples = now, 0
	if !s.same(workers) {
		s.setWorkers(workers)
	}
	for _, t := range s.workers {
		t.sums = sums{}
	}
}

func (s *Sampler) same(workers []Worker) bool {
	if len(workers) != len(s.workers) {
		return false
	}
	for i, w := range workers {
		if s.workers[i].Worker != w {
			return false
		}
	}
	return true
}

func (s *Sampler) setWorkers(workers []Worker) {
	before := make(map[Worker]*tally, len(s.workers))
	for _, t := range s.workers {
		before[t.Worker] = t
	}
	s.workers = make([]*tally, len(workers))
	for i, w := range workers {
		s.workers[i] = before[w]
		if s.workers[i] == nil {
			s.workers[i] = &tally{Worker: w, fresh: true}
		}
		delete(before, w) // two of the same are told apart by nothing
	}
	s.owners, s.ports = own(s.workers)
}

// Sample looks at the connections. The first sample of a slice looks at IPv4 and
// IPv6, the others only where the first has seen any.
func (s *Sampler) Sample() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ports == (ports{}) {
		s.samples++
		return nil
	}
	s.sample++
	full := s.samples == 0
	if full {
		s.seen = 0
	}
	for i, family := range families {
		if !full && s.family[i] == 0 {
			continue
		}
		before := s.seen
		if err := s.diag.dump(family, s.ports, s.visit); err != nil {
			return err
		}
		if full {
			s.family[i] = s.seen - before
		}
	}
	s.samples++
	return nil
}

// Rate is how many samples a second suit the number of connections.
func (s *Sampler) Rate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.seen < 500:
		return 10
	case s.seen < 2000:
		return 4
	}
	return 1
}

// see counts a connection for its worker.
func (s *Sampler) see(c *socket) {
	if s.samples == 0 {
		s.seen++
	}
	t := s.owners.of(c)
	if t == nil {
		return
	}
	h, old := s.known[c.cookie]
	if old && h.sample == s.sample {
		return // it came twice
	}
	if !old && t.fresh {
		h = history{segsIn: c.segsIn, retransmits: c.retransmits}
	}
	if h.slice != s.slice {
		h.before = h.retransmits
	}
	t.add(c, c.segsIn-h.segsIn, c.retransmits-h.retransmits)
	h.segsIn, h.retransmits, h.sample, h.slice = c.segsIn, c.retransmits, s.sample, s.slice
	s.known[c.cookie] = h
}

// Slice ends the slice at now and appends one Slice for each worker, in their order.
func (s *Sampler) Slice(now time.Time, to []Slice) []Slice {
	s.mu.Lock()
	defer s.mu.Unlock()
	length := now.Sub(s.started).Seconds()
	for _, t := range s.workers {
		to = append(to, t.slice(s.samples, length))
		t.fresh = t.fresh && s.samples == 0
	}
	s.forget()
	return to
}

// forget drops the connections that this slice has not seen, nor the one before: a
// dump of a table that changes may miss some.
func (s *Sampler) forget() {
	for cookie, h := range s.known {
		if s.slice-h.slice > 1 {
			delete(s.known, cookie)
		}
	}
}

// Connections looks at the connections of one worker.
func (s *Sampler) Connections(w Worker) ([]Connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.Port <= 0 || w.Port > 65535 {
		return nil, nil
	}
	var found []Connection
	visit := func(c *socket) {
		if w.Cgroup == 0 || c.cgroup == 0 || c.cgroup == w.Cgroup {
			found = append(found, c.connection(s.known[c.cookie]))
		}
	}
	one := ports{uint16(w.Port), uint16(w.Port)}
	return found, errors.Join(
		s.diag.dump(unix.AF_INET, one, visit),
		s.diag.dump(unix.AF_INET6, one, visit))
}
