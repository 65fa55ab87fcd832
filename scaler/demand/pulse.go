package demand

import (
	"math"
	"slices"
)

// pulse is what each minute of an hour has of the mean of the hour round it: at
// full and half hours many services have more, whatever the time of the day.
type pulse [60]float32

func (p *pulse) at(minute int32) float64 { return float64(p[minute%60]) }

// mostOf is the most of a slot's minutes.
func (p *pulse) mostOf(slot int) float32 {
	first := slot * slotLength % len(p)
	return slices.Max(p[first : first+slotLength])
}

// without returns the values as they would be if all minutes of an hour were alike.
func (p *pulse) without(values []float64, minutes []int32) []float64 {
	calm := make([]float64, len(values))
	for i, v := range values {
		calm[i] = v / p.at(minutes[i])
	}
	return calm
}

// pulseOf takes the median of each minute over all hours that are known as a
// whole. It is from a fifth to five: who pauses at the full hour needs workers
// all the same, and nothing is divided by nothing.
func pulseOf(minutes []int32, values []float64) *pulse {
	var ratios [60][]float64
	means := hourly(values)
	for i, v := range values {
		if means[i] > 0 && known(v) {
			m := minutes[i] % 60
			ratios[m] = append(ratios[m], v/means[i])
		}
	}
	const few = 20 // hours that tell nothing
	p := &pulse{}
	for m := range p {
		p[m] = 1
		if len(ratios[m]) >= few {
			p[m] = float32(min(max(median(ratios[m]), 0.2), 5))
		}
	}
	return p
}

// hourly is the mean of the hour in whose middle a minute lies; NaN where a
// minute of it is unknown.
func hourly(values []float64) []float64 {
	const hour = 60
	means := make([]float64, len(values))
	sum, n := 0.0, 0
	for i := range means {
		means[i] = math.NaN()
	}
	for i, v := range values {
		if !known(v) {
			sum, n = 0, 0
			continue
		}
		if n == hour {
			sum -= values[i-hour]
			n--
		}
		sum += v
		if n++; n == hour {
			means[i-hour/2+1] = sum / hour
		}
	}
	return means
}
