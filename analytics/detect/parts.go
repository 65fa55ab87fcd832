package detect

import (
	"math"

	"headroom/analytics/band"
)

const (
	// clip is what a value counts for at most, in standard deviations, and
	// clipToSigma makes their mean so clipped the standard deviation of normally
	// distributed values: 1 / E min(|x|, clip).
	clip        = 4.0 / 3
	clipToSigma = 1.4022
	// tailShare is the share of values of each side that tells how heavy the
	// tails are, and tailNormal beyond what they are if normally distributed.
	tailShare  = 0.015
	tailNormal = 2.1701
	// leastSpread is the least spread of the days, in standard deviations.
	leastSpread = 0.3
	// strongest bounds a strength, so that values off a constant stay numbers.
	strongest = 1e6
)

// Parts is what the band of one value is made of.
type Parts struct {
	band.Forecast
	Noise        float64 // standard deviation of the value around Expected, without incidents
	Spread       float64 // standard deviation of the days around Usual, at least 0.3 · Noise
	Below, Above float64 // how heavy the tails are, at least 1
	Threshold    float64 // strength of a value on a bound of the band
}

func (s *State) parts(f band.Forecast, slot int) Parts {
	p := Parts{Forecast: f, Below: s.tail[0], Above: s.tail[1], Threshold: s.factor * s.calm.threshold}
	noise := clipToSigma * s.noise.Mean(slot)
	if noise != noise {
		noise = f.Scale
	}
	p.Noise = f.Widen(max(noise, f.Least))
	p.Spread = max(f.Spread, leastSpread*p.Noise)
	return p
}

// Strength of a value, in standard deviations.
func (p *Parts) Strength(v float64) float64 {
	surprise, unlike, tail := (v-p.Expected())/p.Noise, (v-p.Usual)/p.Spread, p.Above
	if surprise < 0 {
		surprise, unlike, tail = -surprise, -unlike, p.Below
	}
	return min(min(surprise, Gate+max(unlike, 0))/tail, strongest)
}

// Band holds the values that are no stronger than the threshold.
func (p Parts) Band() band.Band {
	if !p.Known() {
		return band.None(p.Days)
	}
	e, below, above := p.Expected(), p.Threshold*p.Below, p.Threshold*p.Above
	return band.Band{
		Expected: e,
		Lower:    min(e-below*p.Noise, p.Usual-math.Max(below-Gate, 0)*p.Spread),
		Upper:    max(e+above*p.Noise, p.Usual+math.Max(above-Gate, 0)*p.Spread),
		Days:     p.Days,
	}
}
