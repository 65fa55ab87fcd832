package demand

import (
	"fmt"
	"math"
	"slices"

	"headroom/analytics/season"
)

// followers are the ways that are tried for each service.
var followers = []follower{
	{1, false}, {2, false}, {4, false}, {8, false}, {16, false},
	{1, true}, {2, true}, {4, true}, {8, true}, {16, true},
}

// Learn makes the profile of a service. The history is not changed.
func Learn(h History, o Options) *Profile {
	days, minutes, values := h.place()
	if n := measured(values); n < MinimumDays*season.MinutesPerDay*9/10 {
		return &Profile{Reason: fmt.Sprintf("%.1f of %d days of busy seconds", float64(n)/season.MinutesPerDay, MinimumDays)}
	}
	m := meansOf(days, minutes, values)
	p := &Profile{Learned: true, zone: h.Zone, horizon: int(math.Ceil(o.Startup.Minutes())) + 1}
	p.split = m.weekendsDiffer()
	p.shape = m.shapeOf(p.split, func(int) bool { return true })
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

// lesson replays a history on shapes to which the replayed day gave nothing:
// even days are compared with the shape of the odd ones, and the other way round.
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
		fold[d] = i / 7 % 2 // whole weeks together, so that each half has its weekends
		if len(m.days) < 14 {
			fold[d] = i % 2
		}
	}
	var halves [2]*shape
	for k := range halves {
		halves[k] = m.shapeOf(p.split, func(i int) bool { return fold[m.days[i]] != k })
	}
	for i := range values {
		l.usual[i] = halves[fold[days[i]]].at(p.class(days[i]), int(minutes[i]))
	}
	return l
}

// stride is the distance of the minutes that are replayed: no divisor of an hour.
const stride = 7

// ahead chooses the follower whose upper bounds were the tightest for what
// they missed, and keeps these bounds.
func (l *lesson) ahead(level float64) {
	best := math.Inf(1)
	for _, f := range followers {
		scores := l.replay(f)
		upper := quantiles(scores, level)
		if loss := pinball(scores, upper, level); loss < best {
			best, l.Profile.ahead, l.Profile.upper = loss, f, upper
		}
	}
}

// score is a forecast and what came.
type score struct{ expected, actual float64 }

// byHour is scores by the hour of day at which the forecast was made.
type byHour [24][]score

func (l *lesson) replay(f follower) (scores byHour) {
	var lv level
	one := 1.0
	for i, v := range l.values {
		usual := &one
		if !f.flat {
			usual = &l.usual[i]
		}
		lv = lv.with(f, v, *usual)
		if i%stride != 0 || i+l.horizon >= len(l.values) || !known(v) {
			continue
		}
		most, actual := 0.0, math.NaN()
		for h := i + 1; h <= i+l.horizon; h++ {
			if f.flat {
				most = 1
			} else {
				most = max(most, l.usual[h])
			}
			if known(l.values[h]) && !(actual >= l.values[h]) {
				actual = l.values[h]
			}
		}
		if expected := lv.ratio() * most; known(actual) && expected > 0 {
			hour := l.minutes[i] / 60
			scores[hour] = append(scores[hour], score{expected, actual})
		}
	}
	return scores
}

// peak learns how far the rest of a day goes beyond what is expected at each hour.
func (l *lesson) peak(at float64) {
	var scores byHour
	top, most := math.NaN(), 0.0 // of the rest of the day
	levels := make([]float64, len(l.values))
	var lv level
	for i, v := range l.values {
		lv = lv.with(slow, v, l.usual[i])
		levels[i] = lv.ratio()
	}
	for i := len(l.values) - 2; i >= 0; i-- {
		if l.days[i+1] != l.days[i] {
			top, most = math.NaN(), 0
			continue
		}
		if v := l.values[i+1]; known(v) && !(top >= v) {
			top = v
		}
		most = max(most, l.usual[i+1])
		if expected := levels[i] * most; l.minutes[i]%20 == 0 && known(top) && expected > 0 {
			hour := l.minutes[i] / 60
			scores[hour] = append(scores[hour], score{expected, top})
		}
	}
	l.Profile.peak = quantiles(scores, at)
}

// quantiles returns for each hour of the day the ratio that this share of the
// scores does not exceed; hours next to it count in. It is the conformal
// quantile: of n scores the ⌈(n+1)·level⌉-th, at most the largest.
func quantiles(scores byHour, level float64) (upper [24]float32) {
	var pool []float64
	for hour := range upper {
		pool = pool[:0]
		for d := -1; d <= 1; d++ {
			for _, s := range scores[(hour+d+24)%24] {
				pool = append(pool, s.actual/s.expected)
			}
		}
		upper[hour] = 1
		if n := len(pool); n > 0 {
			slices.Sort(pool)
			upper[hour] = float32(pool[min(n, int(math.Ceil(float64(n+1)*level)))-1])
		}
	}
	return upper
}

// pinball is the loss of upper bounds of this level: what they lie above, plus
// what they missed, weighed so that the true quantile has the least.
func pinball(scores byHour, upper [24]float32, level float64) (loss float64) {
	for hour, list := range scores {
		for _, s := range list {
			if d := s.actual - s.expected*float64(upper[hour]); d > 0 {
				loss += level * d
			} else {
				loss -= (1 - level) * d
			}
		}
	}
	return loss
}
