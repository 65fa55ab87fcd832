package overload

import (
	"time"

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

// Watch remembers the workers of a node. It is for one goroutine at a time.
type Watch struct{}

// New returns a Watch that knows no worker yet.
func New() *Watch { return &Watch{} }

// Step takes one slice of each worker and returns the weight of all that run, by their
// ids. A worker that has no slice, or one that was seen before, keeps its weight; one
// that is not in running is forgotten.
func (w *Watch) Step(now time.Time, running []worker.Running, slices map[string]worker.Slice) map[string]Weight {
	weights := make(map[string]Weight, len(running))
	for _, r := range running {
		weights[r.ID] = Weight{Percent: 100, Since: now}
	}
	return weights
}
