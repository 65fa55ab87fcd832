package analytics

import (
	"fmt"
	"math"
	"slices"

	"headroom/analytics/band"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// classic is the plain model: mean ± 3 standard deviations of the same minute
// of the days before, a straight line through the daily peaks.
type classic struct{}

func (classic) name() string { return ModelClassic }

func (classic) band(k *learned, t *today) band.Band { return k.classic.band(t.minute) }

// since walks back through the day; minutes without a load change nothing.
func (classic) since(k *learned, t *today) (since int64) {
	above := t.minutes[t.minute] > k.classic.band(t.minute).Expected
	for m := t.minute; m >= 0; m-- {
		switch b, v := k.classic.band(m), t.minutes[m]; {
		case v != v:
		case !b.Deviates(v) || v > b.Expected != above:
			return since
		default:
			since = t.at - int64(t.minute-m)*60
		}
	}
	return since
}

// alarm is every value outside of the band.
func (classic) alarm(r *Row, _ *today) bool { return r.Deviates }

// noPeak is the forecast of a node of which nothing is known.
var noPeak = peak.Forecast{Value: math.NaN(), Lower: math.NaN(), Upper: math.NaN(), Slot: -1}

func (classic) peak(k *learned, t *today, z float64) peak.Forecast {
	d := k.classic.peak
	if d == nil {
		return noPeak
	}
	f := d.Forecast(t.next, t.lastHour(), t.seen, z)
	if usual := d.Slot[0]; t.seenAt >= 0 && (f.Value == t.seen || usual >= 0 && int(usual) < t.next) {
		f.Slot = t.seenAt // the usual hour of the peak is over
	}
	return f
}

func (classic) peakModel(*learned) string { return ModelClassic }

func (classic) missing(r *Row, k *learned) (what []string) {
	if !r.Mean.Known() {
		what = append(what, fmt.Sprintf("band: %d of %d days at this time of day", r.Days, band.MinDays))
	}
	if have := k.classic.peakDays(); have < peak.MinBaseDays {
		what = append(what, fmt.Sprintf("peak: %d of %d full days", have, peak.MinBaseDays))
	}
	return what
}

func (classic) grown(k *learned) bool { return k.lined }

func (classic) outlook(g *Growth, k *learned, m *Model) {
	l := k.line
	g.setTrend(k.line.Slope)
	g.PeakAtHorizon = interval(l.At(m.HorizonDays, m.Level))
	g.PeakMax = interval(l.Max(m.HorizonDays, m.Level))
	g.setFull(k.classic.reach)
}

func (classic) dayAhead(k *learned, h int, level float64) Interval {
	if !k.lined {
		return unknownInterval
	}
	return interval(k.line.At(h, level))
}

func (classic) bands(m *Model, h *history, day, _ int) []band.Band {
	var c classicDay
	c.setBand(m, h.grid, day)
	out := make([]band.Band, season.MinutesPerDay)
	for minute := range out {
		out[minute] = c.band(minute)
	}
	return out
}

func (classic) curveDays(m *Model) int { return max(m.BandDays, 7) }

// classicDay is what the classic model learned for one day. The zero value knows
// nothing.
type classicDay struct {
	expected, half []float64 // the band by minute of the day, NaN unknown
	days           []uint8   // previous days that the band stands on; nil: always as many
	always         uint8
	peak           *peak.Day
	reach          growth.Reach
}

// setBand learns the band from the days before a day.
func (c *classicDay) setBand(m *Model, g *season.Grid, day int) {
	t := band.NewTable(season.MinutesPerDay)
	t.Learn(g, day, m.BandDays, m.BandWidth)
	c.expected, c.half = t.Expected, t.Half // without the sums that they were made of
	days := make([]uint8, len(t.Days))
	for i, n := range t.Days {
		days[i] = uint8(min(n, math.MaxUint8))
	}
	if c.always = days[0]; slices.Min(days) < slices.Max(days) {
		c.days = days
	}
}

// band returns the band of a minute of the day.
func (c *classicDay) band(minute int) band.Band {
	if c.expected == nil {
		return band.None(0)
	}
	e, half := c.expected[minute], c.half[minute]
	days := c.always
	if c.days != nil {
		days = c.days[minute]
	}
	return band.Band{Expected: e, Lower: e - half, Upper: e + half, Days: int(days)}
}

func (c *classicDay) peakDays() int {
	if c.peak == nil {
		return 0
	}
	return c.peak.Days
}
