package analytics

import (
	"fmt"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// calibrated is the model whose intervals hold what they promise: a band that
// follows the load, a peak that learns from the day so far, a growth that knows
// how wrong it was.
type calibrated struct{}

// replayDays is how many days of history the band and the alarm follow before
// today: those of the usual day, and then enough for the tails to be counted.
const replayDays = 45

func (calibrated) name() string { return ModelCalibrated }

func (calibrated) band(_ *learned, t *today) band.Band { return t.judge().band }

func (calibrated) since(_ *learned, t *today) int64 {
	t.judge()
	return t.outside
}

func (calibrated) alarm(_ *Row, t *today) bool { return t.judge().alarm }

func (calibrated) peak(k *learned, t *today, z float64) peak.Forecast {
	if k.peak == nil {
		return noPeak
	}
	return scaled(k.peakBy.Forecast(t.ordinaryFive(), t.next, z), t.plan.factor())
}

func (calibrated) peakModel(k *learned) string { return k.peakModel }

// scaled is the forecast of a load that is multiplied.
func scaled(f peak.Forecast, by float64) peak.Forecast {
	f.Value, f.Lower, f.Upper = f.Value*by, f.Lower*by, f.Upper*by
	return f
}

// beingRead is the reason while a restart has not read all history yet.
const beingRead = "the history is being read"

// noGrowth says why there is a line and no calibrated growth.
func (k *learned) noGrowth() string {
	if k.peak == nil {
		return beingRead
	}
	return fmt.Sprintf("fewer than %d daily peaks are left without the marked intervals", growth.MinDays)
}

func (calibrated) missing(r *Row, k *learned) (what []string) {
	if k.peak == nil && k.classic.peak != nil {
		return []string{beingRead}
	}
	if !r.Mean.Known() {
		what = append(what, fmt.Sprintf("band: %d of %d days at this time of day%s", r.Days, band.MinDays, readyOn(r.At, band.MinDays-r.Days)))
	}
	have := 0
	if k.peak != nil {
		have = k.peak.Days
	}
	if have < peak.NeedDays {
		what = append(what, fmt.Sprintf("peak: %d of %d full days%s", have, peak.NeedDays, readyOn(r.At, peak.NeedDays-have)))
	}
	return what
}

// readyOn says when so many days more are there, if none is missed.
func readyOn(at time.Time, days int) string {
	return ", ready on " + at.AddDate(0, 0, max(days, 1)).Format(time.DateOnly)
}

func (calibrated) grown(k *learned) bool { return k.growth != nil }

func (calibrated) outlook(g *Growth, k *learned, m *Model) {
	g.setTrend(k.growth.Trend())
	g.PeakAtHorizon = numbers(k.growth.Day(m.HorizonDays, m.Level))
	g.PeakMax = numbers(k.growth.Largest(m.HorizonDays, m.Level))
	g.setFull(k.reach)
}

func (calibrated) dayAhead(k *learned, h int, level float64) Interval {
	if k.growth == nil {
		return unknownInterval
	}
	return numbers(k.growth.Day(h, level))
}

func (calibrated) bands(m *Model, h *history, day, now int) []band.Band {
	past := history{node: h.node, grid: cloneGrid(h.grid), devices: h.devices} // as it is for this day
	past.ordinary(m, day)
	load, plan := h.grid.Day(day-h.grid.First), m.planOf(h.node.Path, day)
	s := m.follow(past.grid, day, &plan)
	out := make([]band.Band, len(load))
	for minute, v := range load {
		out[minute] = times(s.Later(day, minute, max(0, minute-now)), plan.factor())
		if v = plan.learn(minute, v); minute <= now && v == v {
			s.See(day, minute, v)
		}
	}
	return out
}

func (calibrated) curveDays(*Model) int { return replayDays }

// follow returns the state of band and alarm at the beginning of a day.
func (m *Model) follow(g *season.Grid, day int, plan *dayPlan) *detect.State {
	first, end := g.Rows(day-replayDays, day)
	s := detect.Learn(&season.Grid{First: g.First + first, Slots: g.Slots, Values: g.Values[first*g.Slots : end*g.Slots]}, day, m.Alarm)
	s.Scale(plan.factor())
	return s
}
