package heal

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"headroom/internal/phrases/phrasestest"
)

// fleetOf is many ladders in a made-up fleet, moved by a random script in virtual
// time: actions fail, help or do not, alarms end and come back by chance.
type fleetOf struct {
	t    *testing.T
	seed int64
	rng  *rand.Rand
	now  time.Time
	plan Plan
	gate Gate

	ladders []Ladder
	targets []Target
	rings   []bool
	acting  []time.Time // the action's end
	heals   []int

	starts  []moment
	stopped time.Time
}

func newFleet(t *testing.T, seed int64) *fleetOf {
	rng := rand.New(rand.NewSource(seed))
	n := 2 + rng.Intn(30)
	f := &fleetOf{
		t: t, seed: seed, rng: rng, now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC),
		plan: Plan{
			MaxHeals: 1 + rng.Intn(3), Window: time.Duration(10+rng.Intn(60)) * time.Minute, MaxWait: time.Duration(rng.Intn(300)) * time.Second,
			Backoff: time.Duration(rng.Intn(60)) * time.Second, MaxBackoff: 5 * time.Minute,
		},
		ladders: make([]Ladder, n), targets: make([]Target, n), rings: make([]bool, n), acting: make([]time.Time, n), heals: make([]int, n),
	}
	for i := range 1 + rng.Intn(3) {
		f.plan.Steps = append(f.plan.Steps, Step{Name: fmt.Sprint("step ", i), Within: time.Duration(1+rng.Intn(90)) * time.Second, Query: rng.Intn(2) == 0, Resolved: rng.Intn(2) == 0})
	}
	f.gate = Gate{Limits: Limits{Window: f.plan.Window, PerModule: 1 + rng.Intn(6), PerNode: 1 + rng.Intn(6), Concurrent: 1 + rng.Intn(4),
		Brake: BrakeLimits{Window: time.Duration(1+rng.Intn(15)) * time.Minute, Heals: 1 + rng.Intn(20), Share: 0.5, Least: 3}}}
	for i := range n {
		f.targets[i] = Target{Module: fmt.Sprint("m", rng.Intn(4)), Node: fmt.Sprint("n", rng.Intn(6))}
	}
	return f
}

func (f *fleetOf) fatalf(format string, args ...any) {
	f.t.Helper()
	f.t.Fatalf("seed %d: "+format, append([]any{f.seed}, args...)...)
}

// move gives a ladder its next events, and checks what it decides.
func (f *fleetOf) move(i int) {
	e := Event{Kind: Look}
	switch l := f.ladders[i]; {
	case l.Phase == Acting && !f.now.Before(f.acting[i]):
		e = Event{Kind: Finished, OK: f.rng.Intn(4) > 0, Reason: "done"}
	case !f.rings[i]:
		e.Kind = Ended
	}
	for turn := 0; ; turn++ {
		if turn > 10 {
			f.fatalf("ladder %d does not come to rest: %+v", i, f.ladders[i])
		}
		before := f.ladders[i]
		l, d := f.plan.Next(before, e, f.now)
		f.ladders[i] = l
		phrasestest.Check(f.t, d.Reason)
		if busy(before) && !busy(l) {
			f.gate.Done(f.id(i))
		}
		switch d.Do {
		case Again:
			e = Event{Kind: Look}
			if !f.rings[i] {
				e.Kind = Ended
			}
			continue
		case Ask:
			e = f.ask(i)
			continue
		case Act:
			f.act(i)
		case Check:
			e = Event{Kind: Checked, OK: f.rng.Intn(5) == 0}
			continue
		}
		f.check(i, d)
		return
	}
}

func busy(l Ladder) bool { return l.Phase == Acting || l.Phase == Verifying || l.Phase == Settling }

func (f *fleetOf) id(i int) string { return fmt.Sprint(i, ".", f.heals[i]) }

