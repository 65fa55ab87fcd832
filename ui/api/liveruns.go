package api

import (
	"maps"
	"slices"

	"headroom/scaler/flow"
)

// maxRunsTold is how many changed runs one event names.
const maxRunsTold = 100

// runsChanged names the runs that have changed.
type runsChanged struct {
	Changed []flow.Event `json:"changed"` // by run
	More    bool         `json:"more"`    // others have changed too
}

// runChanges tells of runs that change from now on, until stop is called.
func (l *listener) runChanges() (events <-chan flow.Event, stop func()) {
	l.runs = map[string]flow.State{}
	if l.Flows == nil {
		return nil, func() {}
	}
	return l.Flows.Subscribe()
}

// tellRuns sends which runs have changed since it was last called, if any have.
func (l *listener) tellRuns() error {
	if len(l.runs) == 0 {
		return nil
	}
	var d runsChanged
	for _, id := range slices.Sorted(maps.Keys(l.runs)) {
		if d.More = len(d.Changed) == maxRunsTold; d.More {
			break
		}
		d.Changed = append(d.Changed, flow.Event{Run: id, State: l.runs[id]})
	}
	clear(l.runs)
	return l.event("runs", d)
}
