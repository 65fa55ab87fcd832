package flow

import (
	"slices"
	"sync"
)

// slots limit how many calls are made at a time. One that is given back goes to the run
// that has asked first; a run asks for one at a time, so that one with many calls does
// not keep the others waiting.
type slots struct {
	mu      sync.Mutex // protects the fields below
	most    int
	free    int // negative after there were more
	queue   []*actor
	granted map[*actor]int // given and not used yet
}

func newSlots(n int) *slots { return &slots{most: n, free: n, granted: map[*actor]int{}} }

// take tells whether an actor may make a call; if not it is woken once it can.
func (s *slots) take(a *actor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.granted[a] > 0:
		if s.granted[a]--; s.granted[a] == 0 {
			delete(s.granted, a)
		}
		return true
	case s.free > 0 && len(s.queue) == 0:
		s.free--
		return true
	case !slices.Contains(s.queue, a):
		s.queue = append(s.queue, a)
	}
	return false
}

// give gives one back.
func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.giveLocked()
}

func (s *slots) giveLocked() {
	s.free++
	s.handLocked()
}

// handLocked gives what is free to those that wait. s.mu must be held.
func (s *slots) handLocked() {
	for s.free > 0 && len(s.queue) > 0 {
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.granted[next]++
		s.free--
		next.poke()
	}
}

// limit changes how many there are. If they get fewer, calls under way still end.
func (s *slots) limit(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += most - s.most
	s.most = most
	s.handLocked()
}

// unused gives back what an actor was granted and has no use for any more.
func (s *slots) unused(a *actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.granted[a]
	delete(s.granted, a)
	for range n {
		s.giveLocked()
	}
}

// leave takes an actor out of the queue.
func (s *slots) leave(a *actor) {
	s.mu.Lock()
	s.queue = slices.DeleteFunc(s.queue, func(q *actor) bool { return q == a })
	s.mu.Unlock()
	s.unused(a)
}
