package growth

import "math"

const (
	slow, fast = 0.1, 0.3 // shares of the smoothings that make the level
	quick      = 0.8      // and of the one that follows the last days
	forgotten  = 60       // days after which nothing is left of these
	tiny       = 1e-9     // of the load: a spread that is as good as none
	nothing    = 1e-300   // load of a series of zeros
)

// levels returns for every day of a series without weekdays the level that it was
// at before, and last the one that it is at now: the mean of exponential smoothing
// with 0.1 and with 0.3.
func levels(z []float64) []float64 {
	out := make([]float64, len(z)+1)
	a := beginning(z)
	b := a
	for i, v := range z {
		out[i] = (a + b) / 2
		a += slow * (v - a)
		b += fast * (v - b)
	}
	out[len(z)] = (a + b) / 2
	return out
}

// smoothed is where exponential smoothing ends.
func smoothed(z []float64, share float64) float64 {
	level := beginning(z)
	for _, v := range z {
		level += share * (v - level)
	}
	return level
}

// beginning is where smoothing starts: the mean of the first week.
func beginning(z []float64) (mean float64) {
	first := z[:min(week, len(z))]
	for _, v := range first {
		mean += v / float64(len(first))
	}
	return mean
}

// spread is the root mean square error of the levels one to three days later.
func spread(z, before []float64) float64 {
	sum, n := 0.0, 0.0
	for origin := min(firstOrigin, len(z)/2); origin < len(z); origin++ {
		for _, v := range z[origin:min(origin+nearDays, len(z))] {
			sum += (v - before[origin]) * (v - before[origin])
			n++
		}
	}
	return math.Sqrt(sum / n)
}

// size is the mean of what the peaks are, signs aside.
func size(y []float64) (mean float64) {
	for _, v := range y {
		mean += math.Abs(v) / float64(len(y))
	}
	return mean
}

// surprises returns how far the peaks that are there were from the level of the
// days before them; flat has weekdays and trend taken out of the tidied peaks.
func surprises(peaks, tidied, flat, before []float64) []float32 {
	out := make([]float32, len(flat))
	for i := range out {
		out[i] = float32(math.NaN())
		if i >= week && peaks[i] == peaks[i] {
			out[i] = float32(flat[i] + peaks[i] - tidied[i] - before[i])
		}
	}
	return out
}
