package backtest

import (
	"fmt"
	"slices"
	"time"

	"headroom/analytics/season"
)

// placed is a series in slots of local time.
type placed struct {
	*Series
	cal      *season.Calendar
	length   int   // minutes of a slot, a divisor of a day
	day      []int // of each row: local day, and slot of the day
	slot     []int
	from, to int // first local day, and the one after the last
}

// maxSlots bounds the memory of a series: 60 years of minutes.
const maxSlots = 1 << 25

// place puts the rows into slots.
func place(s *Series, loc *time.Location) (*placed, error) {
	p := &placed{Series: s, cal: season.NewCalendar(loc), length: slotMinutes(stepOf(s.Times))}
	half := int64(p.length) * 60 / 2
	for _, t := range s.Times {
		day, minute := p.cal.Split(t + half)
		p.day, p.slot = append(p.day, day), append(p.slot, minute/p.length)
	}
	p.from, p.to = slices.Min(p.day), slices.Max(p.day)+1
	if n := (p.to - p.from) * p.slots(); n > maxSlots {
		return nil, fmt.Errorf("%d days in steps of %d min are too long a series (%s … %s)",
			p.to-p.from, p.length, season.Date(p.from), season.Date(p.to-1))
	}
	return p, nil
}

func (p *placed) slots() int { return season.MinutesPerDay / p.length }

// empty returns a grid for the series' days without its values.
func (p *placed) empty() *season.Grid { return season.NewGrid(p.from, p.to-p.from, p.slots()) }

// peakGrid returns the series as days of five-minute means, or of its own slots
// where these are coarser.
func (p *placed) peakGrid() *season.Grid {
	g := p.empty()
	for i, v := range p.Values {
		g.Day(p.day[i] - p.from)[p.slot[i]] = v
	}
	if p.length >= 5 {
		return g
	}
	five := season.NewGrid(p.from, g.Days(), season.SlotsPerDay)
	minutes := make([]float64, season.MinutesPerDay)
	for i := range g.Days() {
		for m := range minutes {
			minutes[m] = g.Day(i)[m/p.length]
		}
		season.FiveMinuteMeans(five.Day(i), minutes)
	}
	return five
}

// over tells whether the series reaches the moment t.
func (p *placed) over(t int64) bool {
	return p.Times[len(p.Times)-1]+int64(p.length)*60 >= t
}

// stepRows is how many rows show the step of a series. They are its first ones,
// so that the step does not depend on what comes later.
const stepRows = 31

// stepOf returns the median distance of the first rows in seconds.
func stepOf(times []int64) int64 {
	times = times[:min(len(times), stepRows)]
	if len(times) < 2 {
		return 60
	}
	steps := make([]int64, 0, stepRows)
	for i, t := range times[1:] {
		steps = append(steps, t-times[i])
	}
	slices.Sort(steps)
	return steps[(len(steps)-1)/2]
}

// slotMinutes returns the length of slots for a step in seconds: the divisor of
// a day next to the step or, where that is over a tenth too short for each slot
// to get a value, the next longer one.
func slotMinutes(step int64) int {
	best, day := int64(1), int64(season.MinutesPerDay)
	for m := best; m <= day; m++ {
		if day%m != 0 {
			continue
		}
		if best*60*10 < step*9 || abs(m*60-step) < abs(best*60-step) {
			best = m
		}
	}
	return int(best)
}

func abs(n int64) int64 { return max(n, -n) }
