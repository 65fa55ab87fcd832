package order

import "math"

// leastChance is the smallest probability that is told apart from none: the forecast's
// tails are not known further out.
const leastChance = 0.001

// Shortage returns the probability that the largest peak of the horizon is more than
// so many devices hold at the target load, where have of them are there now. Largest
// returns what the peak stays below with a probability, as of [NewPlan]. The answer
// lies between 0.001 and 0.999; it is NaN if the peak cannot be foretold.
func Shortage(devices float64, have, horizon int, target float64, largest func(days int, p float64) float64) float64 {
	if have <= 0 || devices < 0 || math.IsNaN(largest(horizon, 0.5)) {
		return math.NaN()
	}
	holds := devices * target / float64(have) // the peak of a device as it is counted now
	low, high := leastChance, 1-leastChance   // of staying below what is held
	for range 20 {
		if middle := (low + high) / 2; largest(horizon, middle) <= holds {
			low = middle
		} else {
			high = middle
		}
	}
	return 1 - (low+high)/2
}
