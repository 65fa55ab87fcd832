package analytics

import (
	"fmt"
	"math"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// explainBand shows what the band follows and how wide that makes it.
func (calibrated) explainBand(e *Explanation, x *moment) {
	e.addOrdinary(x)
	for _, c := range x.learned.did.devices {
		e.add("number of devices", "a change that did not change the work rescales the days before", "on "+season.Date(x.raw.First+c.Day)+" "+c.String(), fmt.Sprintf("× %.4g", c.Before/c.After))
	}
	v := x.today.judge()
	f, k := v.parts, v.parts.Threshold
	if !f.Known() {
		e.add("band", fmt.Sprintf("at least %d previous days at %s", band.MinDays, x.at.Format("15:04")), fmt.Sprintf("%d days", f.Days), "learning")
		return
	}
	b := f.Band()
	lower, upper := v.band.Lower, v.band.Upper
	e.add("usual", "median of this time of day over the previous 28 days, and of the five minutes to each side", fmt.Sprintf("%d days", f.Days), num(f.Usual))
	e.add("level", "how far the load lately is from the usual day: each minute moves it by 3 % of what the minute before was off", "", num(f.Level))
	e.add("expected", "usual + level", fmt.Sprintf("%s %+.6g", num(f.Usual), f.Level), num(f.Expected()))
	e.add("noise", "standard deviation of the next value around what is expected, from the residuals at this time of day and lately, incidents clipped", "", num(f.Noise))
	e.add("spread", "standard deviation of the days around the usual one", "", num(f.Spread))
	e.add("tails", "√ (how far out 1.5 % of the residuals lie ÷ that of a normal distribution), below and above", "", num(f.Below)+", "+num(f.Above))
	e.add("threshold", fmt.Sprintf("%s × %v, or that × %v of the usual largest strength of a day, alarms left out", num(x.Alarm.Factor()), detect.Least, detect.DayShare), fmt.Sprintf("%v false alarms a week", x.Alarm.FalseAlarms), num(k))
	e.add("lower", fmt.Sprintf("min(expected − threshold × tail × noise, usual − (threshold × tail − %v) × spread)", detect.Gate), bound(&f, "−", f.Below), num(b.Lower))
	e.add("upper", fmt.Sprintf("max(expected + threshold × tail × noise, usual + (threshold × tail − %v) × spread)", detect.Gate), bound(&f, "+", f.Above), num(b.Upper))
	if p := &x.today.plan; p.event != "" {
		e.add("event", "expected and band × uplift", fmt.Sprintf("%s × %s", num(f.Expected()), num(p.uplift)),
			fmt.Sprintf("%s [%s, %s]", num(v.band.Expected), num(lower), num(upper)), p.event)
	}
	half := upper - v.band.Expected
	if float64(x.row.Load) < v.band.Expected {
		half = v.band.Expected - lower
	}
	e.addVerdict(&x.row, half)
	if x.row.Load.Known() {
		e.addAlarm(&f, v.last, float64(x.row.Load)/x.today.plan.factor(), x.row.Alarm, x.Alarm)
	}
}

// addOrdinary shows what was left out of the days before, or divided out.
func (e *Explanation) addOrdinary(x *moment) {
	did := &x.learned.did
	if len(did.marks) > 0 {
		inputs := make([]string, len(did.marks))
		for i := range did.marks {
			inputs[i] = did.marks[i].String()
		}
		e.add("left out", "marked intervals are not learned from", "", fmt.Sprint(len(inputs)), inputs...)
	}
	if len(did.events) > 0 {
		e.add("events", "the load of their days ÷ uplift", "", fmt.Sprint(len(did.events)), did.events...)
	}
}

// bound is the arithmetic of one bound of the band.
func bound(f *detect.Parts, sign string, tail float64) string {
	k := f.Threshold * tail
	return fmt.Sprintf("%s %s %s × %s, %s %s %s × %s", num(f.Expected()), sign, num(k), num(f.Noise), num(f.Usual), sign, num(math.Max(k-detect.Gate, 0)), num(f.Spread))
}

// addAlarm shows how strong the load of an ordinary day is and what an alarm begins
// with.
func (e *Explanation) addAlarm(f *detect.Parts, last, load float64, runs bool, o detect.Options) {
	tail := f.Above
	unlike := load - f.Usual
	if load < f.Expected() {
		unlike, tail = -unlike, f.Below
	}
	e.add("strength", fmt.Sprintf("min(|load − expected| ÷ noise, %v + |load − usual| ÷ spread) ÷ tail, with 0 for |load − usual| on its other side", detect.Gate),
		fmt.Sprintf("min(%s ÷ %s, %v + %s ÷ %s) ÷ %s", num(math.Abs(load-f.Expected())), num(f.Noise), detect.Gate, num(max(unlike, 0)), num(f.Spread), num(tail)), num(f.Strength(load)))
	formula := fmt.Sprintf("begins above %v × threshold and %v × what is left of the strongest alarm before, or with the %dth minute in a row below %v × expected; ends after %d minutes inside",
		detect.Sure, detect.News, detect.Gone, detect.GoneShare, detect.Quiet)
	if o.LeastAbsolute > 0 || o.LeastRelative > 0 {
		formula += fmt.Sprintf("; never less than %v and %v × expected from what is expected", o.LeastAbsolute, o.LeastRelative)
	}
	e.add("alarm", formula,
		fmt.Sprintf("max(%v × %s, %v × %s)", detect.Sure, num(f.Threshold), detect.News, num(last)), yesNo(runs))
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// explainPeak shows how today's peak is forecast.
func (calibrated) explainPeak(e *Explanation, x *moment) {
	d, t := x.learned.peak, x.today
	if d.Days < peak.NeedDays {
		e.add("peak today", fmt.Sprintf("at least %d full days among the previous 14", peak.NeedDays), fmt.Sprintf("%d full days", d.Days), "learning")
		return
	}
	z, five := band.Width(x.Level), t.ordinaryFive()
	if why := x.learned.peakReason; why != "" {
		e.add("model", "calibrated, unless the node's own backtest clearly speaks for a simpler one", why, x.learned.peakModel)
	}
	switch by := x.learned.peakBy.(type) {
	case classicPeak:
		e.addClassicPeak(by.Day, five, t.next, z)
	case *peak.Naive:
		e.addNaivePeak(by.Forecast(five, t.next, z))
	default:
		e.addPeak(d, five, t.next, z)
	}
	e.addEvent(x, five, z)
}

// addNaivePeak shows the forecast that repeats the week before.
func (e *Explanation) addNaivePeak(f peak.Forecast) {
	e.add("peak today", "max(peak of the same weekday a week before, highest so far)", "", num(f.Value))
	e.add("interval", "peak × (1 ± z·s), s from up to 28 past forecasts as of this time of day", "", fmt.Sprintf("[%s, %s]", num(f.Lower), num(f.Upper)))
}

// addPeak shows the calibrated forecast of a day's peak as of a slot.
func (e *Explanation) addPeak(d *peak.Outlook, five []float64, asof int, z float64) {
	p := d.Parts(five, asof)
	e.add("usual peak", "median of the daily peaks of the previous 14 days, without incidents", fmt.Sprintf("%d full days", d.Days), num(p.Usual))
	var inputs []string
	for _, f := range p.Features {
		inputs = append(inputs, fmt.Sprintf("%+.4f × %.4f  %s", f.Log, f.Weight, f.Name))
	}
	inputs = append(inputs, fmt.Sprintf("%+.4f  what this weekday was off lately, shrunk", p.Weekday))
	e.add("unlike the usual day", "exp (Σ log (today ÷ usual) × weight + weekday)", "", "× "+num(p.Factor), inputs...)
	e.add("still to come", "median share of the peak that the hours to come usually reach", "", num(p.Left))
	f := d.Forecast(five, asof, z)
	_, seen := peak.SoFar(five, asof)
	e.add("peak today", "max(usual peak × factor × share to come, highest so far)", fmt.Sprintf("max(%s × %s × %s, %s)", num(p.Usual), num(p.Factor), num(p.Left), num(seen)), num(f.Value))
	formula := "peak × (1 ± 0.82 · t · s), s from %d past forecasts as of this time of day, not below what was seen"
	if p.Incident {
		formula = "peak × (1 ± 0.82 · t · s), s from %d past forecasts as of this time of day, and down to what was expected, since what was seen may have been an incident"
	}
	e.add("interval", fmt.Sprintf(formula, p.Errors),
		fmt.Sprintf("s = %s", num(p.Spread)), fmt.Sprintf("[%s, %s]", num(f.Lower), num(f.Upper)))
}

// addEvent shows what an event of today makes of the peak.
func (e *Explanation) addEvent(x *moment, five []float64, z float64) {
	t, by := x.today, x.today.plan.factor()
	if f := x.learned.peakBy.Forecast(five, t.next, z); by != 1 {
		all := scaled(f, by)
		e.add("event", "peak and interval × uplift; what came today was divided by it", fmt.Sprintf("%s × %s", num(f.Value), num(by)),
			fmt.Sprintf("%s [%s, %s]", num(all.Value), num(all.Lower), num(all.Upper)), t.plan.event)
	}
}

// explainOutlook shows what the daily peaks of the horizon are expected to be.
func (calibrated) explainOutlook(e *Explanation, x *moment) {
	g, day := x.learned.growth, x.HorizonDays
	at, most, p := g.Day(day, x.Level), g.Largest(day, x.Level), g.Parts(day)
	up, down := growth.Reaches(x.Level)
	e.add("trend", "what the weeks agree on, a day", "", num(g.Trend()))
	e.add(fmt.Sprintf("peak in %d days", day), "level of the last weeks + what is left of the last days + trend + weekday",
		fmt.Sprintf("%s %+.4g %+.4g %+.4g", num(p.Level), p.Recent, p.Trend, p.Weekday), num(p.Level+p.Recent+p.Trend+p.Weekday))
	e.add("spread", "√((0.52 · e^(1−w) · p^w)² + (error of the trend)²), e from errors of past days, p the mean peak, w = 0.25 + 0.06 · ln days",
		fmt.Sprintf("e = %s, p = %s, w = %.3f, error of the trend %s", num(p.Error), num(p.Size), p.Share, num(p.TrendError)), num(p.Spread))
	if by := g.Factor(day); by != 1 {
		e.add("event", "peak and spread × the uplift of that day", "", "× "+num(by))
		p.Spread *= by
	}
	e.add("interval", "peak + spread × reach up, peak − spread × reach down",
		fmt.Sprintf("%s + %s × %.4g, %s − %s × %.4g", num(at.Value), num(p.Spread), up, num(at.Value), num(p.Spread), down), fmt.Sprintf("[%s, %s]", num(at.Lower), num(at.Upper)))
	e.add(fmt.Sprintf("largest peak of %d days", day), "above the highest of them by 0.35 × spread × ln days, since one of many days is; up it reaches 1 + 0.1 · ln days times as far",
		"", fmt.Sprintf("%s [%s, %s]", num(most.Value), num(most.Lower), num(most.Upper)))
	e.addFull(x, "the first day up to which the largest peak has more likely than not reached the target load; the earliest and the latest by the ends of its interval")
}

// explainOrder shows the devices that hold the peak at the risk.
func (calibrated) explainOrder(e *Explanation, x *moment) {
	g, p := &x.growth, x.policyOf(x.node.Path)
	e.add("risk of too few", "idle cost ÷ (shortage cost + idle cost)", fmt.Sprintf("%s ÷ (%s + %s)", num(p.IdleCost), num(p.ShortageCost), num(p.IdleCost)), num(float64(g.Risk)))
	peaks := "what the largest peak until the next delivery stays above with that probability"
	if g.Event != "" {
		peaks += ", in " + g.Event
	}
	e.add("peak at risk", peaks, "", num(float64(g.PeakAtRisk)))
	e.add("devices needed", "max(⌈ devices × peak at risk ÷ target load ⌉, minimum) + spares",
		fmt.Sprintf("max(⌈ %s × %s ÷ %s ⌉, %d) + %s", num(float64(g.Devices)), num(float64(g.PeakAtRisk)), num(x.TargetLoad), p.Minimum, num(float64(g.Spares))), num(float64(g.DevicesNeeded)))
	formula, numbers := "max(0, needed − devices)", fmt.Sprintf("max(0, %s − %s)", num(float64(g.DevicesNeeded)), num(float64(g.Devices)))
	if p.Type != "" {
		formula, numbers = formula+" ÷ worth of a device of type "+p.Type, numbers+" ÷ "+num(p.Worth)
	}
	e.add("devices to request", fmt.Sprintf("%s, in multiples of %d", formula, p.RoundTo), numbers, num(float64(g.DevicesToRequest)))
}
