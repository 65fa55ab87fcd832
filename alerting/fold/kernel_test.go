package fold

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
)

func TestExcess(t *testing.T) {
	f := func(rings, share, ringing, fleet int, want float64) {
		t.Helper()
		if got := (candidate{rings: rings, share: share}).excess(ringing, fleet); math.Abs(got-want) > 0.01 {
			t.Errorf("%d of %d ring, %d of %d in all: %.3f, want %.3f", rings, share, ringing, fleet, got, want)
		}
	}
	// 3 ln(3/20) + 17 ln(17/20) − 3 ln(3/400) − 397 ln(397/400), by hand.
	f(3, 20, 3, 400, 9.21)
	// The component rings as all do, and less.
	f(5, 100, 50, 1000, 0)
	f(1, 100, 50, 1000, 0)
	// All of it and nothing else: 20 ln(1/(20/400)) + 380 ln(1/(380/400)).
	f(20, 20, 20, 400, 79.41)
	// A component that is the whole fleet is held against a tenth that may ring:
	// 90 ln(0.9/0.1) + 10 ln(0.1/0.9).
	f(90, 100, 90, 100, 175.78)
	// A fleet of unknown size is held for 200.
	f(3, 20, 3, 0, (candidate{rings: 3, share: 20}).excess(3, 200))
}

func TestSketchCountsPlaces(t *testing.T) {
	for _, n := range []int{0, 1, 30, 1000, 3000} {
		var s sketch
		for i := range n {
			place := placeOf(&alarm.Facts{Path: fleet.Path{"b", "m"}, Node: string(rune('a'+i%26)) + time.Duration(i).String()})
			s.add(place)
			s.add(place)
		}
		if got := s.estimate(); math.Abs(float64(got-n)) > 2+0.06*float64(n) {
			t.Errorf("%d places: %d", n, got)
		}
	}
}

func TestPlacesAreToldApart(t *testing.T) {
	a := placeOf(&alarm.Facts{Path: fleet.Path{"a", "b"}})
	b := placeOf(&alarm.Facts{Path: fleet.Path{"ab"}})
	c := placeOf(&alarm.Facts{Path: fleet.Path{"a"}, Node: "b"})
	if a == b || b == c || a == c {
		t.Errorf("%x %x %x", a, b, c)
	}
}

func TestWorse(t *testing.T) {
	f := func(a, b, want string) {
		t.Helper()
		if got := worse(a, b); got != want || worse(b, a) != want {
			t.Errorf("worse(%q, %q) = %q, %q; want %q", a, b, got, worse(b, a), want)
		}
	}
	f("", "", "")
	f("", "warning", "warning")
	f("critical", "warning", "critical")
	f("odd", "none", "none")
	f("odd", "", "odd")
	f("odd", "odder", "odd")
}

// What the stage counts by steps has to be what counting anew gives.
func TestTheCountStaysTrue(t *testing.T) {
	rng, e := rand.New(rand.NewPCG(5, 5)), newEvidence(nil, []string{"b", "m"})
	e.window = time.Minute
	var in []*item
	for step := range 2000 {
		if len(in) == 0 || rng.IntN(3) > 0 {
			a := &alarm.Alarm{Facts: alarm.Facts{
				Path: fleet.Path{"b", string(rune('a' + rng.IntN(5)))}, Node: string(rune('n' + rng.IntN(4))),
				Components: []alarm.Component{{Kind: "rack", Name: string(rune('0' + rng.IntN(3)))}},
			}}
			it := e.item(a, day1.Add(time.Duration(rng.IntN(100))*time.Second))
			e.add(it)
			in = append(in, it)
		} else {
			i := rng.IntN(len(in))
			e.remove(in[i])
			in[i] = in[len(in)-1]
			in = in[:len(in)-1]
		}
		if step%100 == 0 {
			checkCount(t, &e, in)
		}
	}
	e.inOrder()
	e.forget(day1.Add(2 * time.Minute))
	for _, it := range in {
		if it.evidence != (it.since.Sub(day1) >= time.Minute) {
			t.Fatalf("one of %v counts: %v", it.since.Sub(day1), it.evidence)
		}
	}
}

func checkCount(t *testing.T, e *evidence, in []*item) {
	t.Helper()
	want, places := map[*component]int{}, map[uint64]int{}
	for _, it := range in {
		places[it.place]++
		for _, c := range it.components {
			want[c]++
		}
	}
	for _, k := range e.kinds {
		if len(k.ringing) != len(in) || len(k.places) != len(places) {
			t.Fatalf("%d ring at %d places, want %d at %d", len(k.ringing), len(k.places), len(in), len(places))
		}
		seen := 0
		for i, tl := range k.tallies {
			seen++
			if tl.n != want[tl.component] || tl.at != i {
				t.Fatalf("%s: %d, want %d", tl.component, tl.n, want[tl.component])
			}
		}
		if seen != len(want) {
			t.Fatalf("%d components, want %d", seen, len(want))
		}
	}
}
