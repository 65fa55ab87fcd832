package order

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Policy says how much risk of having too few devices is worth its cost.
type Policy struct {
	// ShortageCost is what a missing device costs, IdleCost what one costs that
	// nobody needs, in any common unit.
	ShortageCost, IdleCost float64

	// Failures is the share of devices that are out of service at any time.
	Failures float64

	Minimum int // devices of a module at the least
	RoundTo int // devices are delivered in multiples of this

	// Type is the name of the devices that are ordered, and Worth how many of those
	// that are there do the work of one of them. An empty name is more of the same.
	Type  string
	Worth float64
}

// DefaultPolicy has a missing device cost as much as 19 idle ones, which makes
// the risk 5 %.
func DefaultPolicy() Policy {
	return Policy{ShortageCost: 19, IdleCost: 1, Minimum: 1, RoundTo: 1, Worth: 1}
}

// Validate reports every number that cannot work.
func (p Policy) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !(p.ShortageCost > 0) || math.IsInf(p.ShortageCost, 0) {
		bad("shortage cost: want a number above 0, got %v", p.ShortageCost)
	}
	if !(p.IdleCost > 0) || math.IsInf(p.IdleCost, 0) {
		bad("idle cost: want a number above 0, got %v", p.IdleCost)
	}
	if !(p.Failures >= 0 && p.Failures < 1) {
		bad("failures: want a share from 0 to less than 1, got %v", p.Failures)
	}
	if p.Minimum < 0 {
		bad("minimum: want 0 or more, got %d", p.Minimum)
	}
	if p.RoundTo < 1 {
		bad("round to: want 1 or more, got %d", p.RoundTo)
	}
	if !(p.Worth > 0) || math.IsInf(p.Worth, 0) {
		bad("worth of a device of type %q: want a number above 0, got %v", p.Type, p.Worth)
	}
	return errors.Join(errs...)
}

// Service is the probability with which the devices suffice: the newsvendor's
// quantile, shortage cost ÷ (shortage cost + idle cost).
func (p Policy) Service() float64 { return p.ShortageCost / (p.ShortageCost + p.IdleCost) }

// Risk is the probability that they do not: idle cost ÷ (shortage cost + idle cost).
func (p Policy) Risk() float64 { return p.IdleCost / (p.ShortageCost + p.IdleCost) }

// Request returns how many devices of the type to order when so many are needed of
// those that are there, of which there are so many; in whole packages.
func (p Policy) Request(needed, devices int) int {
	missing := float64(max(0, needed-devices)) / p.Worth
	packages := math.Ceil(missing/float64(p.RoundTo) - 1e-9) // 3 ÷ 0.6 is 5
	return int(packages) * p.RoundTo
}

// Plan is an order line with its risk. Loads are percent of a device.
type Plan struct {
	Policy
	Devices int // now
	Horizon int // days until what is ordered now is in service
	Target  float64

	Peak   float64 // what the largest peak of the horizon stays below with probability Service
	Event  string  // that makes it so high; empty: none
	Uplift float64 // of the event

	Work   int // devices that hold the peak at the target
	Spares int // devices that may be out of service meanwhile
}

// NewPlan returns the line for a module whose largest peak of so many days stays
// below largest(days, p) with probability p.
func NewPlan(p Policy, devices, horizon int, target float64, largest func(days int, p float64) float64) Plan {
	plan := Plan{Policy: p, Devices: devices, Horizon: horizon, Target: target, Uplift: 1, Peak: largest(horizon, p.Service())}
	plan.Work = max(Needed(devices, plan.Peak, target), p.Minimum)
	plan.Spares = spares(plan.Work, p.Failures, p.Service())
	return plan
}

// spares returns how many devices more than work are needed so that with
// probability p at least work of them are in service, each failing with the
// given probability on its own.
func spares(work int, failures, p float64) (n int) {
	if failures <= 0 || work == 0 {
		return 0
	}
	enough := func(n int) bool { // at most n of work + n fail
		return distuv.Binomial{N: float64(work + n), P: failures}.CDF(float64(n)) >= p
	}
	for n = 1; !enough(n); n *= 2 {
	}
	return sort.Search(n, enough)
}

// Needed returns how many devices are needed.
func (p Plan) Needed() int { return p.Work + p.Spares }

// Request returns how many devices to order, in whole packages.
func (p Plan) Request() int { return p.Policy.Request(p.Needed(), p.Devices) }

// Sentence says what to order and why, with its numbers.
func (p Plan) Sentence() string {
	peak := peakText(p.Devices, p.Peak, p.Target)
	s := fmt.Sprintf("%s: with %s %% probability the largest peak of %s stays below %s %%",
		devices(p.Devices), num(100*p.Service(), 1), days(p.Horizon), peak)
	if p.Event != "" {
		s += fmt.Sprintf(" (%s: × %s)", p.Event, num(p.Uplift, 2))
	}
	s += fmt.Sprintf("; %d × %s ÷ %s makes %s", p.Devices, peak, num(p.Target, 1), devices(Needed(p.Devices, p.Peak, p.Target)))
	if p.Work > Needed(p.Devices, p.Peak, p.Target) {
		s += fmt.Sprintf(", at the least %d", p.Minimum)
	}
	if p.Spares > 0 {
		s += fmt.Sprintf(", %d more to replace what fails", p.Spares)
	}
	if p.Request() == 0 {
		return s + ", request none."
	}
	s += fmt.Sprintf(", request %d", p.Request())
	if p.Type != "" {
		s += fmt.Sprintf(" of type %s, each worth %s", p.Type, num(p.Worth, 2))
	}
	if float64(p.Request()) >= float64(p.Needed()-p.Devices)/p.Worth+1 {
		s += fmt.Sprintf(" (in multiples of %d)", p.RoundTo)
	}
	return s + "."
}
