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

// Mark is an interval of a node's time from which the calibrated model does not
// learn: an incident, a change, whatever was not the node's own load.
type Mark struct {
	ID       int64
	Path     fleet.Path // the node with all below it; empty: all
	From, To int64      // Unix seconds: the minutes From ≤ t < To
	Kind     string
	Note     string

	Made, Ended int64 // Unix seconds: in force from Made on, and until Ended if that is not 0
}

func (k *Mark) String() string {
	s := k.Kind
	if k.Note != "" {
		s += " (" + k.Note + ")"
	}
	return fmt.Sprintf("%s of %s from %s to %s", s, orAll(k.Path.ID()), utc(k.From), utc(k.To))
}

func utc(t int64) string { return time.Unix(t, 0).UTC().Format("2006-01-02 15:04Z") }

func orAll(id string) string {
	if id == "" {
		return "all"
	}
	return id
}

// asOf returns the model with the marks that were in force at a time.
func (m *Model) asOf(at time.Time) *Model {
	out := *m
	out.marksAt = at.Unix()
	return &out
}

// marksOf returns the marks in force that concern a node and reach into a time.
func (m *Model) marksOf(path fleet.Path, from, to int64) (out []Mark) {
	for _, k := range m.Marks {
		inForce := k.Ended == 0
		if m.marksAt != 0 {
			inForce = k.Made <= m.marksAt && (k.Ended == 0 || k.Ended > m.marksAt)
		}
		if inForce && path.Under(k.Path) && k.From < to && k.To > from {
			out = append(out, k)
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
	marks   []Mark
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
	out    []span  // minutes that are not learned from
}

// span is a row of minutes of the day, from ≤ minute < to.
type span struct{ from, to int }

// dayPlan returns what is known of a node's day; the marks are those that may
// reach into it.
func (m *Model) dayPlan(path fleet.Path, cal *season.Calendar, day int, marks []Mark) dayPlan {
	var p dayPlan
	p.uplift, p.event = m.uplift(path, day)
	begin, end := cal.Start(day), cal.Start(day+1)
	for _, k := range marks {
		if k.From >= end || k.To <= begin {
			continue
		}
		s := span{0, season.MinutesPerDay}
		if k.From > begin {
			_, s.from = cal.Split(k.From)
		}
		if k.To < end {
			_, s.to = cal.Split(k.To)
		}
		p.out = append(p.out, s)
	}
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

// apply makes a day of minutes an ordinary one.
func (p *dayPlan) apply(day []float64) {
	if p.event == "" && p.out == nil {
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
