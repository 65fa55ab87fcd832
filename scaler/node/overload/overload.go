package overload

import (
	"fmt"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// Cause is why a worker gets less work than its share.
type Cause string

// The causes.
const (
	None    Cause = ""        // it gets its full share
	Latency Cause = "latency" // it answers too slowly
	Unread  Cause = "unread"  // requests pile up unread
	Quota   Cause = "quota"   // its service on this node has used up its quota
	State   Cause = "state"   // it is not ready
)

// Weight is how much work a worker shall get.
type Weight struct {
	Percent int    // of its full share: 0, 25, 50 or 100
	Cause   Cause  // why it is below 100
	Reason  string // the same for people, with its numbers; empty at 100 percent
	Since   time.Time
}

// steps are the weights on the way out of the rotation and back.
var steps = []int{100, 50, 25, 0}

const (
	full = 0 // the step that a worker starts from
	soft = 2 // the last one at which it gets work
	out  = 3
)

// Watch remembers the workers of a node. It is for one goroutine at a time.
type Watch struct {
	workers map[string]*memory
}

// memory is what is known of a worker from its slices so far.
type memory struct {
	pid  int
	step int // index of steps
	at   time.Time
	bad  int // slices in a row
	good int
	grew int     // slices in a row in which its unread bytes grew
	had  float64 // unread bytes of the last slice; NaN: not known

	latency float64 // of the last bad slice, seconds: the slowest leaves first
	cause   Cause
	reason  string
	held    string // why it is not taken out, if it should be
	said    Weight
}

// New returns a Watch that knows no worker yet.
func New() *Watch { return &Watch{workers: map[string]*memory{}} }

// Step takes one slice of each worker and returns the weight of all that run, by their
// ids. A worker that has no slice, or one that was seen before, keeps its weight; one
// that is not in running is forgotten, and one with a new process starts anew.
func (w *Watch) Step(now time.Time, running []worker.Running, slices map[string]worker.Slice) map[string]Weight {
	w.keepOnly(running)
	for service, ready := range readyByService(running) {
		for _, r := range ready {
			if s, there := slices[r.ID]; there {
				w.workers[r.ID].take(s, service.Overload)
			}
		}
		w.move(service, ready)
	}
	weights := make(map[string]Weight, len(running))
	for _, r := range running {
		weights[r.ID] = w.workers[r.ID].weight(now, r)
	}
	return weights
}

// keepOnly forgets who is gone and meets who is new.
func (w *Watch) keepOnly(running []worker.Running) {
	known := w.workers
	w.workers = make(map[string]*memory, len(running))
	for _, r := range running {
		m := known[r.ID]
		if m == nil || m.pid != r.PID && r.PID != 0 {
			fresh := newMemory(r.PID)
			if m != nil {
				fresh.said = m.said // so that Since stays true
			}
			m = fresh
		}
		w.workers[r.ID] = m
	}
}

// readyByService groups the workers that get work. Workers of one service may have been
// started by different specs of it; the newest that any of them has goes for all.
func readyByService(running []worker.Running) map[*wire.Service][]worker.Running {
	byModule := map[string][]worker.Running{}
	spec := map[string]*wire.Service{}
	started := map[string]time.Time{}
	for _, r := range running {
		if r.State != wire.Ready || r.Spec == nil {
			continue
		}
		byModule[r.Service] = append(byModule[r.Service], r)
		if spec[r.Service] == nil || r.Ready.After(started[r.Service]) {
			spec[r.Service], started[r.Service] = r.Spec, r.Ready
		}
	}
	ready := make(map[*wire.Service][]worker.Running, len(byModule))
	for module, workers := range byModule {
		ready[spec[module]] = workers
	}
	return ready
}

// weight tells what m has come to for r, and since when.
func (m *memory) weight(now time.Time, r worker.Running) Weight {
	is := Weight{Percent: steps[m.step], Cause: m.cause, Reason: m.reason + m.held}
	if m.step == full {
		is.Cause, is.Reason = None, ""
	}
	if r.State != wire.Ready {
		is = Weight{Cause: State, Reason: fmt.Sprintf("it is %s", r.State)}
	}
	is.Since = m.said.Since
	if is.Percent != m.said.Percent || m.said.Since.IsZero() {
		is.Since = now
	}
	m.said = is
	return is
}
