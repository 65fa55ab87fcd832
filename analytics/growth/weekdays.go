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
// distance from the median of the seven days round it, over the last six weeks.
// Their sum is 0. They are shrunk by the share of their variance that chance
// explains: with v that of the seven, e that of what they leave (outliers
// trimmed), n the weeks,
//
//	factor = max(0, 1 − (e/n) / v)
func weekdays(y []float64) (season [week]float64) {
	days := min(weekdayDays, len(y)-len(y)%week)
	shift, z := len(y)-days, y[len(y)-days:]
	off := make([]float64, days)
	for i := range z {
		from := max(0, min(i-week/2, days-week))
		off[i] = z[i] - calibrate.Median(z[from:from+week])
	}
	mean := 0.0
	for d := range week {
		var same []float64
		for i := d; i < days; i += week {
			same = append(same, off[i])
		}
		s := calibrate.Median(same)
		season[(d+shift)%week] = s
		mean += s / week
	}
	between := 0.0
	for d := range season {
		season[d] -= mean
		between += season[d] * season[d] / (week - 1)
	}
	for i := range off {
		off[i] -= season[(i+shift)%week] + mean
	}
	if between > 0 {
		within, _ := calibrate.Spread(off, outlier)
		chance := within * within / float64(days/week) / between
		for d := range season {
			season[d] *= max(0, 1-chance)
		}
	}
	return season
}

func least(y []float64) float64 {
	low := math.Inf(1)
	for _, v := range y {
		low = min(low, v)
	}
	return low
}
