package analytics

import (
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/growth"
	"headroom/analytics/prepare"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// asOf returns the model with the marks and choices that were in force at a time.
func (m *Model) asOf(at time.Time) *Model {
	out := *m
	out.at = at
	return &out
}

// marksOf returns the marks in force that concern a node and reach into a time.
func (m *Model) marksOf(path fleet.Path, from, to int64) (out []fleet.Mark) {
	for i := range m.Marks {
		if k := &m.Marks[i]; k.InForce(m.at) && path.Under(k.Path) && k.From.Unix() < to && k.To.Unix() > from {
			out = append(out, *k)
		}
	}
	return out
}

// uplift is what the events of a day multiply a node's load by, 1 without any; of
// several on one day the highest counts. Name is that of the event.
func (m *Model) uplift(path fleet.Path, day int) (by float64, name string) {
	by = 1
	for _, e := range m.Events {
		if e.From <= day && day <= e.To && path.Under(e.Path) && (name == "" || e.Uplift > by) {
			by, name = e.Uplift, e.Name
		}
	}
	return by, name
}

// highest is the event of the days after asOf up to a horizon with the highest
// uplift above 1; nil without one.
func (m *Model) highest(path fleet.Path, asOf, horizon int) (most *Event) {
	for i := range m.Events {
		e := &m.Events[i]
		if asOf < e.To && e.From <= asOf+horizon && e.Uplift > 1 && path.Under(e.Path) && (most == nil || e.Uplift > most.Uplift) {
			most = e
		}
	}
	return most
}

// factors are the uplifts of the days after asOf, in rows of days.
func (m *Model) factors(path fleet.Path, asOf int) (out []growth.Factor) {
	var starts []int // of rows of days with the same events
	for _, e := range m.Events {
		if e.To > asOf && path.Under(e.Path) {
			starts = append(starts, max(e.From, asOf+1), e.To+1)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	for i := 0; i+1 < len(starts); i++ {
		if by, _ := m.uplift(path, starts[i]); by != 1 {
			out = append(out, growth.Factor{From: starts[i] - asOf, To: starts[i+1] - 1 - asOf, By: by})
		}
	}
	return out
}

// ordinary is what was done to a history to make it one of ordinary days.
type ordinary struct {
	devices []prepare.Change // days are those of the grid
	marks   []fleet.Mark
	events  []string // a line each
}

// any tells whether anything was done.
func (o *ordinary) any() bool { return len(o.devices)+len(o.marks)+len(o.events) > 0 }

// ordinary brings the days before day to what they would have been as ordinary
// ones on the present number of devices: without marked intervals, without the
// uplift of events. The grid is changed.
func (h *history) ordinary(m *Model, day int) (did ordinary) {
	cal := season.NewCalendar(m.Location)
	first := h.grid.First
	did.marks = m.marksOf(h.node.Path, cal.Start(first), cal.Start(day))
	for row := range max(0, min(day-first, h.grid.Days())) {
		p := m.dayPlan(h.node.Path, cal, first+row, did.marks)
		if name := p.event; name != "" {
			did.events = append(did.events, fmt.Sprintf("%s  %s ÷ %s", season.Date(first+row), name, num(p.uplift)))
		}
		p.apply(h.grid.Day(row))
	}
	did.devices = h.resize(day)
	return did
}

// dayPlan is what is known of a day besides its load. The zero value is an
// ordinary day.
type dayPlan struct {
	uplift float64 // of an event
	event  string  // its name; empty: none
	next   float64 // uplift of the day after
	out    []span  // minutes that are not learned from
}

// span is a row of minutes of the day, from ≤ minute < to.
type span struct{ from, to int }

// dayPlan returns what is known of a node's day; the marks are those that may
// reach into it.
func (m *Model) dayPlan(path fleet.Path, cal *season.Calendar, day int, marks []fleet.Mark) dayPlan {
	p := m.eventsOf(path, day)
	begin, end := cal.Start(day), cal.Start(day+1)
	for _, k := range marks {
		from, to := k.From.Unix(), k.To.Unix()
		if from >= end || to <= begin {
			continue
		}
		s := span{0, season.MinutesPerDay}
		if from > begin {
			_, s.from = cal.Split(from)
		}
		if to < end {
			_, s.to = cal.Split(to)
		}
		p.out = append(p.out, s)
	}
	return p
}

// eventsOf is the plan of a day without its marks.
func (m *Model) eventsOf(path fleet.Path, day int) (p dayPlan) {
	p.uplift, p.event = m.uplift(path, day)
	p.next, _ = m.uplift(path, day+1)
	return p
}

// planOf is the plan of one day, by the marks in force.
func (m *Model) planOf(path fleet.Path, day int) dayPlan {
	cal := season.NewCalendar(m.Location)
	return m.dayPlan(path, cal, day, m.marksOf(path, cal.Start(day), cal.Start(day+1)))
}

// factor is what the event multiplies the load by.
func (p *dayPlan) factor() float64 {
	if p.event == "" {
		return 1
	}
	return p.uplift
}

// learn is what is to be learned from a load: that of an ordinary day, NaN for
// nothing.
func (p *dayPlan) learn(minute int, v float64) float64 {
	for _, s := range p.out {
		if s.from <= minute && minute < s.to {
			return math.NaN()
		}
	}
	return v / p.factor()
}

// ordinary tells whether nothing is known of the day.
func (p *dayPlan) ordinary() bool { return p.event == "" && p.out == nil }

// apply makes a day of minutes an ordinary one.
func (p *dayPlan) apply(day []float64) {
	if p.ordinary() {
		return
	}
	for minute, v := range day {
		day[minute] = p.learn(minute, v)
	}
}

// times is a band of a load that is multiplied.
func times(b band.Band, by float64) band.Band {
	b.Expected, b.Lower, b.Upper = b.Expected*by, b.Lower*by, b.Upper*by
	return b
}
