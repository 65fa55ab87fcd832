package growth

import (
	"math"
	"slices"

	"headroom/analytics/calibrate"
)

const (
	week        = 7
	weekdayDays = 56 // that show the weekdays
	outlier     = 5  // spreads from which on a peak is pulled in
	around      = 7  // days to each side of the running median
)

// bridge fills gaps by straight lines, and the ends with the nearest peak.
func bridge(peaks []float64) []float64 {
	out, last := append([]float64(nil), peaks...), -1
	for i, v := range peaks {
		if v != v {
			continue
		}
		for j := last + 1; j < i; j++ {
			out[j] = v
			if last >= 0 {
				out[j] = peaks[last] + (v-peaks[last])*float64(j-last)/float64(i-last)
			}
		}
		last = i
	}
	for j := last + 1; j < len(out); j++ {
		out[j] = peaks[last]
	}
	return out
}

// tidy pulls peaks in to the running median of 15 days ± 5 robust standard
// deviations from it (Hampel's filter), weekdays set aside. A new level that
// stays moves the median, and is kept.
func tidy(y []float64) []float64 {
	season := weekdays(y)
	z := without(y, season)
	middle, size := make([]float64, len(z)), make([]float64, len(z))
	for i := range z {
		middle[i] = calibrate.Median(z[max(0, i-around):min(len(z), i+around+1)])
		size[i] = math.Abs(z[i] - middle[i])
	}
	most := outlier * calibrate.Normal * calibrate.Median(size)
	for i := range z {
		z[i] = min(max(z[i], middle[i]-most), middle[i]+most) + season[i%week]
	}
	return z
}

func without(y []float64, season [week]float64) []float64 {
	z := make([]float64, len(y))
	for i, v := range y {
		z[i] = v - season[i%week]
	}
	return z
}

// weekdays returns for every weekday, counted from the first of y, the mean
// distance s from the median of the seven days round it, over the last n = 8
// weeks, without the highest and the lowest one, less the mean over the weekdays.
// All are shrunk by how little the weeks agree (James and Stein): with d the robust
// standard deviation of a weekday's distances,
//
//	factor = max(0, 1 − 2/n · Σ d² / Σ s²)
//
// so that incidents that happened to fall on one weekday are none of its habits.
func weekdays(y []float64) (season [week]float64) {
	days := min(weekdayDays, len(y)-len(y)%week)
	shift, z := len(y)-days, y[len(y)-days:]
	mean, noise, square := 0.0, 0.0, 0.0
	for d := range week {
		var memory [weekdayDays / week]float64
		same := memory[:0]
		for i := d; i < days; i += week {
			from := max(0, min(i-week/2, days-week))
			same = append(same, z[i]-calibrate.Median(z[from:from+week]))
		}
		s, off := agreed(same)
		season[(d+shift)%week] = s
		mean += s / week
		noise += off * off
	}
	for d := range season {
		season[d] -= mean
		square += season[d] * season[d]
	}
	factor := 0.0
	if most := 2 * week * noise / float64(days); square > most {
		factor = 1 - most/square
	}
	for d := range season {
		season[d] *= factor
	}
	return season
}

// agreed is the mean of a weekday's distances without the outermost two, and
// their robust standard deviation. It sorts them.
func agreed(distances []float64) (mean, off float64) {
	slices.Sort(distances)
	middle := calibrate.Median(distances)
	kept := distances
	if len(kept) > 2 {
		kept = kept[1 : len(kept)-1]
	}
	for _, v := range kept {
		mean += v / float64(len(kept))
	}
	for i, v := range distances {
		distances[i] = math.Abs(v - middle)
	}
	return mean, calibrate.Normal * calibrate.Median(distances)
}

func least(y []float64) float64 {
	low := math.Inf(1)
	for _, v := range y {
		low = min(low, v)
	}
	return low
}
