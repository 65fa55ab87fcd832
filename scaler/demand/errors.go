package demand

import "math"

const (
	stride = 7   // minutes between two forecasts that are replayed: no divisor of an hour
	coarse = 21  // … to compare the followers
	outage = 0.1 // of the usual: when a service comes back from below is not to be forecast
	enough = 350 // forecasts that tell an hour's bound: those of three hours in two weeks
)

// score is a forecast and what came. Errors count in shares of its width.
type score struct{ expected, actual, width float64 }

// ratio is what came ÷ what was expected, were the width the usual one.
func (s score) ratio() float64 { return 1 + (s.actual/s.expected-1)/s.width }

// upTo is the end of an interval that usually goes up to so many times the expected.
func (s score) upTo(factor float64) float64 { return s.expected * (1 + (factor-1)*s.width) }

// byHour is scores by the hour of day at which the forecast was made.
type byHour [24][]score

// ahead chooses the follower whose bounds cost the least.
func (l *lesson) ahead(share float64) {
	best := math.Inf(1)
	for _, f := range followers {
		scores, _ := l.replay(f, coarse)
		upper := even(scores, share, enough*stride/coarse)
		if loss := upper.loss(scores, share); loss < best {
			best, l.Profile.ahead = loss, f
		}
	}
	scores, missed := l.replay(l.Profile.ahead, stride)
	l.Profile.upper, l.Profile.missed = cheapest(scores, share, enough), missed
}

// replay makes the forecasts of a follower, one every so many minutes, and tells
// how far minutes were usually missed.
func (l *lesson) replay(f follower, every int) (scores byHour, missed float64) {
	var lv level
	for i := 0; i+l.horizon < len(l.values); i++ {
		lv = lv.with(f, l.values[i], l.at(f, i))
		if i%every != 0 || !known(l.values[i]) {
			continue
		}
		expected, actual := 0.0, math.NaN()
		start, gain := lv.line(f)
		for h := 1; h <= l.horizon; h++ {
			expected = max(expected, (start+gain*float64(h))*l.at(f, i+h))
			actual = most(actual, l.values[i+h])
		}
		if expected > outage*l.usual[i] {
			scores.add(l.minutes[i], score{expected, actual, lv.missed})
		}
	}
	return scores, scores.relate()
}

// relate turns what was missed before each forecast into its width, by what is
// usually missed, and returns that.
func (s *byHour) relate() (usually float64) {
	n := 0
	for _, list := range s {
		for _, sc := range list {
			usually += (sc.width - usually) / float64(n+1)
			n++
		}
	}
	for _, list := range s {
		for i := range list {
			list[i].width = width(list[i].width, usually)
		}
	}
	return usually
}

// at is the usual value of a minute for a follower.
func (l *lesson) at(f follower, i int) float64 {
	if f.flat {
		return l.pulse.at(l.minutes[i])
	}
	return l.usual[i]
}

// peak learns how far the rest of a day goes beyond what is expected at each hour.
func (l *lesson) peak(share float64) {
	levels := make([]float64, len(l.values))
	var lv level
	for i, v := range l.values {
		lv = lv.with(slow, v, l.usual[i])
		levels[i] = lv.mean()
	}
	var scores byHour
	actual, usual := math.NaN(), 0.0 // the most of the rest of the day
	for i := len(l.values) - 2; i >= 0; i-- {
		if l.days[i+1] != l.days[i] {
			actual, usual = math.NaN(), 0
			continue
		}
		actual, usual = most(actual, l.values[i+1]), max(usual, l.usual[i+1])
		if l.minutes[i]%20 == 0 && levels[i] > outage {
			scores.add(l.minutes[i], score{expected: levels[i] * usual, actual: actual, width: 1})
		}
	}
	l.Profile.peak = even(scores, share, enough/stride)
}

func (s *byHour) add(minute int32, sc score) {
	if known(sc.actual) && sc.expected > 0 {
		s[minute/60] = append(s[minute/60], sc)
	}
}

// most is the larger of two values, of which an unknown one does not count.
func most(a, b float64) float64 {
	if known(b) && !(a >= b) {
		return b
	}
	return a
}
