package order

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// normalLargest is a largest peak of normal distribution that grows with time.
func normalLargest(middle, sd, perDay float64) func(int, float64) float64 {
	return func(days int, p float64) float64 {
		return middle + perDay*float64(days) + sd*distuv.UnitNormal.Quantile(p)
	}
}

func TestPlan(t *testing.T) {
	f := func(p Plan, work, spares, request int, sentence string) {
		t.Helper()
		if p.Work != work || p.Spares != spares || p.Request() != request || p.Sentence() != sentence {
			t.Errorf("%d work, %d spares, request %d, %q\nwant %d, %d, %d, %q", p.Work, p.Spares, p.Request(), p.Sentence(), work, spares, request, sentence)
		}
	}
	flat := func(int, float64) float64 { return 66 }
	p := DefaultPolicy()
	f(NewPlan(p, 10, 30, 60, flat), 11, 0, 1,
		"10 devices: with 95 % probability the largest peak of 30 days stays below 66 %; 10 × 66 ÷ 60 makes 11 devices, request 1.")
	f(NewPlan(p, 12, 1, 60, func(int, float64) float64 { return 30 }), 6, 0, 0,
		"12 devices: with 95 % probability the largest peak of 1 day stays below 30 %; 12 × 30 ÷ 60 makes 6 devices, request none.")
	festival := NewPlan(p, 10, 30, 60, func(int, float64) float64 { return 132 })
	festival.Event, festival.Uplift = "festival", 2
	f(festival, 22, 0, 12,
		"10 devices: with 95 % probability the largest peak of 30 days stays below 132 % (festival: × 2); 10 × 132 ÷ 60 makes 22 devices, request 12.")
	typed := p
	typed.Type, typed.Worth, typed.RoundTo = "C6", 1.5, 1
	f(NewPlan(typed, 10, 30, 60, func(int, float64) float64 { return 78 }), 13, 0, 2,
		"10 devices: with 95 % probability the largest peak of 30 days stays below 78 %; 10 × 78 ÷ 60 makes 13 devices, request 2 of type C6, each worth 1.5.")
	typed.RoundTo = 4
	f(NewPlan(typed, 10, 30, 60, func(int, float64) float64 { return 84 }), 14, 0, 4,
		"10 devices: with 95 % probability the largest peak of 30 days stays below 84 %; 10 × 84 ÷ 60 makes 14 devices, request 4 of type C6, each worth 1.5 (in multiples of 4).")
	f(NewPlan(p, 2, 30, 60, func(int, float64) float64 { return 60.02 }), 3, 0, 1, // and not 2 × 60 ÷ 60 makes 3
		"2 devices: with 95 % probability the largest peak of 30 days stays below 60.02 %; 2 × 60.02 ÷ 60 makes 3 devices, request 1.")
	p.Failures, p.RoundTo, p.Minimum = 0.02, 4, 3
	f(NewPlan(p, 10, 30, 60, flat), 11, 1, 4,
		"10 devices: with 95 % probability the largest peak of 30 days stays below 66 %; 10 × 66 ÷ 60 makes 11 devices, 1 more to replace what fails, request 4 (in multiples of 4).")
	f(NewPlan(p, 1, 30, 60, func(int, float64) float64 { return 5 }), 3, 1, 4,
		"1 device: with 95 % probability the largest peak of 30 days stays below 5 %; 1 × 5 ÷ 60 makes 1 device, at the least 3, 1 more to replace what fails, request 4 (in multiples of 4).")
}

// More risk aversion, time, growth or failures never needs fewer devices.
func TestPlanIsMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p := Policy{ShortageCost: 1 + 30*rng.Float64(), IdleCost: 1, Failures: 0.1 * rng.Float64(), Minimum: rng.IntN(4), RoundTo: 1 + rng.IntN(5), Worth: 0.5 + rng.Float64()}
		devices, horizon := 1+rng.IntN(50), 1+rng.IntN(90)
		middle, sd, perDay := 80*rng.Float64(), 10*rng.Float64(), rng.Float64()
		plan := func(p Policy, horizon int, perDay float64) Plan {
			return NewPlan(p, devices, horizon, 60, normalLargest(middle, sd, perDay))
		}
		base := plan(p, horizon, perDay)
		dearer, failing := p, p
		dearer.ShortageCost *= 2
		failing.Failures += 0.05
		for name, more := range map[string]Plan{
			"shortage cost": plan(dearer, horizon, perDay), "failures": plan(failing, horizon, perDay),
			"lead time": plan(p, horizon+10, perDay), "growth": plan(p, horizon, perDay+0.2),
		} {
			if more.Needed() < base.Needed() || more.Request() < base.Request() {
				t.Fatalf("more %s: %+v\nbefore: %+v", name, more, base)
			}
		}
		if r := base.Request(); r < 0 || r%p.RoundTo != 0 || float64(devices)+float64(r)*p.Worth < float64(base.Needed())-1e-6 || base.Needed() < p.Minimum {
			t.Fatalf("request %d of %+v", r, base)
		}
	}
}

