package analytics

import (
	"fmt"
	"math"

	"headroom/analytics/band"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// explainBand shows the values of the same minute of the previous days, and what
// follows from them.
func (classic) explainBand(e *Explanation, x *moment) {
	m, g, r := x.Model, x.raw, &x.row
	first, end := g.Rows(x.day-m.BandDays, x.day)
	var values []float64
	var inputs []string
	for i := first; i < end; i++ {
		if v := g.Day(i)[x.minute]; !math.IsNaN(v) {
			values = append(values, v)
			inputs = append(inputs, fmt.Sprintf("%s %s  %s", season.Date(g.First+i), r.At.Format("15:04"), num(v)))
		}
	}
	b := band.Classic(values, m.BandWidth)
	if !b.Known() {
		e.add("band", fmt.Sprintf("at least %d of the %d previous days at %s", band.MinDays, m.BandDays, r.At.Format("15:04")),
			fmt.Sprintf("%d days", len(values)), "learning", inputs...)
		return
	}
	half := b.Upper - b.Expected
	e.add("mean", "Σ load ÷ n", fmt.Sprintf("n = %d", len(values)), num(b.Expected), inputs...)
	e.add("half-width", num(m.BandWidth)+" × sample standard deviation (n − 1)", fmt.Sprintf("%s × %s", num(m.BandWidth), num(half/m.BandWidth)), num(half))
	e.add("band", "mean ± half-width", fmt.Sprintf("%s ± %s", num(b.Expected), num(half)), fmt.Sprintf("[%s, %s]", num(b.Lower), num(b.Upper)))
	e.addVerdict(r, half)
}

// explainPeak shows how today's peak is forecast.
func (classic) explainPeak(e *Explanation, x *moment) {
	z := band.Width(x.Level)
	e.addClassicPeak(x.learned.classic.peak, x.today.five[:], x.today.next, z)
}

// addClassicPeak shows the classic forecast of a day's peak as of a slot.
func (e *Explanation) addClassicPeak(d *peak.Day, five []float64, asof int, z float64) {
	if d.Days < peak.MinBaseDays {
		e.add("peak today", fmt.Sprintf("at least %d full days among the previous %d", peak.MinBaseDays, peak.BaseDays), fmt.Sprintf("%d full days", d.Days), "learning")
		return
	}
	last, seen := peak.SoFar(five, asof)
	hour := d.Hour[asof]
	e.add("base", fmt.Sprintf("mean of the peaks (five-minute means) of the full days among the %d before", peak.BaseDays), fmt.Sprintf("%d full days", d.Days), num(d.Base))
	ratio := 1.0
	if !math.IsNaN(last) && hour > 0 {
		ratio = last / hour
	}
	e.add("ratio", "mean of the last hour ÷ mean of that hour over those days (1 without a last hour)", fmt.Sprintf("%s ÷ %s", num(last), num(hour)), num(ratio))
	f := d.Forecast(asof, last, seen, z)
	e.add("peak today", "max(base × ratio, highest so far)", fmt.Sprintf("max(%s × %s, %s)", num(d.Base), num(ratio), num(seen)), num(f.Value))
	e.add("interval", fmt.Sprintf("peak × (1 ± z·s), s from %d past forecasts as of this time of day", d.Errors),
		fmt.Sprintf("%s × (1 ± %s × %s)", num(f.Value), num(z), num(d.Spread[asof])), fmt.Sprintf("[%s, %s]", num(f.Lower), num(f.Upper)))
}

// explainOutlook shows the line's forecast.
func (classic) explainOutlook(e *Explanation, x *moment) {
	l := x.learned.line
	value, lower, upper := l.At(x.HorizonDays, x.Level)
	e.add(fmt.Sprintf("peak in %d days", x.HorizonDays), "value now + slope × days, with its prediction interval (Student's t)",
		fmt.Sprintf("%s + %s × %d", num(l.Intercept), num(l.Slope), x.HorizonDays), fmt.Sprintf("%s [%s, %s]", num(value), num(lower), num(upper)))
	e.addFull(x, "the first day on which the line reaches the target load; the earliest and the latest by the ends of its interval")
}

// explainOrder shows the devices that hold the peak at the horizon.
func (classic) explainOrder(e *Explanation, x *moment) {
	g, value := &x.growth, float64(x.growth.PeakAtHorizon.Value)
	e.add("devices needed", "⌈ devices × peak ÷ target load ⌉", fmt.Sprintf("⌈ %s × %s ÷ %s ⌉", num(float64(g.Devices)), num(value), num(x.TargetLoad)), num(float64(g.DevicesNeeded)))
	e.add("devices to request", "max(0, needed − devices)", fmt.Sprintf("max(0, %s − %s)", num(float64(g.DevicesNeeded)), num(float64(g.Devices))), num(float64(g.DevicesToRequest)))
}
