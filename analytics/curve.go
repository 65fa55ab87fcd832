package analytics

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"headroom/analytics/band"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// node finds a node of the current snapshot by a model.
func (l *Loop) node(id, model string) (*fleet.Node, *Snapshot, error) {
	s := l.Snapshot()
	if s == nil {
		return nil, nil, ErrNoSnapshot
	}
	s, err := s.Of(model)
	if err != nil {
		return nil, nil, err
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
// of today, by a model; an empty one is the configured one. The bands are computed from history anew, so that they are there
// also for days on which Headroom did not run.
func (l *Loop) Curve(ctx context.Context, id, model string) (*Curve, error) {
	n, s, err := l.node(id, model)
	if err != nil {
		return nil, err
	}
	m, day := s.model, l.dayOf(s)
	of, err := m.kindOf(model)
	if err != nil {
		return nil, err
	}
	h, err := l.reader.One(ctx, n, day-1-of.curveDays(m), day)
	if err != nil {
		return nil, err
	}
	defer h.release()
	devices, err := l.reader.Devices(ctx, day-1-of.curveDays(m), day, l.reader.devicesOf(n))
	if err != nil {
		return nil, err
	}
	h.devices = devices[n]
	c := &Curve{ID: id, Model: s.Model, Step: 60, Now: s.At.Unix(), Peak: s.Rows[n.Index].PeakToday}
	cal := season.NewCalendar(m.Location)
	for d := day - 1; d <= day; d++ {
		last := season.MinutesPerDay
		if d == day {
			_, last = cal.Split(c.Now)
		}
		c.addDay(cal, h.grid, of.bands(m, h, d, last), d)
	}
	return c, nil
}

// addDay appends the minutes of a local day from 24 hours before now on.
func (c *Curve) addDay(cal *season.Calendar, g *season.Grid, bands []band.Band, day int) {
	load, week := g.Day(day-g.First), g.Day(day-7-g.First)
	for t := max(cal.Start(day), c.Now-24*3600); t < cal.Start(day+1); t += 60 {
		_, minute := cal.Split(t)
		b, v := bands[minute], load[minute]
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

// Trend returns a node's daily peaks, the line through them, and what a model
// expects up to the horizon, with intervals of a nominal coverage; an empty model
// and a coverage of 0 are the configured ones.
func (l *Loop) Trend(ctx context.Context, id, model string, coverage float64) (*Trend, error) {
	n, s, err := l.node(id, model)
	if err != nil {
		return nil, err
	}
	g, m := s.learned, s.model
	t := &Trend{ID: id, Model: s.Model, Target: Number(m.TargetLoad), Growth: s.Growth[n.Index], Events: []TrendEvent{}}
	of, err := m.kindOf(model)
	if err != nil || g == nil {
		return t, err
	}
	k, first := g.of(n.Index), g.day-m.GrowthDays
	devices, err := l.reader.Devices(ctx, first, g.day-1, l.reader.devicesOf(n))
	if err != nil {
		return nil, err
	}
	t.Events = m.eventsWithin(n.Path, first, g.day-1+m.HorizonDays)
	for i := range m.GrowthDays + m.HorizonDays {
		h := i - m.GrowthDays + 1 // days after the last one that counts
		t.Days = append(t.Days, season.Date(g.day-1+h))
		t.Peaks = append(t.Peaks, numberAt(k.peaks, i))
		t.Devices = append(t.Devices, numberAt(devices[n], i))
		t.add(of, k, h, cmp.Or(coverage, m.Level))
	}
	return t, nil
}

func numberAt(values []float64, i int) Number {
	if i >= len(values) {
		return Unknown()
	}
	return Number(values[i])
}

// eventsWithin are the events of a node that reach into the days first … last.
func (m *Model) eventsWithin(path fleet.Path, first, last int) []TrendEvent {
	out := []TrendEvent{}
	for _, e := range m.Events {
		if e.From <= last && e.To >= first && path.Under(e.Path) {
			out = append(out, TrendEvent{e.Name, season.Date(e.From), season.Date(e.To), e.Uplift})
		}
	}
	return out
}

func (t *Trend) add(of kind, k *learned, h int, level float64) {
	line, ahead := math.NaN(), unknownInterval
	if k.lined {
		line = k.line.Value(float64(h))
	}
	if h > 0 {
		ahead = of.dayAhead(k, h, level)
	}
	t.Line = append(t.Line, Number(line))
	t.Forecast = append(t.Forecast, ahead.Value)
	t.Lower = append(t.Lower, ahead.Lower)
	t.Upper = append(t.Upper, ahead.Upper)
}
