package tcpslice

import (
	"math"
	"testing"
	"time"
)

// script plays samples to a Sampler without a kernel.
type script struct {
	*Sampler
	now time.Time
}

func newScript(workers ...Worker) *script {
	s := &script{&Sampler{known: map[uint64]history{}}, time.Unix(1e9, 0)}
	s.Watch(s.now, workers)
	return s
}

func (s *script) look(all ...socket) {
	s.sample++
	for i := range all {
		s.see(&all[i])
	}
	s.samples++
}

// end closes a slice of a second and begins the next.
func (s *script) end(workers ...Worker) []Slice {
	s.now = s.now.Add(time.Second)
	got := s.Slice(s.now, nil)
	s.Watch(s.now, workers)
	return got
}

func TestLatencyIsPendingByRequests(t *testing.T) {
	w := Worker{Port: 80}
	s := newScript(w)
	busy := func(in uint32) socket {
		return socket{port: 80, cookie: 1, segsIn: in, segsOut: in - 1, lastReceived: 4, lastSent: 8}
	}
	s.look(busy(1000))
	if got := s.end(w)[0]; !math.IsNaN(got.Requests) || !math.IsNaN(got.Latency) || got.Pending != 1 {
		t.Errorf("the first slice has requests: %+v", got)
	}

	idle := socket{port: 80, cookie: 1, segsIn: 1010, segsOut: 1010, lastReceived: 8, lastSent: 4}
	s.look(busy(1005))
	s.look(idle, idle) // came twice
	s.look(busy(1020))
	s.look(busy(1020))
	got := s.end(w)[0]
	if got.Requests != 20 || got.Pending != 0.75 || got.Busy != 0.75 || got.Latency != 0.75/20 || got.Connections != 1 {
		t.Errorf("%+v", got)
	}
}

func TestConnectionsThatComeAndGoAreCounted(t *testing.T) {
	w := Worker{Port: 80}
	s := newScript(w)
	s.look()
	s.end(w)

	s.look(socket{port: 80, cookie: 1, segsIn: 3, retransmits: 1}) // opened in this slice
	s.look(socket{port: 80, cookie: 2, segsIn: 4})                 // 1 is gone
	got := s.end(w)[0]
	if got.Requests != 7 || got.Retransmits != 1 {
		t.Errorf("%+v", got)
	}
	s.look()
	s.end(w)
	s.look()
	s.end(w)
	if len(s.known) != 0 {
		t.Errorf("%d connections are known that are gone", len(s.known))
	}
}

// A worker that is watched later starts from what its connections have by then.
func TestNewWorkerHasNoRequestsInItsFirstSlice(t *testing.T) {
	one, two := Worker{Port: 80}, Worker{Port: 81}
	s := newScript(one)
	s.look(socket{port: 80, cookie: 1, segsIn: 5})
	s.end(one, two)
	both := []socket{{port: 80, cookie: 1, segsIn: 6}, {port: 81, cookie: 2, segsIn: 5000, retransmits: 9}}
	s.look(both...)
	got := s.end(one, two)
	if got[0].Requests != 1 || !math.IsNaN(got[1].Requests) || got[1].Retransmits != 0 {
		t.Errorf("%+v", got)
	}
	both[1].segsIn++
	s.look(both...)
	if got = s.end(one, two); got[0].Requests != 0 || got[1].Requests != 1 {
		t.Errorf("%+v", got)
	}
}

// A hung worker answers nothing: its latency is what its clients wait already.
func TestLatencyOfAHungWorker(t *testing.T) {
	w := Worker{Port: 80}
	s := newScript(w)
	c := socket{port: 80, cookie: 1, segsIn: 5, segsOut: 4, lastReceived: 100, lastSent: 200}
	s.look(c)
	s.end(w)
	c.lastReceived, c.lastSent = 7000, 7100
	s.look(c)
	if got := s.end(w)[0]; got.Latency != 7 || got.Busy != 1 || got.Requests != 0 {
		t.Errorf("%+v", got)
	}
}

func TestSharedPortIsToldApartByGroup(t *testing.T) {
	a, b, c := Worker{80, 11}, Worker{80, 12}, Worker{Port: 80}
	s := newScript(a, b, c)
	s.look(socket{port: 80, cgroup: 12, cookie: 1}, socket{port: 80, cgroup: 13, cookie: 2}, socket{port: 81, cookie: 3})
	got := s.end()
	if got[0].Connections != 0 || got[1].Connections != 1 || !math.IsNaN(got[2].Connections) {
		t.Errorf("%+v", got)
	}
}

func TestWorkerWithoutPortIsUnknown(t *testing.T) {
	s := newScript(Worker{}, Worker{Port: 70000})
	if s.ports != (ports{}) {
		t.Errorf("ports %+v", s.ports)
	}
	s.look()
	if got := s.end()[0]; !math.IsNaN(got.Connections) {
		t.Errorf("%+v", got)
	}
}
