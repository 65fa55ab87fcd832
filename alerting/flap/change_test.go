package flap

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"headroom/alerting/alarm"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func at(minutes ...int) (changes []change) {
	for i, m := range minutes {
		changes = append(changes, change{noon.Add(time.Duration(m) * time.Minute), i%2 == 0})
	}
	return changes
}

func TestFlaps(t *testing.T) {
	s := Settings{Changes: 5, Window: 10 * time.Minute, Stable: 12 * time.Minute}
	f := func(now int, want bool, wantCount int, minutes ...int) {
		t.Helper()
		if got, count := s.flaps(at(minutes...), noon.Add(time.Duration(now)*time.Minute)); got != want || count != wantCount {
			t.Errorf("%v at %d: %v, %d; want %v, %d", minutes, now, got, count, want, wantCount)
		}
	}

	f(0, false, 0)
	f(8, false, 4, 0, 2, 4, 6)
	f(8, true, 5, 0, 2, 4, 6, 8)
	f(19, true, 5, 0, 2, 4, 6, 8)         // not quiet for long enough
	f(20, false, 5, 0, 2, 4, 6, 8)        // twelve minutes are
	f(30, true, 1, 0, 2, 4, 6, 8, 19, 30) // goes on, if rarely
	f(31, false, 1, 0, 2, 4, 6, 8, 20)    // begins anew
	f(11, true, 5, 0, 2, 4, 6, 10)        // the window's edge counts
	f(11, false, 4, 0, 3, 6, 9, 11)       // just outside of it
	f(100, false, 5, 80, 82, 84, 86, 88)
}

func TestChangesOf(t *testing.T) {
	var trail []alarm.Event
	for i, what := range []string{alarm.Received, "muted", alarm.Passed, alarm.Ended, alarm.Ended, alarm.Fired, Flapping, alarm.Ended} {
		trail = append(trail, alarm.Event{At: noon.Add(time.Duration(i) * time.Minute), What: what})
	}
	if got := changesOf(trail); !reflect.DeepEqual(got, at(0, 3, 5, 7)) {
		t.Errorf("%v", got)
	}
}

// Joining is like adding to a set: the order does not matter, nor how often.
func TestJoinedIsASet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	some := func() []change {
		var minutes []int
		for m := rng.IntN(5); len(minutes) < rng.IntN(8); m += 1 + rng.IntN(3) {
			minutes = append(minutes, m)
		}
		return at(minutes...)
	}
	for range 200 {
		a, b := some(), some()
		all := joined(a, b)
		if again := joined(joined(b, a), b); len(all) > 0 && !reflect.DeepEqual(all, again) {
			t.Fatalf("%v and %v: %v, %v", a, b, all, again)
		}
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	s := &Stage{past: map[alarm.Key][]change{}, metrics: newMetrics(nil), settings: Settings{Window: time.Minute, Stable: time.Minute}}
	for i := range maxKeys + 10 {
		s.remember(alarm.Key(i), at(0), noon)
	}
	if len(s.past) != maxKeys {
		t.Errorf("%d", len(s.past))
	}
	s.sweep(noon.Add(2 * time.Minute))
	if len(s.past) != 0 {
		t.Errorf("%d are remembered for ever", len(s.past))
	}
	var long []change
	for i := range 200 {
		long = append(long, change{noon.Add(time.Duration(i) * time.Second), i%2 == 0})
	}
	s.remember(1, long, noon.Add(200*time.Second))
	if len(s.past[1]) != maxChanges {
		t.Errorf("%d changes", len(s.past[1]))
	}
}
