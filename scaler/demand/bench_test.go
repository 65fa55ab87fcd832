package demand

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func BenchmarkLearn(b *testing.B) {
	h := generated(28, 1)
	b.ReportAllocs()
	for b.Loop() {
		Learn(h, Options{Startup: time.Minute, Level: DefaultLevel})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "services/s")
}

func BenchmarkForecast(b *testing.B) {
	h := generated(28, 1)
	p := Learn(h, Options{Startup: time.Minute, Level: DefaultLevel})
	recent := h.Minutes[len(h.Minutes)-Recent:]
	for b.Loop() {
		p.Forecast(h.End(), recent)
	}
}

// generated is a history with a daily rhythm, quieter weekends and 5 % of noise.
func generated(days int, seed uint64) History {
	rng := rand.New(rand.NewPCG(seed, 2))
	h := History{Start: time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC), Minutes: make([]float64, days*1440), Zone: time.UTC}
	for i := range h.Minutes {
		h.Minutes[i] = usualLoad(i) * (1 + 0.05*rng.NormFloat64())
	}
	return h
}

// usualLoad is the load of a minute after a Monday's midnight without noise.
func usualLoad(i int) float64 {
	v := 600 * (1.2 - math.Cos(float64(i%1440)/1440*2*math.Pi))
	if day := i / 1440 % 7; day >= 5 {
		v *= 0.6 + 0.2*math.Sin(float64(i%1440)/1440*4*math.Pi)
	}
	return v
}
