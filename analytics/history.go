package analytics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// history is a node's load by local day and minute of the day.
type history struct {
	node   *fleet.Node
	grid   *season.Grid
	newest int64 // newest minute with a load, Unix seconds

	devices []float64 // by day of the grid; nil if they were not read
}

// reader reads the rolled-up loads of nodes from the store.
type reader struct {
	store storage.Store
	tree  *fleet.Tree
	loc   *time.Location
}

// All calls f with the history of every node, for the days first … last; nodes
// that the tree does not know yet are added to it. Whoever is done with a
// history releases it.
func (r reader) All(ctx context.Context, first, last int, f func(*history)) error {
	for _, ms := range everyNode(rollup.LoadPercent) {
		if err := r.read(ctx, ms, first, last, f); err != nil {
			return err
		}
	}
	return nil
}

// One returns the history of one node, without any value if there is none.
func (r reader) One(ctx context.Context, n *fleet.Node, first, last int) (*history, error) {
	var out *history
	ms := rollup.Select(n, r.tree.Levels(), rollup.LoadPercent)
	err := r.read(ctx, ms, first, last, func(h *history) { out = h })
	if out == nil {
		out = newHistory(n, first, last)
	}
	return out, err
}

// Days of minutes of a history take 0.7 MB, those of five minutes 0.1 MB: their
// memory is kept.
var minuteGrids, fiveGrids sync.Pool // of *season.Grid

// gridOf returns a grid without any value that is set.
func gridOf(pool *sync.Pool, first, days, slots int) *season.Grid {
	if g, ok := pool.Get().(*season.Grid); ok && len(g.Values) == days*slots {
		g.First = first
		return g
	}
	return &season.Grid{First: first, Slots: slots, Values: make([]float64, days*slots)}
}

func newHistory(n *fleet.Node, first, last int) *history {
	g := gridOf(&minuteGrids, first, last-first+1, season.MinutesPerDay)
	for i := range g.Values {
		g.Values[i] = math.NaN()
	}
	return &history{node: n, grid: g}
}

// release gives the history's memory back; it cannot be used after.
func (h *history) release() { minuteGrids.Put(h.grid) }

