package replay

import (
	"fmt"
	"slices"

	"headroom/analytics/season"
)

// NotLoad says why a recorded series is no load that workers could carry, by its
// values alone; empty: it is one. A load is not negative, seldom zero, and has a
// rhythm: the mean day explains at least 30 % of how it varies.
func NotLoad(minutes []float64) string {
	var values []float64
	zeros := 0
	for _, v := range minutes {
		switch {
		case v != v:
			continue
		case v < 0:
			return "it has negative values"
		case v == 0:
			zeros++
		}
		values = append(values, v)
	}
	if len(values) < 4*season.MinutesPerDay {
		return fmt.Sprintf("it has %.1f of at least 4 days", float64(len(values))/season.MinutesPerDay)
	}
	slices.Sort(values)
	if 5*zeros > len(values) || values[len(values)/2] <= 0 {
		return "it is zero for the most part"
	}
	if r := rhythm(minutes); r < 0.3 {
		return fmt.Sprintf("its mean day explains %.0f %% of how it varies, under 30 %%", 100*r)
	}
	return ""
}

// rhythm is the share of the variance that the mean day explains.
func rhythm(minutes []float64) float64 {
	var sums, counts [season.SlotsPerDay]float64
	sum, n := 0.0, 0.0
	slot := func(i int) int { return i / 5 % season.SlotsPerDay }
	for i, v := range minutes {
		if v == v {
			sums[slot(i)] += v
			counts[slot(i)]++
			sum += v
			n++
		}
	}
	total, rest := 0.0, 0.0
	for i, v := range minutes {
		if v == v {
			d, e := v-sum/n, v-sums[slot(i)]/counts[slot(i)]
			total += d * d
			rest += e * e
		}
	}
	if total == 0 {
		return 0
	}
	return 1 - rest/total
}
