package growth

import (
	"cmp"
	"math"
	"slices"
)

// Forever is the last day of a [Factor] that does not end.
const Forever = math.MaxInt

// Factor is what the peaks of the days From ≤ h ≤ To are multiplied by; 1 is the
// first day after the input. By is above 0.
type Factor struct {
	From, To int
	By       float64
}

// Times returns what is expected if peaks are multiplied by factors, those of a
// day by each other. The input, and with it the straight line, stays as it was.
func (c *Calibrated) Times(factors ...Factor) *Calibrated {
	if len(factors) == 0 {
		return c
	}
	out := *c
	out.profile = profile(append(slices.Clone(c.profile), factors...))
	return &out
}

// profile brings factors into runs of days that follow each other, without days
// in two of them; days without a factor have the factor 1.
func profile(factors []Factor) []Factor {
	starts := []int{1}
	for _, f := range factors {
		starts = append(starts, max(1, f.From))
		if f.To < Forever {
			starts = append(starts, max(1, f.To+1))
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var runs []Factor
	for i, from := range starts {
		run := Factor{From: from, To: Forever, By: 1}
		if i+1 < len(starts) {
			run.To = starts[i+1] - 1
		}
		for _, f := range factors {
			if f.From <= run.From && run.From <= f.To {
				run.By *= f.By
			}
		}
		runs = append(runs, run)
	}
	return runs
}

// factor is what the peak of a day is multiplied by.
func (c *Calibrated) factor(h int) float64 {
	for _, run := range c.profile {
		if run.From <= h && h <= run.To {
			return run.By
		}
	}
	return 1
}

// LargestBetween returns what the largest peak of the days from … to stays below
// with probability p, 0 < p < 1. Of days with different factors it is the most
// that any of these makes of the days that have at least that factor, so that a
// higher factor never lowers it.
func (c *Calibrated) LargestBetween(from, to int, p float64) float64 {
	runs := within(c.profile, max(1, from), to)
	slices.SortStableFunc(runs, func(a, b Factor) int { return cmp.Compare(b.By, a.By) })
	most := math.Inf(-1)
	for i, run := range runs {
		if i+1 < len(runs) && runs[i+1].By == run.By {
			continue // days of one factor count together
		}
		most = max(most, run.By*c.largestOf(runs[:i+1], p))
	}
	return most
}

// within cuts the runs off at both ends; without any, it is one with the factor 1.
func within(runs []Factor, from, to int) (out []Factor) {
	if len(runs) == 0 {
		return []Factor{{from, to, 1}}
	}
	for _, run := range runs {
		run.From, run.To = max(run.From, from), min(run.To, to)
		if run.From <= run.To {
			out = append(out, run)
		}
	}
	return out
}
