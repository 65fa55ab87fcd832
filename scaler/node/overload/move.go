package overload

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// mayBeOut is how many of so many ready workers may have weight 0 for overload.
func mayBeOut(service *wire.Service, ready int) int {
	share := math.Min(service.Overload.MaxOut, 1)
	if !(share > 0) {
		return 0
	}
	// The product of a share such as 0.29 and 100 may lie a hair below its true value.
	own := max(1, int(math.Floor(share*float64(ready)+1e-9)))
	return max(0, min(service.MayTakeOut, own, ready))
}

// move takes each ready worker of a service a step up or down if it has been good or bad
// for long enough, and keeps to the number that may be out.
func (w *Watch) move(service *wire.Service, ready []worker.Running) {
	allowed := mayBeOut(service, len(ready))
	var leaving, outside []*memory
	for _, r := range inOrder(ready) {
		m := w.workers[r.ID]
		m.up(service.Overload)
		if m.down(service.Overload) {
			leaving = append(leaving, m)
		}
		if m.step == out {
			outside = append(outside, m)
		}
	}
	back(outside, allowed)
	takeOut(leaving, allowed, min(len(outside), allowed))
}

// inOrder makes the outcome the same whatever order the workers come in.
func inOrder(ready []worker.Running) []worker.Running {
	ready = slices.Clone(ready)
	slices.SortFunc(ready, func(a, b worker.Running) int { return cmp.Compare(a.ID, b.ID) })
	return ready
}

// up takes m one step nearer to its full share if it is time.
func (m *memory) up(limits wire.Overload) {
	if m.step == full || m.good < max(1, limits.Good) {
		return
	}
	m.step--
	m.reason = fmt.Sprintf("it comes back: %d good slices in a row", m.good)
	m.good = 0
}

// down takes m one step down if it is time, but for the last one, which is not its own
// decision: it tells whether m wants to take it.
func (m *memory) down(limits wire.Overload) bool {
	m.held = ""
	if m.step == out || m.bad < max(1, limits.Slices) {
		return false
	}
	if m.step == soft && m.cause != Quota {
		return true
	}
	m.step = min(m.step+1, soft)
	m.bad = 0
	return false
}

// takeOut takes those out that want it, the slowest first, as long as there is room.
// Who finds none tries again with its next bad slice.
func takeOut(leaving []*memory, allowed, outside int) {
	slices.SortStableFunc(leaving, func(a, b *memory) int { return cmp.Compare(b.latency, a.latency) })
	for _, m := range leaving {
		if outside < allowed {
			m.step, m.bad = out, 0
			outside++
			continue
		}
		m.held = fmt.Sprintf("; it stays: %d are out of the rotation, and no more than %d may be", outside, allowed)
	}
}

// back brings those to the last step with work that are out for longest, until no more
// than allowed are out.
func back(outside []*memory, allowed int) {
	if len(outside) <= allowed {
		return
	}
	slices.SortStableFunc(outside, func(a, b *memory) int { return b.said.Since.Compare(a.said.Since) })
	for _, m := range outside[allowed:] {
		m.step, m.bad, m.good = soft, 0, 0
		m.reason = fmt.Sprintf("it comes back: no more than %d may be out of the rotation", allowed)
	}
}