func (f *fleetOf) ask(i int) Event {
	f.heals[i]++
	a := f.gate.Ask(f.now, fmt.Sprint(i), f.id(i), f.targets[i], Fleet{Modules: 4, Nodes: 6})
	if a.Trips {
		f.stopped = f.now
	}
	return a.Event()
}

// act checks an action against every limit, counted anew from all that started.
func (f *fleetOf) act(i int) {
	if !f.stopped.IsZero() {
		f.fatalf("started at %s although healing is stopped since %s", f.now, f.stopped)
	}
	f.starts = append(f.starts, moment{f.now, f.id(i), f.targets[i]})
	module, node, running := 0, 0, 0
	for _, s := range f.starts {
		if s.at.After(f.now.Add(-f.gate.Limits.Window)) {
			if s.Module == f.targets[i].Module {
				module++
			}
			if s.Node == f.targets[i].Node {
				node++
			}
		}
	}
	for _, l := range f.ladders {
		if busy(l) {
			running++
		}
	}
	if lim := f.gate.Limits; module > lim.PerModule || node > lim.PerNode || running > lim.Concurrent {
		f.fatalf("%d of module, %d of node, %d at a time; limits %+v", module, node, running, lim)
	}
	f.acting[i] = f.now.Add(time.Duration(1+f.rng.Intn(20)) * time.Second)
}

// check: an alarm that rings is worked on, with a time at which that ends, or was
// passed on; one that ended is settled or soon will be.
func (f *fleetOf) check(i int, d Decision) {
	l := f.ladders[i]
	switch d.Do {
	case Wait, Act:
		longest := max(f.plan.MaxWait, settle, 90*time.Second)
		if !d.Until.After(f.now) || d.Until.Sub(f.now) > longest || l.Phase == Idle || l.Phase == Escalated || l.Phase == Over {
			f.fatalf("waits from %s until %s in phase %q: %s", f.now, d.Until, l.Phase, d.Reason)
		}
		if !f.rings[i] && l.Phase == Waiting {
			f.fatalf("waits for leave to act on what has ended")
		}
	case Escalate:
		if l.Phase != Escalated || d.Reason == "" {
			f.fatalf("passed on in phase %q, reason %q", l.Phase, d.Reason)
		}
	case Heal, Leave:
		if f.rings[i] {
			f.fatalf("%s of what still rings", d.Do)
		}
	default:
		f.fatalf("came to rest with %s", d.Do)
	}
	if len(l.Healed) > f.plan.MaxHeals || len(l.Tried) > len(f.plan.Steps) {
		f.fatalf("healed %d times, tried %d actions", len(l.Healed), len(l.Tried))
	}
}

func TestLimitsBrakeAndNoAlarmIsLost(t *testing.T) {
	trips, healed, escalated := 0, 0, 0
	for seed := range int64(400) {
		f := newFleet(t, seed)
		for range 1200 {
			f.now = f.now.Add(time.Duration(1+f.rng.Intn(8)) * time.Second)
			i := f.rng.Intn(len(f.ladders))
			switch {
			case !f.rings[i] && f.rng.Intn(6) == 0 && !busy(f.ladders[i]): // a new episode
				f.rings[i] = true
				f.ladders[i] = f.ladders[i].Episode(f.now)
			case f.rings[i] && f.rng.Intn(8) == 0:
				f.rings[i] = false
			}
			if !f.stopped.IsZero() && f.rng.Intn(100) == 0 {
				f.stopped = time.Time{}
				f.gate.Release()
				trips++
			}
			for j := range f.ladders {
				if f.rings[j] || busy(f.ladders[j]) {
					f.move(j)
				}
			}
			if f.rings[i] && f.ladders[i].Phase == Escalated {
				escalated++
			} else if f.ladders[i].Phase == Over {
				healed++
			}
		}
	}
	if trips < 100 || healed < 1000 || escalated < 1000 {
		t.Errorf("the script is too tame: %d releases, %d healed, %d passed on", trips, healed, escalated)
	}
}
