package analytics

import (
	"context"
	"math"
	"time"

	"headroom/analytics/season"
)

// MaxHeatWeeks is how many weeks may be asked for at a time.
const MaxHeatWeeks = 12

const (
	hoursPerDay = 24
	daysPerWeek = 7
)

// Heat is a node's load by weekday and hour of the wall clock, over whole weeks that
// end with the last full day: as it was measured, without the intervals that a mark
// in force covers.
type Heat struct {
	ID     string     `json:"id"`
	Weeks  int        `json:"weeks"`
	Of     string     `json:"of"`             // which number the values are: [HeatMeans] or [HeatPeaks]
	From   string     `json:"from"`           // the first day, YYYY-MM-DD
	To     string     `json:"to"`             // the last one
	Cells  []HeatCell `json:"cells"`          // Monday 0:00 to Sunday 23:00
	Marked int        `json:"marked_minutes"` // that were measured and left out
}

// HeatCell is an hour of a weekday.
type HeatCell struct {
	Value   Number `json:"value"`   // the mean or the peak, whichever was asked for
	Mean    Number `json:"mean"`    // of the minutes with a load, in percent of a device
	Peak    Number `json:"peak"`    // the highest five-minute mean
	PeakOn  string `json:"peak_on"` // the first day that had it, YYYY-MM-DD; empty without one
	Minutes int    `json:"minutes"` // with a load
}

// What the values of a [Heat] can be: how the hours usually are, or how high they have been.
const (
	HeatMeans = "mean"
	HeatPeaks = "peak"
)

// Heat returns a node's load by weekday and hour over the last weeks, up to
// [MaxHeatWeeks]; of is [HeatMeans] or [HeatPeaks]. Of an hour that comes twice as clocks go back the later one counts;
// one that is skipped has no minutes.
func (l *Loop) Heat(ctx context.Context, id string, weeks int, of string) (*Heat, error) {
	n, s, err := l.node(id, "")
	if err != nil {
		return nil, err
	}
	m, last := l.model(), l.dayOf(s)-1
	first := last + 1 - daysPerWeek*weeks
	h, err := l.reader.One(ctx, n, first, last)
	if err != nil {
		return nil, err
	}
	defer h.release()
	out := &Heat{ID: id, Weeks: weeks, Of: of, From: season.Date(first), To: season.Date(last)}
	cal := season.NewCalendar(m.Location)
	for _, k := range m.marksOf(n.Path, cal.Start(first), cal.Start(last+1)) {
		out.Marked += leaveOut(h.grid, cal, k.From, k.To)
	}
	out.Cells = heatOf(h.grid)
	for i := range out.Cells {
		c := &out.Cells[i]
		c.Value = map[string]Number{HeatMeans: c.Mean, HeatPeaks: c.Peak}[of]
	}
	return out, nil
}

// leaveOut forgets the minutes from ≤ t < to, and tells how many had a load.
func leaveOut(g *season.Grid, cal *season.Calendar, from, to time.Time) (left int) {
	start, end := cal.Start(g.First), cal.Start(g.First+g.Days())
	for t := max(minuteStart(from), start); t < min(to.Unix(), end); t += 60 {
		day, minute := cal.Split(t)
		v := &g.Day(day - g.First)[minute]
		if *v == *v {
			left++
		}
		*v = math.NaN()
	}
	return left
}

// heatOf sums up the hours of a grid of minutes by weekday, in one pass over it.
func heatOf(g *season.Grid) []HeatCell {
	const length = season.MinutesPerDay / hoursPerDay
	const slot = season.MinutesPerDay / season.SlotsPerDay
	sums, cells := [daysPerWeek * hoursPerDay]float64{}, make([]HeatCell, daysPerWeek*hoursPerDay)
	for i := range cells {
		cells[i].Peak = Unknown()
	}
	for row := range g.Days() {
		day := g.Day(row)
		for at := 0; at < len(day); at += slot {
			c := weekday(g.First+row)*hoursPerDay + at/length
			mean, n := season.Mean(day[at : at+slot])
			if n == 0 {
				continue
			}
			sums[c] += mean * float64(n)
			cells[c].Minutes += n
			if full := Number(season.SlotMean(day[at : at+slot])); full.Known() && !(cells[c].Peak >= full) {
				cells[c].Peak, cells[c].PeakOn = full, season.Date(g.First+row)
			}
		}
	}
	for i := range cells {
		cells[i].Mean = Number(sums[i] / float64(cells[i].Minutes))
	}
	return cells
}

// weekday of a day since 1970-01-01, which was a Thursday: 0 is Monday.
func weekday(day int) int { return ((day+3)%daysPerWeek + daysPerWeek) % daysPerWeek }
