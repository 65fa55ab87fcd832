package fold_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// move is what comes at a second of a random history.
type move struct {
	second int
	end    bool
	labels model.LabelSet
}

// history is some minutes of a town in which components fail and recover, modules
// ring for reasons of their own, and now and then everything rings.
func history(rng *rand.Rand) (all []move) {
	ringing := map[string]bool{}
	add := func(l model.LabelSet, from, to int) {
		if id := l.String(); !ringing[id] {
			ringing[id] = true
			all = append(all, move{from, false, l}, move{to, true, l})
		}
	}
	for range 1 + rng.IntN(3) {
		kind := []string{"rack", "site", "proxy", "product"}[rng.IntN(4)]
		name, begin, spread := at(rng.IntN(modules))[model.LabelName(kind)], rng.IntN(120), 1+rng.IntN(60)
		ends, share := begin+spread+rng.IntN(200), 0.1+0.9*rng.Float64()
		for _, i := range which(func(i int) bool { return at(i)[model.LabelName(kind)] == name }) {
			if rng.Float64() < share {
				add(down(i), begin+rng.IntN(spread), ends+rng.IntN(60))
			}
		}
	}
	for range rng.IntN(200) {
		begin := rng.IntN(300)
		add(ring(fmt.Sprintf("Odd%d", rng.IntN(20)), rng.IntN(modules)), begin, begin+1+rng.IntN(200))
	}
	return all
}

const seconds = 600 // after which all of a history has ended

// play plays a history; within a second in the order of rng.
func (w *world) play(moves []move, rng *rand.Rand, each func(second int)) {
	w.t.Helper()
	for second := range seconds {
		var now []move
		for _, m := range moves {
			if m.second == second {
				now = append(now, m)
			}
		}
		rng.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		for _, m := range now {
			if m.end {
				w.Recover(m.labels)
			} else {
				w.Fire(m.labels)
			}
		}
		w.Step(time.Second)
		each(second)
	}
}

// check finds alarms that are in no place or in two.
func (w *world) check(second int) {
	w.t.Helper()
	if second%5 != 0 { // reading all alarms back takes most of the time
		return
	}
	all := w.All()
	byID := map[string]*alarm.Alarm{}
	for _, a := range all {
		byID[a.ID] = a
	}
	for _, a := range all {
		switch {
		case !a.Open() && (a.Outcome == alarm.Waiting || a.Outcome == ""):
			w.t.Fatalf("second %d: %s was closed as %q", second, title(a), a.Outcome)
		case !a.Open() || a.Ended:
		case a.Outcome == alarm.Folded:
			c := byID[a.By]
			if c == nil || !c.Open() && w.Now.Sub(c.Closed) > 2*time.Second {
				w.t.Fatalf("second %d: %s is folded into %q, which is not open", second, title(a), a.By)
			}
			if !slices.Contains(c.Cause.Members, a.ID) && w.Now.Sub(a.Trail[len(a.Trail)-1].At) > 12*time.Second && a.Cause == nil {
				w.t.Fatalf("second %d: %s is not listed by %s", second, title(a), title(c))
			}
		case a.Outcome == alarm.Waiting && w.Now.Sub(a.Received) > 13*time.Second && a.By == "":
			w.t.Fatalf("second %d: %s waits since %s", second, title(a), a.Received)
		}
	}
}

func TestEveryAlarmIsInOnePlaceAtAnyTime(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 5))
		w := newWorld(t, town{})
		w.cfg.StormRate = 20
		moves := history(rng)
		w.play(moves, rng, w.check)
		received := 0
		for _, a := range w.All() {
			if a.Open() {
				t.Errorf("seed %d: %s is open at the end: %s", seed, title(a), a.Reason)
			}
			if a.Cause == nil {
				received++
			}
		}
		if received != len(moves)/2 {
			t.Errorf("seed %d: %d alarms of %d are kept", seed, received, len(moves)/2)
		}
	}
}

func TestTheOrderWithinASecondDoesNotMatter(t *testing.T) {
	for seed := range uint64(6) {
		var told [2][]string
		for n := range told {
			w := newWorld(t, town{})
			w.cfg.StormRate = 10_000 // which alarms are the first of a storm is up to the order
			w.play(history(rand.New(rand.NewPCG(seed, 6))), rand.New(rand.NewPCG(seed, uint64(n))), func(int) {})
			told[n] = w.told()
		}
		if !slices.Equal(told[0], told[1]) {
			t.Errorf("seed %d: told of\n%q or of\n%q", seed, told[0], told[1])
		}
	}
}

// A kill at any second changes nothing of who is told what.
func TestARestartAtAnyMomentComesToTheSameEnd(t *testing.T) {
	for seed := range uint64(8) {
		moves := history(rand.New(rand.NewPCG(seed, 7)))
		run := func(restarts *rand.Rand) []string {
			w := newWorld(t, town{})
			w.cfg.StormRate = 10_000 // the rate of the last minute is forgotten
			w.play(moves, rand.New(rand.NewPCG(seed, 8)), func(second int) {
				if restarts != nil && restarts.IntN(8) == 0 {
					w.Restart()
				}
				w.check(second)
			})
			for _, a := range w.All() {
				if a.Open() {
					t.Errorf("seed %d: %s is open at the end: %s %s", seed, title(a), a.Outcome, a.Reason)
				}
			}
			return w.told()
		}
		if want, got := run(nil), run(rand.New(rand.NewPCG(seed, 9))); !slices.Equal(got, want) {
			t.Errorf("seed %d: told with restarts only of %q, without only of %q", seed, minus(got, want), minus(want, got))
		}
	}
}

func minus(a, b []string) (rest []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

func TestAStormSurvivesARestart(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 300 {
		w.Fire(odd(i))
	}
	w.Step(15 * time.Second)
	before := len(w.told())
	w.Restart()
	w.Step(10 * time.Minute)
	if len(w.told()) != before {
		t.Errorf("told of %d, then of %d", before, len(w.told()))
	}
	for i := range 300 {
		w.Recover(odd(i))
	}
	w.Step(time.Minute)
	for _, a := range w.All() {
		if a.Open() {
			t.Errorf("%s is open", title(a))
		}
	}
}
