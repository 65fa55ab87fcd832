package peak

import (
	"math"

	"headroom/analytics/season"
)

// dayHours is how many hours of a day an [Outlook] is learned as of, midnight at
// its end included.
const dayHours = 25

// Outlook is what [Calibrated] says about a day, as of any of its slots. It is
// not changed by use.
type Outlook struct {
	// Days is the number of full days among the last 14.
	Days int

	hours   [dayHours]kept
	highest []int16 // by slot: of the slots from it on the usually highest; -1 of none
}

// kept is a [moment] in a third of its memory.
type kept struct {
	numbers [4 + windows + 2*features]float32
	errors  int16
}

// NeedDays is how many of the last 14 days have to be full for a forecast.
const NeedDays = minUsual

// LearnDay computes what the rows of g before a day say about that day; clean is
// what [Clean] makes of them. The numbers as of a full hour are those of
// [Calibrated]; between two hours they are interpolated.
func LearnDay(g, clean *season.Grid, day int) *Outlook {
	_, end := g.Rows(g.First, day)
	o := &Outlook{}
	peaks := make([]float64, end)
	for row := range peaks {
		peaks[row] = season.Peak(clean.Day(row), FullShare)
		if row >= end-usualDays && peaks[row] == peaks[row] {
			o.Days++
		}
	}
	o.highest = highest(clean, peaks)
	for hour := range o.hours {
		o.hours[hour] = keep(asOf(g, clean, peaks, hour*g.Slots/(dayHours-1)))
	}
	return o
}

// asOf replays the rows that have a peak, NaN or not, as of a slot. Errors are
// taken from as many of the last days as an interval needs.
func asOf(g, clean *season.Grid, peaks []float64, slot int) moment {
	c := Calibrated{asof: slot, days: make([]pastDay, 0, len(peaks))}
	for row, peak := range peaks {
		c.see(g.Day(row), clean.Day(row), peak, row >= len(peaks)-ErrorDays)
	}
	return c.moment()
}

// Forecast returns today's peak as of a slot: of today those before it are over,
// and none after it is looked at. The interval reaches z standard deviations, if
// errors were normal. Numbers are NaN while too little is known. Slot is where
// the peak is expected or, where it is over, was seen; -1 if that is unknown.
func (o *Outlook) Forecast(today []float64, asof int, z float64) Forecast {
	m := o.moment(asof, len(today))
	seen, at := season.Max(today[:asof])
	f := m.forecast(before(today, asof), z)
	f.Slot = int(o.highest[asof])
	if f.Value == seen || f.Slot < 0 {
		f.Slot = at
	}
	return f
}

// moment interpolates between the hours before and after a slot.
func (o *Outlook) moment(asof, slots int) moment {
	at := float64(asof) * (dayHours - 1) / float64(slots)
	hour := min(int(at), dayHours-2)
	share := float32(at - float64(hour))
	a, b := o.hours[hour], o.hours[hour+1]
	for i := range a.numbers {
		switch {
		case share == 1 || a.numbers[i] != a.numbers[i]:
			a.numbers[i] = b.numbers[i]
		case share > 0 && b.numbers[i] == b.numbers[i]:
			a.numbers[i] += share * (b.numbers[i] - a.numbers[i])
		}
	}
	a.errors = max(a.errors, b.errors)
	return a.moment()
}

func keep(m moment) (k kept) {
	all := append([]float64{m.peak, m.left, m.spread, m.weekday}, m.morning[:]...)
	for i, v := range append(append(all, m.x[:]...), m.beta[:]...) {
		k.numbers[i] = float32(v)
	}
	k.errors = int16(m.errors)
	return k
}

func (k *kept) moment() moment {
	at := func(i int) float64 { return float64(k.numbers[i]) }
	m := moment{peak: at(0), left: at(1), spread: at(2), weekday: at(3), errors: int(k.errors)}
	for w := range m.morning {
		m.morning[w] = at(4 + w)
	}
	for i := range m.x {
		m.x[i], m.beta[i] = at(4+windows+i), at(4+windows+features+i)
	}
	if m.errors < MinErrorDays {
		m.spread = math.NaN()
	}
	return m
}

// Parts is what a forecast is made of.
type Parts struct {
	Usual    float64 // peak
	Features []Feature
	Weekday  float64 // what the weekday adds to the sum of weight × log
	Factor   float64 // of the usual peak, from features and weekday
	Left     float64 // share of a peak that the slots to come usually reach
	Spread   float64 // of past relative errors
	Errors   int     // past forecasts
	Incident bool    // what was seen may be one: the interval reaches down to what was expected
}

// Feature is one way in which a day is unlike the usual one.
type Feature struct {
	Name        string
	Log, Weight float64
}

var featureNames = [features]string{
	"mean of the last hour", "mean of the last 3 hours", "mean of the last 12 hours", "highest so far",
	"peak of yesterday", "peak of a week before", "median peak of the last 3 days", "mean of the same hour of yesterday",
}

// Parts returns what [Outlook.Forecast] is made of.
func (o *Outlook) Parts(today []float64, asof int) Parts {
	m, so := o.moment(asof, len(today)), before(today, asof)
	p := Parts{Usual: m.peak, Weekday: m.weekday, Left: m.left, Spread: m.spread, Errors: m.errors, Factor: m.whole(so) / m.peak}
	p.Incident = m.isSurprising(so.seen(), m.whole(so))
	for i, x := range m.features(so) {
		p.Features = append(p.Features, Feature{featureNames[i], x, m.beta[i]})
	}
	return p
}
