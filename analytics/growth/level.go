package growth

import (
	"math"

	"headroom/analytics/calibrate"
)

// standing is the level that a series without weekdays is at.
func standing(z []float64) float64 {
	last := func(days int) float64 { return calibrate.Median(z[max(0, len(z)-days):]) }
	return (last(7) + last(14) + smoothed(z, 0.3) + smoothed(z, 0.1)) / 4
}

// smoothed is simple exponential smoothing, started at the mean of a week.
func smoothed(z []float64, weight float64) float64 {
	first := z[:min(week, len(z))]
	level := 0.0
	for _, v := range first {
		level += v / float64(len(first))
	}
	for _, v := range z {
		level += weight * (v - level)
	}
	return level
}

// surprises returns how far the peaks that are there were from the level of the
// days before them; flat has weekdays and trend taken out of the tidied peaks.
func surprises(peaks, tidied, flat []float64) []float32 {
	out := make([]float32, len(flat))
	for i := range out {
		out[i] = float32(math.NaN())
		if i >= week && peaks[i] == peaks[i] {
			out[i] = float32(flat[i] + peaks[i] - tidied[i] - standing(flat[:i]))
		}
	}
	return out
}
