package rollup

import (
	"math"
	"strings"

	"headroom/storage"
	"headroom/storage/fleet"
)

// Missing names a level of the hierarchy for which a series has no label.
const Missing = "none"

// A Cell takes the samples of one series into its module's minutes.
type Cell struct {
	rollup *Rollup
	module *module
	push   func(ts int64, v float64) // module.mu must be held

	lateHour, lateEpoch int64 // last reported late hour, and when; module.mu protects them
}

// Enter returns the cell of a series, nil if the series is no signal or lies
// outside the business tree. A series that was replayed goes on where it was.
func (r *Rollup) Enter(labels []storage.Label) *Cell {
	kind := r.kind(labels)
	if kind == nil {
		return nil
	}
	if c, ok := r.replayed.take(labels); ok {
		return c
	}
	return r.enter(labels, kind)
}

func (r *Rollup) enter(labels []storage.Label, kind func(*module, []storage.Label) func(int64, float64)) *Cell {
	path := PathOf(labels, r.opts.Tree.Levels())
	if path == nil {
		r.unassigned.Add(1)
		return nil
	}
	m := r.module(r.opts.Tree.Add(path))
	c := &Cell{rollup: r, module: m}
	m.mu.Lock()
	defer m.mu.Unlock()
	c.push = kind(m, labels)
	return c
}

// kind tells which signal the labels belong to, as the function that adds their
// sender to a module; nil if they belong to none.
func (r *Rollup) kind(labels []storage.Label) func(*module, []storage.Label) func(int64, float64) {
	match := func(ms []storage.Matcher) bool { return len(ms) > 0 && storage.MatchesAll(ms, labels) }
	switch {
	case match(r.opts.Load):
		return r.device
	case match(r.opts.Busy):
		return func(m *module, l []storage.Label) func(int64, float64) { return r.counter(m, m.busy, l) }
	case match(r.opts.Requests):
		return func(m *module, l []storage.Label) func(int64, float64) { return r.counter(m, m.requests, l) }
	}
	return nil
}

func (r *Rollup) device(m *module, labels []storage.Label) func(int64, float64) {
	name, at := strings.Clone(storage.Value(labels, r.opts.NodeLabel)), r.places.of(labels)
	return func(ts int64, v float64) {
		d := m.devices[name] // looked up each time: a silent device is forgotten
		if d == nil {
			d = &device{place: at}
			m.devices[name] = d
		}
		d.push(ts, v, at)
	}
}

func (r *Rollup) counter(m *module, counters map[*counter]struct{}, labels []storage.Label) func(int64, float64) {
	id := storage.Value(labels, r.opts.NodeLabel) + "\xff" + storage.Value(labels, r.opts.ProcessLabel)
	p := m.processes[id]
	if p == nil {
		p = &process{}
		m.processes[id] = p
	}
	c := &counter{process: p}
	return func(ts int64, v float64) {
		counters[c] = struct{}{} // again, should it have been forgotten
		c.push(ts, v, r.opts.DeviceTimeout)
	}
}

// ahead is by how many seconds a sender's clock may be ahead of the newest closed
// minute.
const ahead = 30 * 60

// Add takes a sample: ts in Unix milliseconds. NaN, which includes staleness
// markers, and infinity, as of a division by zero, are no values and are left out. A sample of a closed minute is reported
// as late; it still tells when and with what the sender was last seen. So is one
// that is far ahead, which tells nothing: all that come after would be older.
func (c *Cell) Add(ts int64, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	c.module.mu.Lock()
	defer c.module.mu.Unlock()
	minute, closed := minuteOf(ts/1000), c.rollup.closed.Load()
	if minute <= closed || minute > closed+ahead {
		c.lateLocked(ts)
	}
	if minute <= closed+ahead {
		c.push(ts, v)
	}
}

// lateLocked reports a sample of a closed minute once for each hour. c.module.mu
// must be held.
func (c *Cell) lateLocked(ts int64) {
	hour, epoch := ts/3_600_000*3600, c.rollup.lateEpoch.Load()
	if c.rollup.opts.Late == nil || hour == c.lateHour && epoch == c.lateEpoch {
		return
	}
	c.lateHour, c.lateEpoch = hour, epoch
	c.rollup.opts.Late(c.module.node, hour)
}

// PathOf reads the path of a series from its labels. A level without a label is
// [Missing]; nil if no level has one.
func PathOf(labels []storage.Label, levels []string) fleet.Path {
	path, found := make(fleet.Path, len(levels)), false
	for i, level := range levels {
		path[i] = strings.Clone(storage.Value(labels, level)) // labels are often parts of a buffer
		if path[i] == "" {
			path[i] = Missing
		} else {
			found = true
		}
	}
	if !found {
		return nil
	}
	return path
}
