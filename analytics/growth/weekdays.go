package growth

import (
	"math"

	"headroom/analytics/calibrate"
)

const (
	week        = 7
	weekdayDays = 42 // that show the weekdays
	outlier     = 4  // spreads from which on a peak is pulled in
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

// tidy pulls peaks in to the running median of 15 days ± 4 robust standard
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

// weekdays returns for every weekday, counted from the first of y, the median
// distance s from the median of the seven days round it, over the last six
// weeks, less the mean over the weekdays. Each is shrunk by how little the weeks
// agree: with d the robust standard deviation of its distances,
//
//	factor = max(0, 1 − d² / s²)
//
// so that incidents that happened to fall on one weekday are none of its habits.
func weekdays(y []float64) (season [week]float64) {
	days := min(weekdayDays, len(y)-len(y)%week)
	shift, z := len(y)-days, y[len(y)-days:]
	mean := 0.0
	for d := range week {
		var same []float64
		for i := d; i < days; i += week {
			from := max(0, min(i-week/2, days-week))
			same = append(same, z[i]-calibrate.Median(z[from:from+week]))
		}
		s := agreed(same)
		season[(d+shift)%week] = s
		mean += s / week
	}
	for d := range season {
		season[d] -= mean
	}
	return season
}

// agreed is the median of a weekday's distances, shrunk.
func agreed(distances []float64) float64 {
	s := calibrate.Median(distances)
	off := make([]float64, len(distances))
	for i, v := range distances {
		off[i] = math.Abs(v - s)
	}
	d := calibrate.Normal * calibrate.Median(off)
	if d >= math.Abs(s) {
		return 0
	}
	return s * (1 - d*d/(s*s))
}

func least(y []float64) float64 {
	low := math.Inf(1)
	for _, v := range y {
		low = min(low, v)
	}
	return low
}
