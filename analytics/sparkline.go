package analytics

import (
	"context"
	"fmt"
	"math"

	"headroom/analytics/band"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/internal/parallel"
	"headroom/storage/fleet"
)

// Limits of what [Loop.Sparklines] is asked for.
const (
	MaxSparklines  = 100 // nodes at a time
	MaxSparkDays   = 14
	MaxSparkPoints = 336
)

// Sparklines are small pictures of the last days, all over the same steps.
type Sparklines struct {
	Model string       `json:"model"` // of the bands
	Step  int          `json:"step_seconds"`
	From  int64        `json:"from"` // start of the first step, Unix seconds
	Lines []*Sparkline `json:"lines"`
}

// Sparkline is a node's load with its band: the means of each step's minutes, one
// entry of every slice for each step.
type Sparkline struct {
	ID      string   `json:"id"`
	Load    []Number `json:"load"` // null where nothing was measured
	Lower   []Number `json:"lower"`
	Upper   []Number `json:"upper"`
	Outside []int    `json:"outside"` // minutes whose load was outside of the band
}

// Sparklines returns the loads of nodes in the last days, in so many steps that are
// over, with the band by a model; an empty one is the configured one. The band is the
// one that was stored for the minutes; where none was, as in history that was
// imported, it is computed anew.
func (l *Loop) Sparklines(ctx context.Context, ids []string, model string, days, points int) (*Sparklines, error) {
	s := l.Snapshot()
	if s == nil {
		return nil, ErrNoSnapshot
	}
	s, err := s.Of(model)
	if err != nil {
		return nil, err
	}
	of, err := s.model.kindOf(s.Model)
	if err != nil {
		return nil, err
	}
	step := int64(days) * 24 * 60 / int64(points) * 60
	to := s.At.Unix() + 60
	to -= to % step
	out := &Sparklines{Model: s.Model, Step: int(step), From: to - int64(points)*step, Lines: make([]*Sparkline, len(ids))}
	nodes := make([]*fleet.Node, len(ids))
	for i, id := range ids {
		at := s.Find(id)
		if at < 0 {
			return nil, fmt.Errorf("%q: %w", id, ErrNoNode)
		}
		nodes[i] = s.nodes[at]
	}
	d := drawer{reader: l.reader, model: s.model, kind: of, stored: s.Model == l.Snapshot().Model, step: step, points: points, to: to}
	return out, parallel.Do(ctx, 0, len(ids), func(i int) (err error) {
		out.Lines[i], err = l.sparks.line(s.basis, sparkKey{ids[i], s.Model, step, points}, to, func(from int64) (*Sparkline, error) {
			return d.draw(ctx, nodes[i], from)
		})
		return err
	})
}

// drawer draws the lines of one request.
type drawer struct {
	reader reader
	model  *Model
	kind   kind
	stored bool // the model's bands are those that are written
	step   int64
	points int
	to     int64 // end of the last step, Unix seconds
}

// draw returns a node's steps from a time on; the first steps that it does not draw
// are left out.
func (d *drawer) draw(ctx context.Context, n *fleet.Node, from int64) (*Sparkline, error) {
	from = max(from, d.to-int64(d.points)*d.step)
	cal := season.NewCalendar(d.model.Location)
	first, _ := cal.Split(from)
	last, _ := cal.Split(d.to - 60)
	load, err := d.reader.One(ctx, n, first, last)
	if err != nil {
		return nil, err
	}
	defer load.release()
	bands := newBands(first, last)
	if d.stored {
		if err := d.reader.bands(ctx, n, bands); err != nil {
			return nil, err
		}
	}
	if day := bands.missing(load.grid); day <= last {
		if err := d.compute(ctx, n, bands, day); err != nil {
			return nil, err
		}
	}
	line := &Sparkline{ID: n.ID, Load: []Number{}, Lower: []Number{}, Upper: []Number{}, Outside: []int{}}
	for t := from; t < d.to; t += d.step {
		line.add(cal, load.grid, bands, t, t+d.step)
	}
	return line, nil
}

// add appends the step from ≤ t < to.
func (s *Sparkline) add(cal *season.Calendar, load *season.Grid, bands *bandGrid, from, to int64) {
	var v, lower, upper mean
	outside := 0
	for t := from; t < to; t += 60 {
		day, minute := cal.Split(t)
		x, b := load.Day(day - load.First)[minute], bands.at(day, minute)
		v.add(x)
		lower.add(b.Lower)
		upper.add(b.Upper)
		if x < b.Lower || x > b.Upper {
			outside++
		}
	}
	s.Load, s.Outside = append(s.Load, v.number()), append(s.Outside, outside)
	s.Lower, s.Upper = append(s.Lower, lower.number()), append(s.Upper, upper.number())
}

// mean of the values that are known.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) {
	if v == v {
		m.sum += v
		m.n++
	}
}

// number is the mean to two decimals, which is more than a small picture shows.
func (m *mean) number() Number {
	if m.n == 0 {
		return Unknown()
	}
	return Number(math.Round(100*m.sum/float64(m.n)) / 100)
}

// bandGrid holds the bounds of the minutes of some days, NaN where there is none.
type bandGrid struct{ lower, upper *season.Grid }

func newBands(first, last int) *bandGrid {
	grid := func() *season.Grid { return season.NewGrid(first, last-first+1, season.MinutesPerDay) }
	return &bandGrid{grid(), grid()}
}

func (b *bandGrid) at(day, minute int) band.Band {
	row := day - b.lower.First
	return band.Band{Lower: b.lower.Day(row)[minute], Upper: b.upper.Day(row)[minute]}
}

// bands reads the bounds that were stored for a node's minutes.
func (r reader) bands(ctx context.Context, n *fleet.Node, into *bandGrid) error {
	for suffix, g := range map[string]*season.Grid{"load_lower": into.lower, "load_upper": into.upper} {
		ms := rollup.Select(n, r.tree.Levels(), suffix)
		err := r.read(ctx, ms, g.First, g.First+g.Days()-1, func(h *history) {
			copy(g.Values, h.grid.Values)
			h.release()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
