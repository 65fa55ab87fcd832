package calendar

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
)

// Calendar is a union of times in one zone; without any, all time is in it.
type Calendar struct {
	periods []period
	zone    *time.Location
}

type period struct {
	timeinterval.TimeInterval
	dates, except []days
}

// New reads times, of which it tells all faults.
func New(times []Times, zone *time.Location) (*Calendar, []Fault) {
	c := &Calendar{zone: zone}
	var faults []Fault
	for i, t := range times {
		r := reader{key: fmt.Sprintf("times[%d]", i)}
		c.periods = append(c.periods, r.read(t))
		faults = append(faults, r.faults...)
	}
	if len(times) > MaxList {
		faults = append(faults, Fault{"times", fmt.Sprintf("at most %d items", MaxList), fmt.Sprint(len(times))})
	}
	return c, faults
}

// Contains tells whether a time lies in the calendar's.
func (c *Calendar) Contains(t time.Time) bool {
	t = t.In(c.zone)
	return len(c.periods) == 0 || slices.ContainsFunc(c.periods, func(p period) bool { return p.contains(t) })
}

func (p *period) contains(t time.Time) bool {
	if !p.ContainsTime(t) {
		return false
	}
	if len(p.dates)+len(p.except) == 0 {
		return true
	}
	today := number(t)
	in := func(d days) bool { return d.from <= today && today <= d.to }
	return (len(p.dates) == 0 || slices.ContainsFunc(p.dates, in)) && !slices.ContainsFunc(p.except, in)
}

// Change returns the first time after t at which Contains answers otherwise than
// at t, or limit if there is none before it.
//
// Contains can only change at the edges of hours, at midnight and where the zone
// changes its offset, so no other time is tried. It costs some microseconds a day.
func (c *Calendar) Change(t, limit time.Time) time.Time {
	if len(c.periods) == 0 {
		return limit
	}
	now := c.Contains(t)
	for day := t.In(c.zone); day.Before(limit.Add(24 * time.Hour)); day = day.AddDate(0, 0, 1) {
		for _, at := range c.edges(day) {
			if at.After(t) && at.Before(limit) && c.Contains(at) != now {
				return at
			}
		}
	}
	return limit
}

// edges returns when Contains may change on the local day of t, in order. An hour
// that comes twice has its edges twice.
func (c *Calendar) edges(t time.Time) (edges []time.Time) {
	y, m, d := t.Date()
	noon := time.Date(y, m, d, 12, 0, 0, 0, c.zone)
	today := number(noon)
	add := func(at time.Time) {
		if number(at.In(c.zone)) == today {
			edges = append(edges, at)
		}
	}
	offsets := map[int]bool{}
	for _, away := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := noon.Add(away).Zone()
		offsets[offset] = true
	}
	start, end := noon.ZoneBounds()
	add(start)
	add(end)
	for offset := range offsets {
		midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Add(-time.Duration(offset) * time.Second)
		add(midnight)
		for _, p := range c.periods {
			for _, hours := range p.Times {
				add(midnight.Add(time.Duration(hours.StartMinute) * time.Minute))
				add(midnight.Add(time.Duration(hours.EndMinute) * time.Minute))
			}
		}
	}
	slices.SortFunc(edges, time.Time.Compare)
	return edges
}
