package backtest

import (
	"io"
	"math"
	"strconv"

	"headroom/analytics/growth"
	"headroom/analytics/season"
)

// growthRows is the outcome of the task growth.
type growthRows struct {
	origins []origin
}

// origin is a day as of which the coming days were forecast.
type origin struct {
	asof    int
	said    []interval // of each day of the horizon, then of the largest; nil: nothing
	actuals []float64  // likewise; NaN: not known
}

const (
	// missingDays is how many of the days behind a forecast may be missing.
	missingDays = 6
	// knownShare is the share of the horizon's days that must be known for
	// their largest peak to be.
	knownShare = 0.9
)

// replayGrowth forecasts as of the 60th day and then once a week.
func replayGrowth(o Options, p *placed, m model) (outcome, error) {
	g, out := p.peakGrid(), &growthRows{}
	peaks := dailyPeaks(g)
	for last := growth.Days - 1; last < len(peaks); last += week {
		if !p.over(p.cal.Start(p.from + last + 1)) {
			break
		}
		first := last + 1 - growth.Days
		if known(peaks[first:last+1]) < growth.Days-missingDays {
			continue
		}
		out.origins = append(out.origins, origin{
			asof:    p.from + last,
			said:    m.growth(window(g, first, last+1), o.Horizon, o.Level),
			actuals: actuals(peaks[last+1:], o.Horizon),
		})
	}
	return out, nil
}

// window returns some rows of a grid, without copying them.
func window(g *season.Grid, from, to int) *season.Grid {
	return &season.Grid{First: g.First + from, Slots: g.Slots, Values: g.Values[from*g.Slots : to*g.Slots]}
}

// dailyPeaks returns the peak of each day of a grid, NaN of days with gaps.
func dailyPeaks(g *season.Grid) []float64 {
	peaks := make([]float64, g.Days())
	for i := range peaks {
		peaks[i] = season.Peak(g.Day(i), growth.FullShare)
	}
	return peaks
}

// actuals returns the first peaks of what came, one for each day of the
// horizon, and then the largest of them.
func actuals(came []float64, horizon int) []float64 {
	out := make([]float64, horizon+1)
	for h := range out {
		out[h] = math.NaN()
	}
	n := copy(out[:horizon], came)
	if n == horizon && float64(known(out)) >= knownShare*float64(horizon) {
		out[horizon], _ = season.Max(out[:horizon])
	}
	return out
}

func known(values []float64) int {
	_, n := season.Mean(values)
	return n
}

func (r *growthRows) csv(w io.Writer) error {
	t := newTable(w, "asof", "target", "forecast", "lower", "upper", "actual")
	for _, g := range r.origins {
		for h, said := range g.said {
			t.text(season.Date(g.asof))
			t.text(target(h, len(g.said)-1))
			t.numbers(said.value, said.lower, said.upper, g.actuals[h])
			t.end()
		}
	}
	return t.flush()
}

func target(h, horizon int) string {
	if h == horizon {
		return "max"
	}
	return strconv.Itoa(h + 1)
}

func (r *growthRows) score(o Options) tally {
	t, largest := tallyOf(r.steps(), o.Level), tally{}
	for _, g := range r.origins {
		if g.said != nil {
			largest.see(g.actuals[o.Horizon], g.said[o.Horizon], o.Level)
		}
	}
	t.largest = &largest
	return t
}

// steps are the days of each horizon, without the largest peak.
func (r *growthRows) steps() (out []step) {
	for _, g := range r.origins {
		for h, actual := range g.actuals[:len(g.actuals)-1] {
			s := step{origin: g.asof, actual: actual, said: unknown}
			if g.said != nil {
				s.said = g.said[h]
			}
			out = append(out, s)
		}
	}
	return out
}