func (r reader) read(ctx context.Context, ms []storage.Matcher, first, last int, f func(*history)) error {
	cal := season.NewCalendar(r.loc)
	q := storage.Query{Matchers: ms, Range: storage.TimeRange{From: cal.Start(first) * 1000, To: cal.Start(last+1)*1000 - 1}}
	var h *history
	finish := func() {
		if h != nil {
			h.fillCoarse()
			f(h)
		}
	}
	err := r.store.Select(ctx, q, func(b *storage.Block) error {
		n := r.node(b.Labels)
		if n == nil {
			return nil
		}
		if h == nil || h.node != n {
			finish()
			h = newHistory(n, first, last)
		}
		h.add(cal, b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read load history: %w", err)
	}
	finish()
	return nil
}

// node finds the tree node of a series; nil if its labels are not a path.
func (r reader) node(labels []storage.Label) *fleet.Node {
	levels := r.tree.Levels()
	path := make(fleet.Path, 0, len(levels))
	for _, level := range levels {
		name := storage.Value(labels, level)
		if name == "" {
			break
		}
		path = append(path, name)
	}
	if len(path) == 0 {
		return nil
	}
	if n := r.tree.Find(path.ID()); n != nil {
		return n
	}
	if len(path) < len(levels) {
		return nil // a group whose modules are all unknown
	}
	for i := range path {
		path[i] = string([]byte(path[i])) // the block's memory is not ours to keep
	}
	return r.tree.Add(path)
}

func (h *history) add(cal *season.Calendar, b *storage.Block) {
	for i, ts := range b.Timestamps {
		if v := b.Values[i]; math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		t := ts / 1000
		day, minute := cal.Split(t)
		h.grid.Day(day - h.grid.First)[minute] = b.Values[i]
		h.newest = max(h.newest, t)
	}
}

// fillCoarse lets the samples of coarse days stand for their whole step.
func (h *history) fillCoarse() {
	for i := range len(h.grid.Values) / h.grid.Slots {
		season.FillCoarse(h.grid.Day(i))
	}
}

// storedReach is how old a stored minute may be to count for a later one.
const storedReach = 5 * 60

// Frame reads a minute as it was stored, each number at most storedReach old.
func (r reader) Frame(ctx context.Context, minute int64) (*rollup.Frame, error) {
	return r.storedFrame(ctx, minute, everyNode)
}

// Latest likewise reads the newest minute that was stored, up to one.
func (r reader) Latest(ctx context.Context, minute int64) (*rollup.Frame, error) {
	f, newest, err := r.frame(ctx, minute, storedReach, everyNode)
	if err != nil {
		return nil, err
	}
	f.Minute = newest
	return f, r.domains(ctx, f, storedReach, everyNode(LargestDomainDevices))
}

// everyNode selects a number of all nodes.
func everyNode(suffix string) [][]storage.Matcher {
	return [][]storage.Matcher{{storage.Metric(rollup.ModulePrefix + suffix)}, {storage.Metric(rollup.GroupPrefix + suffix)}}
}

// FrameOf likewise reads a minute of one node alone.
func (r reader) FrameOf(ctx context.Context, n *fleet.Node, minute int64) (*rollup.Frame, error) {
	return r.storedFrame(ctx, minute, func(suffix string) [][]storage.Matcher {
		return [][]storage.Matcher{rollup.Select(n, r.tree.Levels(), suffix)}
	})
}

func (r reader) storedFrame(ctx context.Context, minute int64, match func(suffix string) [][]storage.Matcher) (*rollup.Frame, error) {
	f, _, err := r.frame(ctx, minute, storedReach, match)
	if err != nil {
		return nil, err
	}
	return f, r.domains(ctx, f, storedReach, match(LargestDomainDevices))
}

// FillIn reads what was stored of a minute since a frame was read that may be older, and
// takes of it what that minute lacks. The frame is not changed; it is returned if nothing
// was stored.
func (r reader) FillIn(ctx context.Context, f *rollup.Frame, minute int64) (*rollup.Frame, error) {
	exact, _, err := r.frame(ctx, minute, 0, everyNode)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(exact.Values, hasLoad) {
		return f, nil
	}
	for i := range f.Values {
		if v := f.At(i); hasLoad(v) && !hasLoad(exact.At(i)) {
			for len(exact.Values) <= i {
				exact.Values = append(exact.Values, rollup.Unknown())
			}
			exact.Values[i] = v
		}
	}
	filled := f.With(exact.Values)
	filled.Minute = minute
	return filled, nil
}

func hasLoad(v rollup.Value) bool { return !math.IsNaN(v.Load) }

// frame reads the series that match, for each of [rollup.Suffixes], each number at
// most so many seconds old; newest is the minute of the newest one, or the one that was
// asked for if there is none.
func (r reader) frame(ctx context.Context, minute, age int64, match func(suffix string) [][]storage.Matcher) (f *rollup.Frame, newest int64, err error) {
	f, newest = &rollup.Frame{Minute: minute}, minute-age
	unknown := rollup.Unknown()
	unknown.Waiting = rollup.NotKept
	reach := storage.TimeRange{From: (minute - age) * 1000, To: minute*1000 + 59_999}
	for i, suffix := range rollup.Suffixes {
		for _, ms := range match(suffix) {
			err := r.store.Select(ctx, storage.Query{Matchers: ms, Range: reach}, func(b *storage.Block) error {
				if n := r.node(b.Labels); n != nil {
					for len(f.Values) <= n.Index {
						f.Values = append(f.Values, unknown)
					}
					f.Values[n.Index].SetNumber(i, b.Values[len(b.Values)-1])
					newest = max(newest, minuteStart(time.UnixMilli(b.Timestamps[len(b.Timestamps)-1])))
				}
				return nil
			})
			if err != nil {
				return nil, 0, fmt.Errorf("read stored minute: %w", err)
			}
		}
	}
	if len(f.Values) == 0 {
		newest = minute
	}
	return f, newest, nil
}
