package growth

import (
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

// Factor is what the peak of a day is multiplied by.
func (c *Calibrated) Factor(h int) float64 {
	for _, run := range c.profile {
		if run.From <= h && h <= run.To {
			return run.By
		}
	}
	return 1
}
