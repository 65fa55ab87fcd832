package pool

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

// worker is a process that shall run, or is being stopped. Pool.mu protects it.
type worker struct {
	rec     workerRecord
	node    *node
	service *service

	status  wire.Status // as last reported
	known   bool        // it was reported
	mark    uint64      // the last report that had it
	by      *worker     // that replaces it and does not serve yet
	instead *worker     // that it replaces; nil once that is told to stop
}

// newID returns an id that no other worker has or had: 80 random bits, so that a
// state database from a backup gives none a second time.
func newID() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// wanted tells whether the worker shall run.
func (w *worker) wanted() bool { return w.rec.Stop == nil }

// counts tells whether the worker is one of those that its service shall have: not if
// it only runs until another one serves.
func (w *worker) counts() bool { return w.wanted() && w.by == nil }

// serves tells whether the worker does work, as far as is known.
func (w *worker) serves() bool {
	return w.known && w.status.State.Serving() && w.node.rec.Lost.IsZero()
}

// replaces is the worker that it shall replace and that still runs; empty: none.
func (w *worker) replaces() string {
	if w.instead == nil {
		return ""
	}
	return w.rec.Instead
}

func (w *worker) ready() bool {
	return w.known && w.status.State == wire.Ready && w.node.rec.Lost.IsZero()
}

// overloaded tells whether the worker gets, or should get, less work.
func overloaded(s *wire.Status) bool { return s.Overload != "" }

// service is what has workers. Pool.mu protects it.
type service struct {
	rec     serviceRecord
	conf    *Service // as configured now or, if it no longer is, last
	current bool     // it is configured
	workers map[string]*worker

	closed  map[*node]closure       // nodes that get no worker of it for a while
	foreign map[takenPort]time.Time // … and ports, until when
	shares  map[*node]*claim        // who may take how many workers out
	reshare bool

	taken []time.Time // when workers were taken over, in the last minute

	wake chan struct{} // closed when its targets change
}

// takenPort is a port of a node that a process of somebody else listens at.
type takenPort struct {
	node *node
	port int
}

// closure keeps a service from a node that refused a worker of it.
type closure struct {
	until time.Time
	why   string
}

// refusal is how long a node gets no new worker of a service whose worker it refused.
const refusal = 10 * time.Minute

func (s *service) mode() Mode {
	switch {
	case !s.current:
		return Recommend
	case s.rec.Mode != nil:
		return s.rec.Mode.Mode
	default:
		return s.conf.Mode
	}
}

// touch tells those who wait for a change of its targets.
func (s *service) touch() {
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
}

func (s *service) wait() <-chan struct{} {
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	return s.wake
}

// held tells why the number of workers may not change; empty: it may.
func (s *service) held(now time.Time) string {
	h := s.rec.Hold
	if h == nil || !h.Until.IsZero() && !now.Before(h.Until) {
		return ""
	}
	return h.by("held")
}
