package analytics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/storage/fleet"
)

// Refit is what marking an interval, or taking a mark away, changes: the newest
// minute by the calibrated model, before and after.
type Refit struct {
	ID     string     `json:"id"`
	Path   fleet.Path `json:"path"`
	Level  string     `json:"level"`
	Before RefitSide  `json:"before"`
	After  RefitSide  `json:"after"`
}

// RefitSide are a node's numbers on one side.
type RefitSide struct {
	Mean             Number `json:"mean"`
	Lower            Number `json:"lower"`
	Upper            Number `json:"upper"`
	Alarm            bool   `json:"alarm"`
	PeakToday        Peak   `json:"peak_today"`
	FullOn           Dates  `json:"full_on"`
	PeakAtRisk       Number `json:"peak_at_risk"`
	DevicesNeeded    Number `json:"devices_needed"`
	DevicesToRequest Number `json:"devices_to_request"`
	State            State  `json:"state"`
	Reason           string `json:"reason"` // of the order, or what is missing
}

// MaxRefit is how many modules below a node are refitted at a time.
const MaxRefit = 20

// Refit returns what the nodes of a mark would look like with one more mark, or
// without the one whose id is ended (0: none): the mark's node itself, then up to
// [MaxRefit] modules below it, those with the most devices first. What a node above
// modules needs is the sum over them, unknown if they are more. Of is how many nodes
// the mark concerns.
func (l *Loop) Refit(ctx context.Context, more *fleet.Mark, ended int64) (refits []Refit, of int, err error) {
	s := l.Snapshot()
	if s == nil {
		return nil, 0, ErrNoSnapshot
	}
	before := l.model()
	after := *before
	after.Marks = slices.Clone(before.Marks)
	mark := more
	if mark == nil {
		i := slices.IndexFunc(after.Marks, func(k fleet.Mark) bool { return k.ID == ended && k.InForce(time.Time{}) })
		if i < 0 {
			return nil, 0, fmt.Errorf("mark %d: %w", ended, fleet.ErrNoMark)
		}
		mark = &before.Marks[i]
		after.Marks = slices.Delete(after.Marks, i, i+1)
	} else {
		after.Marks = append(after.Marks, *more)
	}
	nodes, of := s.concerned(mark.Path)
	refits = []Refit{}
	for _, n := range nodes {
		r := Refit{ID: n.ID, Path: n.Path, Level: s.Levels[n.Level()]}
		for _, side := range []struct {
			m  *Model
			to *RefitSide
		}{{before, &r.Before}, {&after, &r.After}} {
			x, err := l.momentBy(ctx, side.m, n, s.At, ModelCalibrated)
			if err != nil {
				return nil, 0, err
			}
			*side.to = x.refitSide()
			x.history.release()
		}
		refits = append(refits, r)
	}
	if len(refits) == of && len(nodes) > 0 && !nodes[0].Module {
		refits[0].sum(refits[1:])
	}
	return refits, of, nil
}

// sum gives the node of a mark the orders of its modules.
func (r *Refit) sum(modules []Refit) {
	for i := range modules {
		for _, side := range []struct{ to, from *RefitSide }{{&r.Before, &modules[i].Before}, {&r.After, &modules[i].After}} {
			if side.from.DevicesNeeded.Known() {
				side.to.DevicesNeeded = side.from.DevicesNeeded.plus(side.to.DevicesNeeded)
				side.to.DevicesToRequest = side.from.DevicesToRequest.plus(side.to.DevicesToRequest)
			}
		}
	}
}

// concerned returns the node of a path and modules below it, and how many there are
// in all.
func (s *Snapshot) concerned(path fleet.Path) (nodes []*fleet.Node, of int) {
	for _, n := range s.nodes {
		if n.Path.Under(path) && (n.Module || len(n.Path) == len(path)) {
			nodes = append(nodes, n)
		}
	}
	slices.SortStableFunc(nodes, func(a, b *fleet.Node) int {
		if a.Module != b.Module { // the node itself
			return map[bool]int{true: 1, false: -1}[a.Module]
		}
		switch x, y := s.Rows[a.Index].Devices, s.Rows[b.Index].Devices; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return nodes[:min(len(nodes), MaxRefit+1)], len(nodes)
}

func (x *moment) refitSide() RefitSide {
	r, g := &x.row, &x.growth
	return RefitSide{
		Mean: r.Mean, Lower: r.Lower, Upper: r.Upper, Alarm: r.Alarm, PeakToday: r.PeakToday, FullOn: g.FullOn,
		PeakAtRisk: g.PeakAtRisk, DevicesNeeded: g.DevicesNeeded, DevicesToRequest: g.DevicesToRequest, State: r.State, Reason: g.Reason,
	}
}
