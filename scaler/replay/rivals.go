package replay

import "math"

// Static runs always the same number.
func Static(workers int) Rule { return func(int, Seen) int { return workers } }

// HPA is Kubernetes' rule at a target utilisation: no change within a tolerance
// of a tenth, and down only to the most of the last five minutes. While new
// workers start, those that do not serve yet count as idle. It is evaluated
// once a minute here: what its 15 s do within a minute, data of minutes cannot
// show.
func HPA(target float64, least, most int) Rule {
	const tolerance = 0.1
	const window = 5
	var wanted [window]int
	next := 0
	return func(_ int, s Seen) int {
		want := s.Current
		if s.Busy >= 0 && s.Serving > 0 {
			want = recommend(s, target, tolerance)
		}
		want = max(want, least)
		if most > 0 {
			want = min(want, most)
		}
		wanted[next] = want
		next = (next + 1) % window
		for _, w := range wanted {
			want = max(want, min(w, s.Current))
		}
		return want
	}
}

func recommend(s Seen, target, tolerance float64) int {
	ratio := s.Busy / (float64(s.Serving) * 60 * target)
	if math.Abs(ratio-1) <= tolerance {
		return s.Current
	}
	if ratio > 1 && s.Serving < s.Current {
		if s.Busy/(float64(s.Current)*60*target) <= 1+tolerance {
			return s.Current
		}
	}
	return need(s.Busy, target)
}

// need is how many workers bring busy seconds a minute to a fraction.
func need(busy, target float64) int {
	const rounding = 1e-9
	return int(math.Ceil(busy/(60*target) - rounding))
}
