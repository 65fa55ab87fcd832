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

// row judges one node in one minute. It enters the beginning or end of a
// deviation into t and changes nothing else.
func (m Model) row(at time.Time, n *fleet.Node, k *learned, t *today, v rollup.Value, levels []string) Row {
	minute := at.Hour()*60 + at.Minute()
	r := Row{
		ID: n.ID, Path: n.Path, Level: levels[n.Level()], At: at,
		Devices: Number(v.Devices), DevicesSilent: Number(v.Silent), Processes: Number(v.Processes),
		BusySeconds: Number(v.Busy), Requests: Number(v.Requests),
		Load: Number(v.Load), LoadMax: Number(v.LoadMax), Score: Unknown(), State: OK,
	}
	r.compare(k.band(minute))
	r.follow(t)
	r.PeakToday = m.peakToday(at, k, t)
	r.state(at, k, t)
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

// follow tells since when the node deviates; a change of direction begins anew.
func (r *Row) follow(t *today) {
	switch {
	case !r.Deviates:
		t.since, t.direction = 0, ""
		return
	case t.direction != r.Direction:
		t.since, t.direction = r.At.Unix(), r.Direction
	}
	since := time.Unix(t.since, 0).In(r.At.Location())
	r.Since = &since
}

// peakToday forecasts today's peak as of the last slot that is over.
func (m Model) peakToday(at time.Time, k *learned, t *today) Peak {
	p := Peak{Value: Unknown(), Lower: Unknown(), Upper: Unknown(), Seen: Number(t.seen)}
	if k.peak == nil {
		return p
	}
	f := k.peak.Forecast(t.next, t.lastHour(), t.seen, band.Width(m.Level))
	p.Value, p.Lower, p.Upper = Number(f.Value), Number(f.Lower), Number(f.Upper)
	slot := f.Slot
	if usual := k.peak.Slot[0]; t.seenAt >= 0 && (f.Value == t.seen || usual >= 0 && usual < t.next) {
		slot = t.seenAt // the usual hour of the peak is over
	}
	if slot >= 0 && p.Value.Known() {
		const length = season.MinutesPerDay / season.SlotsPerDay
		when := time.Date(at.Year(), at.Month(), at.Day(), 0, slot*length, 0, 0, at.Location())
		p.At = &when
	}
	return p
}

// state tells whether the row can be judged and, if not, what is missing.
func (r *Row) state(at time.Time, k *learned, t *today) {
	r.Age = 0
	if !r.Load.Known() {
		r.stale(at, t)
		return
	}
	var missing []string
	if !r.Mean.Known() {
		missing = append(missing, fmt.Sprintf("band: %d of %d days at this time of day", r.Days, band.MinDays))
	}
	if have := k.peakDays(); have < peak.MinBaseDays {
		missing = append(missing, fmt.Sprintf("peak: %d of %d full days", have, peak.MinBaseDays))
	}
	if len(missing) > 0 {
		r.State, r.Reason = Learning, strings.Join(missing, "; ")
	}
}

func (k *learned) peakDays() int {
	if k.peak == nil {
		return 0
	}
	return k.peak.Days
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
func (m Model) growth(n *fleet.Node, g *generation, i int, r *Row) Growth {
	k := g.of(i)
	out := Growth{
		ID: n.ID, Path: n.Path, Level: r.Level, Days: k.have, HorizonDays: m.HorizonDays,
		TargetLoad: Number(m.TargetLoad), Devices: r.Devices,
		SlopePerDay: Unknown(), PercentPerDay: Unknown(), R2: Unknown(), PeakNow: Unknown(),
		PeakAtHorizon: Interval{Unknown(), Unknown(), Unknown()}, PeakMax: Interval{Unknown(), Unknown(), Unknown()},
		DevicesNeeded: Unknown(), DevicesToRequest: Unknown(), State: OK,
	}
	if g != nil {
		out.AsOf = season.Date(g.day - 1)
	}
	if !k.lined {
		out.State = Learning
		out.Reason = fmt.Sprintf("%d of %d daily peaks", k.have, growth.MinDays)
		return out
	}
	out.setLine(k.line, m)
	out.setFull(k.reach, g.day-1)
	if n.Module {
		out.order(k.line)
	}
	return out
}

func (g *Growth) setLine(l growth.Line, m Model) {
	g.SlopePerDay, g.R2, g.PeakNow = Number(l.Slope), Number(l.R2), Number(l.Intercept)
	g.PercentPerDay = Number(100 * l.Slope / l.Intercept)
	g.PeakAtHorizon = interval(l.At(m.HorizonDays, m.Level))
	g.PeakMax = interval(l.Max(m.HorizonDays, m.Level))
}

func interval(value, lower, upper float64) Interval {
	return Interval{Number(value), Number(lower), Number(upper)}
}

func (g *Growth) setFull(r growth.Reach, asOf int) {
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
