package flap

import (
	"cmp"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// change is a change of an alarm's state.
type change struct {
	at     time.Time
	firing bool
}

// changesOf reads the changes of an episode from its trail.
func changesOf(trail []alarm.Event) (changes []change) {
	firing := false
	for _, e := range trail {
		var now bool
		switch e.What {
		case alarm.Received, alarm.Fired:
			now = true
		case alarm.Ended:
		default:
			continue
		}
		if now != firing {
			firing = now
			changes = append(changes, change{e.At, now})
		}
	}
	return changes
}

// joined returns changes of several episodes in order, each once.
func joined(a, b []change) []change {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0, slices.Equal(a[max(len(a)-len(b), 0):], b): // most often b is known
		return a
	}
	all := append(slices.Clone(a), b...)
	slices.SortStableFunc(all, func(x, y change) int {
		if c := x.at.Compare(y.at); c != 0 {
			return c
		}
		return cmp.Compare(asInt(x.firing), asInt(y.firing))
	})
	return slices.CompactFunc(all, func(x, y change) bool { return x.firing == y.firing && x.at.Equal(y.at) })
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// flaps replays changes: it begins to flap with as many changes in the window as
// are wanted, and is stable again after as long without one. count is how often it
// changed in the window before its last change.
func (s *Settings) flaps(changes []change, now time.Time) (flaps bool, count int) {
	first := 0
	for i, c := range changes {
		if i > 0 && c.at.Sub(changes[i-1].at) >= s.Stable {
			flaps = false
		}
		for c.at.Sub(changes[first].at) > s.Window {
			first++
		}
		if count = i - first + 1; count >= s.Changes {
			flaps = true
		}
	}
	if n := len(changes); n == 0 || now.Sub(changes[n-1].at) >= s.Stable {
		flaps = false
	}
	return flaps, count
}