// In a simulated fleet the share of modules that run short is the risk.
func TestShortagesAreAsOftenAsTheRiskSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, cost := range []float64{4, 19, 99} {
		p := DefaultPolicy()
		p.ShortageCost = cost
		short, fleet := 0, 20_000
		for range fleet {
			middle, sd := 40+30*rng.Float64(), 2+8*rng.Float64()
			plan := NewPlan(p, 1000, 30, 60, normalLargest(middle, sd, 0)) // so many that rounding is small
			if came := middle + sd*rng.NormFloat64(); came*1000 > float64(plan.Needed())*60 {
				short++
			}
		}
		risk := 1 - p.Service()
		if share := float64(short) / float64(fleet); math.Abs(share-risk) > 3*math.Sqrt(risk/float64(fleet)) {
			t.Errorf("cost %v: %v run short, the risk is %v", cost, share, risk)
		}
	}
}

// Spares are as many as the binomial distribution needs.
func TestSparesReplaceWhatFails(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, work := range []int{1, 10, 200} {
		n, short, rounds := spares(work, 0.03, 0.95), 0, 20_000
		for range rounds {
			up := 0
			for range work + n {
				if rng.Float64() >= 0.03 {
					up++
				}
			}
			if up < work {
				short++
			}
		}
		if share := float64(short) / float64(rounds); share > 0.055 {
			t.Errorf("%d and %d spares: too few in %v", work, n, share)
		}
		if n > 0 && (distuv.Binomial{N: float64(work + n - 1), P: 0.03}).CDF(float64(n-1)) >= 0.95 {
			t.Errorf("%d and %d spares: one less is enough", work, n)
		}
	}
}

func TestPolicyReportsAllFaults(t *testing.T) {
	err := Policy{ShortageCost: -1, IdleCost: math.NaN(), Failures: 1, Minimum: -1}.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("got %v", err)
	}
	if err := DefaultPolicy().Validate(); err != nil {
		t.Error(err)
	}
}

// residuals of modules that share a part of what moves them.
func residuals(rng *rand.Rand, days int, shared float64) func() []float32 {
	common := make([]float64, days)
	for i := range common {
		common[i] = rng.NormFloat64()
	}
	return func() []float32 {
		out := make([]float32, days)
		for i := range out {
			out[i] = float32(math.Sqrt(shared)*common[i] + math.Sqrt(1-shared)*rng.NormFloat64())
		}
		return out
	}
}

// The sum's quantile is not above the sum of quantiles; it is that when all move
// together, and near the root of the sum of squares when each moves on its own.
func TestPooledDemand(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, shared := range []float64{0, 0.5, 1} {
		draw := residuals(rng, 53, shared)
		var pool Demand
		sum, squares, n := 0.0, 0.0, 200
		for range n {
			reach := 1 + 3*rng.Float64()
			pool.Add(NewDemand(10, 10+reach, draw()))
			sum, squares = sum+reach, squares+reach*reach
		}
		got := pool.Most - pool.Middle
		want := math.Sqrt(shared*sum*sum + (1-shared)*squares)
		if math.Abs(pool.Middle-10*float64(n)) > 1e-6 || got > sum*(1+1e-9) || math.Abs(got/want-1) > 0.25 {
			t.Errorf("shared %v: %v above the middle, want %v, at most %v", shared, got, want, sum)
		}
		if shared == 1 && math.Abs(got/sum-1) > 1e-9 {
			t.Errorf("all move together: %v, want %v", got, sum)
		}
	}
}

// With a probability below one half the sum's quantile is below the middle too,
// and not below the sum of quantiles; what is NaN is left out.
func TestPooledDemandBelowTheMiddle(t *testing.T) {
	draw := residuals(rand.New(rand.NewPCG(11, 12)), 53, 0.2)
	var pool Demand
	for range 50 {
		pool.Add(NewDemand(10, 9, draw()))
		pool.Add(NewDemand(math.NaN(), math.NaN(), draw()))
	}
	if pool.Middle != 500 || !(450 <= pool.Most && pool.Most < 500) {
		t.Errorf("middle %v, quantile %v", pool.Middle, pool.Most)
	}
}

func TestDemandWithoutDaysAddsUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	draw := residuals(rng, 30, 0)
	var pool Demand
	pool.Add(NewDemand(5, 7, nil))
	pool.Add(NewDemand(5, 8, draw()))
	pool.Add(NewDemand(5, 8, draw()))
	pool.Add(NewDemand(5, 6, make([]float32, 0)))
	if pool.Middle != 20 || pool.Most <= 20+3+3 || pool.Most > 20+3+6 {
		t.Errorf("%+v", pool)
	}
}

// A fleet of all machines there are is done with as soon as one of ten.
func TestSparesOfMany(t *testing.T) {
	for _, work := range []int{50_000_000, math.MaxInt32} {
		for _, failures := range []float64{0.001, 0.3, 0.5} {
			n, mean := spares(work, failures, 0.95), float64(work)*failures/(1-failures)
			if d := float64(n) - mean; !(d > 0 && d < 0.01*mean) {
				t.Errorf("%d, %v: %d spares, want a little more than %.0f", work, failures, n, mean)
			}
		}
	}
}
