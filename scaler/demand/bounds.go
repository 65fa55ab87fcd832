package demand

import (
	"math"
	"slices"
)

// bounds are how many times the expected an interval goes up to, by hour of the day.
type bounds [24]float32

// pool is the ratios of the forecasts of an hour of the day, and
// of hours round it until there are enough; in order.
type pool struct {
	ratios   []float64
	expected float64 // mean
}

func poolsOf(scores byHour, enough int) (pools [24]pool) {
	for hour := range pools {
		p := &pools[hour]
		for round := 0; round <= 12 && (round < 2 || len(p.ratios) < enough); round++ {
			p.add(scores[(hour+round)%24])
			if 0 < round && round < 12 {
				p.add(scores[(hour-round+24)%24])
			}
		}
		p.expected /= float64(len(p.ratios))
		slices.Sort(p.ratios)
	}
	return pools
}

func (p *pool) add(scores []score) {
	for _, s := range scores {
		p.ratios = append(p.ratios, s.ratio())
		p.expected += s.expected * s.width
	}
}

// quantile is the conformal one: of n ratios the ⌈(n+1)·share⌉-th, at most the
// largest; 1 of none.
func (p *pool) quantile(share float64) float64 {
	n := len(p.ratios)
	if n == 0 {
		return 1
	}
	return p.ratios[min(n, int(math.Ceil(float64(n+1)*share)))-1]
}

// even gives every hour the same share of forecasts that are not exceeded.
func even(scores byHour, share float64, enough int) (b bounds) {
	for hour, p := range poolsOf(scores, enough) {
		b[hour] = float32(p.quantile(share))
	}
	return b
}

// lenient is how many times its even share of exceedances an hour may have.
const lenient = 3

// cheapest spends the exceedances of a day where they save the most: one bad
// afternoon in the history must not make every afternoon dear. Each hour pays
// expected × bound, plus a price for its share of exceedances; the price is the
// one at which all hours together keep to the share.
func cheapest(scores byHour, share float64, enough int) (b bounds) {
	pools := poolsOf(scores, enough)
	low, high := 0.0, 1.0
	for _, p := range pools {
		if n := len(p.ratios); n > 0 {
			high = max(high, p.expected*p.ratios[n-1]*float64(n))
		}
	}
	for range 40 {
		price := math.Sqrt(max(low, high*1e-9) * high) // a wide range: halved in its logarithm
		if b.buy(&pools, share, price) > 1-share {
			low = price
		} else {
			high = price
		}
	}
	b.buy(&pools, share, high)
	return b
}

// buy sets each hour's bound at a price, and returns the exceedances that are left.
func (b *bounds) buy(pools *[24]pool, share, price float64) (exceeded float64) {
	for hour := range pools {
		p := &pools[hour]
		b[hour] = 1
		n := len(p.ratios)
		if n == 0 {
			continue
		}
		best, over := math.Inf(1), 0
		for k := 0; k < n && float64(k) <= lenient*(1-share)*float64(n); k++ {
			if cost := p.expected*p.ratios[n-1-k] + price*float64(k)/float64(n); cost < best {
				best, over = cost, k
			}
		}
		b[hour] = float32(p.ratios[n-1-over])
		exceeded += float64(over) / float64(n) / 24
	}
	return exceeded
}

// loss is the pinball loss: what the bounds lie above, plus what they missed,
// weighed so that the true quantile has the least.
func (b *bounds) loss(scores byHour, share float64) (loss float64) {
	for hour, list := range scores {
		for _, s := range list {
			d := s.actual - s.upTo(float64(b[hour]))
			loss += max(share*d, (share-1)*d)
		}
	}
	return loss
}
