package prepare

import (
	"math"
	"math/rand/v2"
	"testing"
)

// fleet is a module of which the devices and the work change by day.
type fleet struct{ devices, loads []float64 }

func simulate(days int, devices func(day int) float64, work func(day int) float64) (f fleet) {
	rng := rand.New(rand.NewPCG(1, 2))
	for d := range days {
		n := devices(d)
		f.devices = append(f.devices, n)
		week := 1.0
		if d%7 > 4 {
			week = 0.6
		}
		f.loads = append(f.loads, work(d)*week*(1+0.02*rng.NormFloat64())/n)
	}
	return f
}

func steps(at int, before, after float64) func(int) float64 {
	return func(day int) float64 {
		if day < at {
			return before
		}
		return after
	}
}

func constant(v float64) func(int) float64 { return func(int) float64 { return v } }

func TestTheSameWorkOnMoreDevices(t *testing.T) {
	f := simulate(60, steps(40, 10, 20), constant(400))
	factors, changes := Resize(f.devices, f.loads)
	if len(changes) != 1 || changes[0].Day != 40 || changes[0].Before != 10 || changes[0].After != 20 {
		t.Fatalf("%+v", changes)
	}
	for day, factor := range factors {
		if want := steps(40, 0.5, 1)(day); factor != want {
			t.Errorf("day %d: %v, want %v", day, factor, want)
		}
	}
}

func TestNothingIsResized(t *testing.T) {
	for name, f := range map[string]fleet{
		"twice the devices for twice the work": simulate(60, steps(40, 10, 20), steps(40, 400, 800)),
		"more work on the same devices":        simulate(60, constant(10), steps(40, 400, 800)),
		"no devices known":                     {make([]float64, 0), make([]float64, 0)},
	} {
		if factors, changes := Resize(f.devices, f.loads); factors != nil || changes != nil {
			t.Errorf("%s: %+v", name, changes)
		}
	}
	silent := simulate(60, constant(10), constant(400))
	for _, day := range []int{20, 21} { // reported by seven, the load of the others as it was
		silent.devices[day] = 7
	}
	silent.devices[45] = math.NaN()
	if _, changes := Resize(silent.devices, silent.loads); changes != nil {
		t.Errorf("two days with silent senders: %+v", changes)
	}
}

// Half of the machines die for good, and the rest take their work.
func TestTheSameWorkOnFewerDevices(t *testing.T) {
	f := simulate(60, steps(50, 20, 10), constant(400))
	factors, _ := Resize(f.devices, f.loads)
	if factors == nil || factors[0] != 2 || factors[59] != 1 {
		t.Errorf("%v", factors)
	}
}

// However devices are added to the same work, the days before count as if they had
// been there.
func TestDevicesAreAddedInManyWays(t *testing.T) {
	atOnce := simulate(60, steps(40, 10, 20), constant(400))
	unknown := fleet{append([]float64(nil), atOnce.devices...), atOnce.loads}
	unknown.devices[39] = math.NaN()
	for name, c := range map[string]struct {
		fleet
		first float64 // factor of the first day
	}{
		"one a day":                        {simulate(60, func(d int) float64 { return 10 + min(10, max(0, float64(d-30))) }, constant(400)), 0.5},
		"in two steps on two days":         {simulate(60, func(d int) float64 { return 10 + 5*min(2, max(0, float64(d-30))) }, constant(400)), 0.5},
		"after an unknown day":             {unknown, 0.5},
		"one of thirty a week":             {simulate(60, func(d int) float64 { return 30 + float64(d/7) }, constant(1200)), 30.0 / 38},
		"two every fortnight":              {simulate(60, func(d int) float64 { return 10 + 2*float64(d/14) }, constant(400)), 10.0 / 18},
		"since two days":                   {simulate(60, steps(58, 10, 20), constant(400)), 0.5},
		"since a day":                      {simulate(60, steps(59, 10, 20), constant(400)), 0.5},
		"and taken away again":             {simulate(60, func(d int) float64 { return steps(30, 10, 20)(d) - steps(45, 0, 10)(d) }, constant(400)), 1},
		"with half of them away for a day": {simulate(60, func(d int) float64 { return 10 - 5*steps(50, 0, 1)(d) + 5*steps(51, 0, 1)(d) }, constant(400)), 1},
	} {
		factors, changes := Resize(c.devices, c.loads)
		got := 1.0
		if factors != nil {
			got = factors[0]
		}
		if math.Abs(got-c.first) > 0.025 {
			t.Errorf("%s: the first day counts %v times, want %v: %v", name, got, c.first, changes)
		}
	}
}

func TestAChangeSaysWhatItDid(t *testing.T) {
	c := Change{Day: 56, Before: 16, After: 18, Load: 0.875}
	if got := c.String(); got != "from 16 to 18 devices the load of a device became 0.88 times as high: the same work, so the days before count 0.89 times" {
		t.Error(got)
	}
}

func BenchmarkResize(b *testing.B) {
	f := simulate(60, steps(40, 10, 20), constant(400))
	for b.Loop() {
		Resize(f.devices, f.loads)
	}
}
