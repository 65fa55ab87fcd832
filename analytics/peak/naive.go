package peak

import (
	"math"

	"headroom/analytics/season"
)

// Naive is the seasonal naive forecast of a day: the peak of a week before (of the
// day before where that is not known), not below what was seen. Its interval comes
// from how wrong that was, as of the same time of day, on the last 28 days; from
// fewer than [MinErrorDays] of them there is none. It is not changed by use.
type Naive struct {
	peak   float64
	spread [dayHours]float64 // sample standard deviation of relative errors, by hour
}

// LearnNaive takes what the rows of g before a day say about that day.
func LearnNaive(g *season.Grid, day int) *Naive {
	_, row := g.Rows(g.First, day)
	n := &Naive{peak: weekBefore(g, row)}
	for hour := range n.spread {
		n.spread[hour] = naiveSpread(g, row, hour*g.Slots/(dayHours-1))
	}
	return n
}

// Forecast is as that of an [Outlook]; between two full hours the interval is
// interpolated.
func (n *Naive) Forecast(today []float64, asof int, z float64) Forecast {
	at := float64(asof) * (dayHours - 1) / float64(len(today))
	hour := min(int(at), dayHours-2)
	share := at - float64(hour)
	spread := n.spread[hour]
	if share > 0 {
		spread += share * (n.spread[hour+1] - spread)
	}
	_, seen := SoFar(today, asof)
	return naive(n.peak, seen, z*spread)
}

// NaiveAsOf forecasts the peak of a row of g as of one slot: what [LearnNaive] and
// [Naive.Forecast] say at full hours.
func NaiveAsOf(g *season.Grid, row, asof int, z float64) Forecast {
	_, seen := SoFar(g.Day(row), asof)
	return naive(weekBefore(g, row), seen, z*naiveSpread(g, row, asof))
}

func naive(peak, seen, share float64) Forecast {
	f := Forecast{Value: naiveValue(peak, seen), Slot: -1}
	half := share * math.Abs(f.Value)
	f.Lower, f.Upper = f.Value-half, f.Value+half
	return f
}

// naiveValue is not below what was seen; if nothing is known of the days before,
// what was seen is no forecast.
func naiveValue(peak, seen float64) float64 { return atLeast(peak, seen) }

// weekBefore is the peak of the same weekday, or of the day before.
func weekBefore(g *season.Grid, row int) float64 {
	v := peakOf(g, row-week)
	if v != v {
		v = peakOf(g, row-1)
	}
	return v
}

func peakOf(g *season.Grid, row int) float64 {
	if row < 0 {
		return math.NaN()
	}
	return season.Peak(g.Day(row), FullShare)
}

// naiveSpread is how wrong the forecasts of the days before a row were as of a slot.
func naiveSpread(g *season.Grid, row, slot int) float64 {
	var errs season.Moment
	n, s := 0, math.NaN()
	for i := row - 1; i >= 0 && n < ErrorDays; i-- {
		_, seen := SoFar(g.Day(i), slot)
		if e := peakOf(g, i)/naiveValue(weekBefore(g, i), seen) - 1; e == e && !math.IsInf(e, 0) {
			errs = errs.With(e)
			n, _, s = errs.Stats()
		}
	}
	if n < MinErrorDays {
		return math.NaN()
	}
	return s
}
