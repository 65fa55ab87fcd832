package tcpslice

import (
	"errors"
	"runtime"
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
	looking int           // index of the family that is being dumped

	known   map[uint64]history // of connections, by cookie
	slice   uint32             // number of the current slice
	sample  uint32             // number of the current sample
	started time.Time          // of the slice
	samples float64            // taken in the slice
	seen    [2]int             // connections of the last samples by family, IPv4 first
	full    uint32             // the slice in which both families were looked at last
	cost    time.Duration      // CPU time of a sample, smoothed
}

var families = [2]uint8{unix.AF_INET, unix.AF_INET6}

// lookAgain is after how many slices a family is looked at in which there was no
// connection. A look costs a walk through the kernel's table, 1.5 ms on a machine of
// 24 GB, whatever it finds; and most machines serve in one family only.
const lookAgain = 5

// history is what was last seen of a connection.
type history struct {
	segsIn, retransmits uint32
	before              uint32 // retransmits at the end of the slice before
	sample, slice       uint32 // when it was seen
}

// Open returns a Sampler that watches no worker.
func Open() (*Sampler, error) {
	d, err := openDiag(established)
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
	s.full = 0
}

// Sample looks at the connections.
func (s *Sampler) Sample() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ports != (ports{}) {
		before := threadTime()
		if err := s.look(); err != nil {
			return err
		}
		s.spent(threadTime() - before)
	}
	s.samples++
	return nil
}

// look dumps the families in which there are connections. One in which there are none
// it tries when workers have come, and now and then.
func (s *Sampler) look() error {
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	s.sample++
	all := s.full == 0 || s.samples == 0 && s.slice-s.full >= lookAgain
	for i, family := range families {
		if !all && s.seen[i] == 0 {
			continue
		}
		s.looking, s.seen[i] = i, 0
		if err := s.diag.dump(family, s.ports, s.visit); err != nil {
			return err
		}
	}
	if all {
		s.full = s.slice
	}
	return nil
}

// threadTime is the CPU time of this thread; 0 if the system does not tell.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func (s *Sampler) spent(cost time.Duration) {
	if s.cost == 0 {
		s.cost = cost
	}
	const weight = 0.1
	s.cost += time.Duration(weight * float64(cost-s.cost))
}

// Rate is how many samples a second suit the connections that there are.
func (s *Sampler) Rate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return rate(s.seen[0]+s.seen[1], s.cost)
}

// budget is the CPU time that samples may cost in a second, 0.6 % of a core, if it is
// not one sample that costs more.
const budget = 6 * time.Millisecond

// rate is lower the more connections there are, since then each sample tells more,
// and the more a sample costs.
func rate(connections int, cost time.Duration) int {
	most := 1
	switch {
	case connections < 500:
		most = 10
	case connections < 2000:
		most = 4
	}
	if cost > 0 {
		most = min(most, int(budget/cost))
	}
	return max(most, 1)
}

// see counts a connection for its worker.
func (s *Sampler) see(c *socket) {
	s.seen[s.looking]++
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
