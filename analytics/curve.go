package analytics

import (
	"context"
	"fmt"
	"math"

	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// node finds a node of the current snapshot.
func (l *Loop) node(id string) (*fleet.Node, *Snapshot, error) {
	s := l.Snapshot()
	if s == nil {
		return nil, nil, ErrNoSnapshot
	}
	i := s.Find(id)
	if i < 0 {
		return nil, nil, fmt.Errorf("%q: %w", id, ErrNoNode)
	}
	return s.nodes[i], s, nil
}

// dayOf returns the local day that a snapshot is about.
func (l *Loop) dayOf(s *Snapshot) int {
	day, _ := season.NewCalendar(l.model().Location).Split(s.At.Unix())
	return day
}

// Curve returns a node's load of the last 24 hours, and its band up to the end
// of today. The bands are computed from history anew, so that they are there
// also for days on which Headroom did not run.
func (l *Loop) Curve(ctx context.Context, id string) (*Curve, error) {
	n, s, err := l.node(id)
	if err != nil {
		return nil, err
	}
	m, day := *l.model(), l.dayOf(s)
	h, err := l.reader.One(ctx, n, day-1-max(m.BandDays, 7), day)
	if err != nil {
		return nil, err
	}
	defer h.release()
	c := &Curve{ID: id, Step: 60, Now: s.At.Unix(), Peak: s.Rows[n.Index].PeakToday}
	cal := season.NewCalendar(m.Location)
	for d := day - 1; d <= day; d++ {
		k := &learned{}
		k.classic.setBand(&m, h.grid, d)
		l.addDay(c, cal, h.grid, k, d)
	}
	return c, nil
}

// addDay appends the minutes of a local day from 24 hours before now on.
func (l *Loop) addDay(c *Curve, cal *season.Calendar, g *season.Grid, k *learned, day int) {
	load, week := g.Day(day-g.First), g.Day(day-7-g.First)
	for t := max(cal.Start(day), c.Now-24*3600); t < cal.Start(day+1); t += 60 {
		_, minute := cal.Split(t)
		b, v := k.classic.band(minute), load[minute]
		if t > c.Now {
			v = math.NaN()
		}
		c.Times = append(c.Times, t)
		c.Load = append(c.Load, Number(v))
		c.Expected = append(c.Expected, Number(b.Expected))
		c.Lower = append(c.Lower, Number(b.Lower))
		c.Upper = append(c.Upper, Number(b.Upper))
		c.LastWeek = append(c.LastWeek, Number(week[minute]))
	}
}

// Trend returns a node's daily peaks, the line through them and its
// continuation to the horizon.
func (l *Loop) Trend(_ context.Context, id string) (*Trend, error) {
	n, s, err := l.node(id)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	g := l.learned
	l.mu.Unlock()
	k, m := g.of(n.Index), *l.model()
	t := &Trend{ID: id, Target: Number(m.TargetLoad), Growth: s.Growth[n.Index]}
	if g == nil {
		return t, nil
	}
	for i := range m.GrowthDays + m.HorizonDays {
		h := i - m.GrowthDays + 1 // days after the last one that counts
		t.Days = append(t.Days, season.Date(g.day-1+h))
		t.Peaks = append(t.Peaks, peakAt(k.peaks, i))
		t.addLine(k, h, m.Level)
	}
	return t, nil
}

func peakAt(peaks []float64, i int) Number {
	if i >= len(peaks) {
		return Unknown()
	}
	return Number(peaks[i])
}

func (t *Trend) addLine(k *learned, h int, level float64) {
	value, lower, upper := math.NaN(), math.NaN(), math.NaN()
	if k.lined {
		value = k.line.Value(float64(h))
	}
	if k.lined && h > 0 {
		_, lower, upper = k.line.At(h, level)
	}
	t.Line = append(t.Line, Number(value))
	t.Lower = append(t.Lower, Number(lower))
	t.Upper = append(t.Upper, Number(upper))
}
