package report

import (
	"math"
	"strconv"
	"strings"

	"headroom/analytics"
)

// Sentence says a line in one sentence: what the module has, how it grows, when it
// is full, what to request, and what comes without that. The name is not in it.
func Sentence(l *Line, language string) string {
	t := speech{tongue: tongueOf(language)}
	t.say(t.has, Decimal(l.Devices, 0), Decimal(l.PeakNow, 1))
	t.sayGrowth(l)
	t.sayFull(l)
	if l.asks() {
		t.say(t.request, Decimal(l.DevicesToRequest, 0), Decimal(l.Devices+l.DevicesToRequest, 0))
		t.say(t.without)
	} else {
		t.say(t.enough)
	}
	p := l.PeakAtHorizon
	t.say(t.expected, Decimal(p.Value, 1), l.arrives(), Decimal(p.Lower, 1), Decimal(p.Upper, 1))
	if l.asks() && l.Risk.Known() && l.PeakAtRisk.Known() {
		t.say(t.risk, Decimal(l.PeakAtRisk, 1), significant(100*l.Risk))
	}
	t.say(t.stop)
	return t.String()
}

func (t *speech) sayGrowth(l *Line) {
	size := analytics.Number(math.Abs(float64(l.SlopePerDay)))
	switch {
	case !size.Known():
		return
	case size < 0.005:
		t.say(t.steady)
		return
	case l.SlopePerDay > 0:
		t.say(t.rising, Decimal(size, 2))
	default:
		t.say(t.falling, Decimal(size, 2))
	}
	if l.SlopeDoubted {
		t.say(t.doubted)
	}
}

func (t *speech) sayFull(l *Line) {
	target := significant(l.TargetLoad)
	switch {
	case l.PeakNow >= l.TargetLoad:
		t.say(t.fullNow, target)
		return
	case l.FullOn.Value == "":
		t.say(t.never, target)
		return
	}
	t.say(t.full, target, l.FullOn.Value)
	if l.FullOn.Lower != "" && l.FullOn.Upper != "" {
		t.say(t.between, l.FullOn.Lower, l.FullOn.Upper)
	}
	if l.AtRisk {
		t.say(t.late)
	}
}

// Headline says the whole report in one sentence.
func Headline(r *Report, language string) string {
	t, sum := speech{tongue: tongueOf(language)}, &r.Total
	modules := grouped(strconv.Itoa(sum.Modules))
	if r.blank() {
		t.say(t.nobody, grouped(strconv.Itoa(len(r.Left))))
		t.say(t.stop)
		return t.String()
	}
	if sum.DevicesToRequest > 0 {
		t.say(t.head, Decimal(sum.DevicesToRequest, 0), grouped(strconv.Itoa(r.asking())), modules)
		t.sayCost(r)
	} else {
		t.say(t.nothing, modules, Decimal(sum.Devices, 0))
	}
	switch {
	case !sum.AtRisk.Known():
	case sum.AtRisk > 0:
		t.say(t.atRisk, r.Arrives, Decimal(sum.AtRisk, 0))
	case r.Arrives != "":
		t.say(t.noRisk, r.Arrives)
	}
	if r.Before != nil {
		by := r.Before.DevicesToRequest
		format := map[bool]string{true: t.more, false: t.less}[by > 0]
		if by == 0 {
			format = t.same
		}
		t.say(format, Decimal(analytics.Number(math.Abs(float64(by))), 0), r.Before.Month)
	}
	t.say(t.stop)
	return t.String()
}

// blank tells whether no module could be judged: then nothing is known of orders, which
// is not that nothing is needed.
func (r *Report) blank() bool { return r.Total.Modules == 0 }

// asking is how many modules ask for devices.
func (r *Report) asking() (n int) {
	for i := range r.Lines {
		if r.Lines[i].asks() {
			n++
		}
	}
	return n
}

func (t *speech) sayCost(r *Report) {
	if !r.Total.Cost.Known() {
		return
	}
	t.say(t.money, Money(r.Total.Cost), r.Currency)
	if r.Total.Unpriced > 0 {
		t.say(t.unpriced, Decimal(r.Total.Unpriced, 0))
	}
}

// Decimal shows a number with commas between its thousands, a dash if it is unknown.
func Decimal(n analytics.Number, decimals int) string {
	if !n.Known() {
		return "–"
	}
	s := strconv.FormatFloat(float64(n), 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-") // what is rounded to zero has no sign
	}
	return grouped(s)
}

// Money shows an amount, with cents only if it has any.
func Money(n analytics.Number) string {
	if n.Known() && math.Abs(float64(n)-math.Round(float64(n))) < 0.005 {
		return Decimal(n, 0)
	}
	return Decimal(n, 2)
}

// significant shows a number in at most three digits, a dash if it is unknown.
func significant(n analytics.Number) string {
	if !n.Known() {
		return "–"
	}
	return strconv.FormatFloat(float64(n), 'g', 3, 64)
}
