package simfleet

import (
	"math"
	"math/rand/v2"
)

// Module is one simulated service.
type Module struct {
	Path    []string // business, product, service, module
	Devices []Device

	From, Until int64 // Unix seconds in which it reports; Until is 0 if it lives

	GrowthPerDay float64 // share of its first load that it grows by a day
	ShiftAt      int64   // Unix seconds of a lasting change of level, 0 if there was none
	ShiftBy      float64 // factor of the load before the shift, relative to after it

	seed      uint64
	shape     *shape
	phase     int64   // seconds by which its day is later than the shape's
	base      float64 // percent at the shape's peak, pastDays before now
	start     int64   // Unix seconds of pastDays before now
	rough     float64 // how noisy it is; 1 is usual
	workers   int     // processes on each device
	busyShare float64 // busy time of a worker at 100 percent of load
	latency   float64 // seconds of a request
}

// Device is one machine of a module.
type Device struct {
	Node    string
	Site    string
	Rack    string
	From    int64   // Unix seconds since which it reports
	Until   int64   // Unix seconds at which it fell silent, 0 if it has not
	factor  float64 // its load relative to the module's
	weights float64 // sum of its processes' weights
	seed    uint64
}

func newModule(rng *rand.Rand, p place, now int64) *Module {
	m := &Module{
		Path: p.path, seed: rng.Uint64(), shape: p.shape, start: now - pastDays*day,
		phase: int64(rng.NormFloat64() * 1500), rough: math.Exp(rng.NormFloat64() * 0.4),
		workers: 2 + int(min(14, rng.ExpFloat64()*4)), busyShare: 0.75 + 0.5*rng.Float64(),
		latency: 0.002 * math.Exp(rng.Float64()*3.7), // 2 to 80 ms
	}
	m.grow(rng)
	m.shift(rng, now)
	m.liveAndDie(rng, now)
	for range deviceCount(rng) {
		m.Devices = append(m.Devices, m.newDevice(rng, now))
	}
	return m
}

// deviceCount is skewed, from 2 to 60 with a mean of about 9: 22,400 devices of
// 2,428 modules in the talk.
func deviceCount(rng *rand.Rand) int {
	return int(min(60, max(2, math.Round(math.Exp(1.93+0.75*rng.NormFloat64())))))
}

// grow draws the growth, mostly about zero, up to 1 % a day, and a level so that
// today's peak lies between 12 and 58 percent.
func (m *Module) grow(rng *rand.Rand) {
	switch u := rng.Float64(); {
	case u < 0.15:
		m.GrowthPerDay = -0.003 * rng.Float64()
	case u < 0.60:
		m.GrowthPerDay = 0.001 * rng.Float64()
	case u < 0.92:
		m.GrowthPerDay = 0.001 + 0.004*rng.Float64()
	default:
		m.GrowthPerDay = 0.005 + 0.005*rng.Float64()
	}
	m.base = (12 + 46*math.Pow(rng.Float64(), 1.3)) / (1 + pastDays*m.GrowthPerDay)
}

// shift gives every seventh module a lasting change of level: mostly a fall, as
// when devices were added.
func (m *Module) shift(rng *rand.Rand, now int64) {
	at, by := now-int64((5+75*rng.Float64())*day), 1.2+0.3*rng.Float64()
	if rng.Float64() < 0.3 {
		by = 0.7 + 0.15*rng.Float64()
	}
	if rng.Float64() < 1./7 {
		m.ShiftAt, m.ShiftBy = at, by
	}
}

// liveAndDie makes a few modules new and a few dead.
func (m *Module) liveAndDie(rng *rand.Rand, now int64) {
	age, since := int64(newDays*day), int64(3600*(3+rng.Float64()*(silentDays*24-3)))
	switch u := rng.Float64(); {
	case u < 0.04:
		m.From = now - age
	case u < 0.06:
		m.Until = now - since
	}
}

func (m *Module) newDevice(rng *rand.Rand, now int64) Device {
	d := Device{factor: 1 + 0.06*rng.NormFloat64(), seed: rng.Uint64(), From: m.From, Until: m.Until}
	added, silent, since := rng.Float64(), rng.Float64(), int64(3600*(1+100*rng.Float64()))
	if m.ShiftBy > 1 && len(m.Devices) > 0 && added > 1/m.ShiftBy {
		d.From = max(d.From, m.ShiftAt) // what made the load of the others fall
	}
	if m.Until == 0 && silent < 0.01 {
		d.Until = now - since
	}
	for p := range m.workers {
		d.weights += d.weight(p)
	}
	return d
}

func (d *Device) reports(t int64) bool { return t >= d.From && (d.Until == 0 || t < d.Until) }

// silent tells whether the device has fallen silent within a day.
func (d *Device) silent(t int64) bool { return d.Until != 0 && t >= d.Until && t < d.Until+day }
