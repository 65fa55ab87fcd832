package analytics

import (
	"fmt"
	"math"
	"strings"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// row judges one node in one minute by one model; before is what it was in the
// snapshot before.
func (m *Model) row(of kind, at time.Time, n *fleet.Node, k *learned, t *today, frame *rollup.Frame, level string, before *Row) Row {
	v := frame.At(n.Index)
	r := Row{
		ID: n.ID, Path: n.Path, Level: level, At: at,
		Devices: Number(v.Devices), DevicesSilent: Number(v.Silent), Processes: Number(v.Processes), Waiting: v.Waiting,
		BusySeconds: Number(v.Busy), Requests: Number(v.Requests),
		Load: Number(v.Load), LoadMax: Number(v.LoadMax), Score: Unknown(), State: OK,
	}
	r.compare(of.band(k, t))
	r.Alarm = of.alarm(&r, t)
	r.follow(before, func() int64 { return of.since(k, t) })
	r.PeakToday = peakToday(at, of.peak(k, t, band.Width(m.Level)), t.seen)
	r.PeakToday.Model = of.peakModel(k)
	r.leave(m.TargetLoad, frame.Domains(n.Index))
	r.state(at, of.missing(&r, k), t)
	return r
}

// compare sets the band and the verdict.
func (r *Row) compare(b band.Band) {
	r.Mean, r.Lower, r.Upper, r.Days = Number(b.Expected), Number(b.Lower), Number(b.Upper), b.Days
	load := float64(r.Load)
	if math.IsNaN(load) || !b.Known() {
		return
	}
	r.Score = Number(b.Score(load))
	r.Deviates = b.Deviates(load)
	switch {
	case r.Deviates && load > b.Expected:
		r.Direction = "up"
	case r.Deviates:
		r.Direction = "down"
	}
}

// follow tells since when the node deviates; a change of direction begins anew. If
// the row before does not tell, as after a start, the day's minutes do.
func (r *Row) follow(before *Row, since func() int64) {
	switch {
	case !r.Deviates:
	case before.Deviates && before.Direction == r.Direction:
		r.Since = before.Since
	default:
		r.Since = &r.At
		if first := since(); first > 0 && first < r.At.Unix() {
			at := time.Unix(first, 0).In(r.At.Location())
			r.Since = &at
		}
	}
}

// peakToday is a forecast of today's peak, with the time of its slot.
func peakToday(at time.Time, f peak.Forecast, seen float64) Peak {
	p := Peak{Value: Number(f.Value), Lower: Number(f.Lower), Upper: Number(f.Upper), Seen: Number(seen)}
	if f.Slot >= 0 && p.Value.Known() {
		const length = season.MinutesPerDay / season.SlotsPerDay
		when := time.Date(at.Year(), at.Month(), at.Day(), 0, f.Slot*length, 0, 0, at.Location())
		p.At = &when
	}
	return p
}

// state tells whether the row can be judged and, if not, what is missing.
func (r *Row) state(at time.Time, missing []string, t *today) {
	r.Age = 0
	switch {
	case !r.Load.Known():
		r.stale(at, t)
	case len(missing) > 0:
		r.State, r.Reason = Learning, strings.Join(missing, "; ")
	}
}

// stale tells how old the newest load is.
func (r *Row) stale(at time.Time, t *today) {
	r.State, r.Age = Stale, Unknown()
	if t.newest == 0 {
		r.Reason = "no load was ever reported"
		return
	}
	age := at.Unix() - t.newest
	r.Age = Number(age)
	r.Reason = fmt.Sprintf("no load since %s", time.Unix(t.newest, 0).In(at.Location()).Format("2006-01-02 15:04"))
}

// growth makes a node's line of the expansion report. The order of an inner
// node is left to sumOrders.
func (m *Model) growth(of kind, n *fleet.Node, g *generation, i int, r *Row) Growth {
	k := g.of(i)
	out := Growth{
		ID: n.ID, Path: n.Path, Level: r.Level, Days: k.have, HorizonDays: m.HorizonDays,
		TargetLoad: Number(m.TargetLoad), Devices: r.present(),
		SlopePerDay: Unknown(), PercentPerDay: Unknown(), TrendPerDay: Unknown(), R2: Unknown(), PeakNow: Unknown(),
		PeakAtHorizon: unknownInterval, PeakMax: unknownInterval,
		DevicesNeeded: Unknown(), DevicesToRequest: Unknown(), State: OK,
		Risk: Unknown(), PeakAtRisk: Unknown(), Spares: Unknown(), PooledNeeded: Unknown(),
	}
	if g != nil {
		out.AsOf = season.Date(g.day - 1)
	}
	if !k.lined {
		out.State = Learning
		out.Reason = fmt.Sprintf("%d of %d daily peaks%s", k.have, growth.MinDays, readyOn(r.At, growth.MinDays-k.have))
		return out
	}
	out.setLine(k.line)
	if !of.grown(k) {
		out.State, out.Reason = Learning, k.noGrowth()
		return out
	}
	of.outlook(&out, k, m)
	if n.Module {
		out.order(of, k, m)
		if r.DevicesSilent > 0 && out.DevicesNeeded.Known() {
			out.Reason += fmt.Sprintf(" (Of these devices %.0f are silent now.)", r.DevicesSilent)
		}
	}
	return out
}

// present are the devices that there are, whether they report or were silent for
// less than a day: a sender that stopped does not make an order smaller.
// Unknown if there are none.
func (r *Row) present() Number {
	if n := r.Devices.plus(r.DevicesSilent); n > 0 {
		return n
	}
	return r.Devices
}

// setLine sets the straight line through the daily peaks, which every model
// shows.
func (g *Growth) setLine(l growth.Line) {
	g.SlopePerDay, g.R2, g.PeakNow = Number(l.Slope), Number(l.R2), Number(l.Intercept)
	g.PercentPerDay = Number(100 * l.Slope / l.Intercept)
}

// steady is the growth of the line, in percent of a day's peak, that is not worth
// doubting: less than one percent in 30 days.
const steady = 1.0 / 30

// setTrend sets what the forecast grows by a day, and whether that speaks against the
// line.
func (g *Growth) setTrend(slope float64) {
	g.TrendPerDay = Number(slope)
	g.SlopeDoubted = slope*float64(g.SlopePerDay) <= 0 && math.Abs(float64(g.PercentPerDay)) >= steady
}

func numbers(i growth.Interval) Interval { return interval(i.Value, i.Lower, i.Upper) }

func interval(value, lower, upper float64) Interval {
	return Interval{Number(value), Number(lower), Number(upper)}
}

// setFull sets the dates of reaching the target load, in days from AsOf.
func (g *Growth) setFull(r growth.Reach) {
	asOf, err := season.ParseDate(g.AsOf)
	if err != nil {
		return
	}
	date := func(h int) string {
		if h == growth.Never {
			return ""
		}
		return season.Date(asOf + h)
	}
	g.FullOn = Dates{Value: date(r.Expected), Lower: date(r.Earliest), Upper: date(r.Latest)}
}

// daysTo returns the days from AsOf to a date, NaN for the empty one.
func (g *Growth) daysTo(date string) float64 {
	from, err := season.ParseDate(g.AsOf)
	to, err2 := season.ParseDate(date)
	if err != nil || err2 != nil {
		return math.NaN()
	}
	return float64(to - from)
}
