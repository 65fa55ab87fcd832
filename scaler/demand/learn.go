package demand

import (
	"fmt"
	"math"

	"headroom/analytics/season"
)

// Learn makes the profile of a service. The history is not changed.
func Learn(h History, o Options) *Profile {
	days, minutes, values := h.place()
	if n := measured(values); n < MinimumDays*season.MinutesPerDay*9/10 {
		return &Profile{Reason: fmt.Sprintf("%.1f of %d days of busy seconds", float64(n)/season.MinutesPerDay, MinimumDays)}
	}
	pulse := pulseOf(minutes, values)
	m := meansOf(days, minutes, pulse.without(values, minutes))
	p := &Profile{Learned: true, pulse: pulse, zone: h.Zone, horizon: int(math.Ceil(o.Startup.Minutes())) + 1}
	p.split = m.weekendsDiffer()
	p.shape = m.shapeOf(p.split, func(int) bool { return true })
	for _, v := range values {
		p.highest = most(p.highest, v)
	}
	l := newLesson(p, m, days, minutes, values)
	l.ahead(o.Level)
	l.peak(o.Level)
	return p
}

// weekendsDiffer tells whether the last days were predicted better by a shape
// of their own for weekends.
func (m slotMeans) weekendsDiffer() bool {
	ends := 0
	for _, d := range m.days {
		if weekend(d) {
			ends++
		}
	}
	if ends < 4 || len(m.days)-ends < 5 {
		return false
	}
	const test = 7
	before := func(i int) bool { return i < len(m.days)-test }
	one, two := m.shapeOf(false, before), m.shapeOf(true, before)
	return m.miss(two, true, test) < m.miss(one, false, test)
}

// miss is the sum of the errors of a shape on the last days.
func (m slotMeans) miss(s *shape, split bool, last int) (sum float64) {
	for i := max(0, len(m.days)-last); i < len(m.days); i++ {
		class := 0
		if split && weekend(m.days[i]) {
			class = 1
		}
		for slot, v := range m.means[i] {
			if v == v {
				sum += math.Abs(v - float64(s[class][slot]))
			}
		}
	}
	return sum
}

// lesson replays a history on shapes to which the replayed day gave nothing: the
// days are in two halves, and each is compared with the shape of the other.
type lesson struct {
	*Profile
	days, minutes []int32
	values        []float64
	usual         []float64 // of each minute
}

func newLesson(p *Profile, m slotMeans, days, minutes []int32, values []float64) *lesson {
	l := &lesson{Profile: p, days: days, minutes: minutes, values: values, usual: make([]float64, len(values))}
	fold := map[int32]int{}
	for i, d := range m.days {
		fold[d] = i % 2
		if len(m.days) >= 14 {
			fold[d] = i / 7 % 2 // whole weeks together, so that each half has its weekends
		}
	}
	var halves [2]*shape
	for k := range halves {
		halves[k] = m.shapeOf(p.split, func(i int) bool { return fold[m.days[i]] != k })
	}
	for i := range values {
		l.usual[i] = halves[fold[days[i]]].at(p.class(days[i]), int(minutes[i])) * p.pulse.at(minutes[i])
	}
	return l
}
