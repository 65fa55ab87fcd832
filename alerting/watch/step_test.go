package watch

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"headroom/internal/config"
)

// verdict is what a scripted rule says of its one subject in a minute.
type verdict int

const (
	isUnknown verdict = iota
	isClear
	isHolding
)

// scripted is a rule of one subject whose verdicts are given.
func scripted(v *verdict, limits config.WatchRule) rule {
	limits.Enabled = true
	return rule{
		kind:   "Test",
		limits: func(config.Watch) config.WatchRule { return limits },
		find: func(_ *Input, found func(Subject, Text)) {
			if *v == isHolding {
				found(Subject{Kind: "Test"}, Text{})
			}
		},
		over: func(*Input, Subject) bool { return *v == isClear },
	}
}

// The same by looking at all minutes there were: an alarm begins in a minute with
// the condition holding since at least wait, without a minute in between that says
// otherwise or nothing, and ends after keep of being clear likewise.
func TestStepIsWhatAllMinutesSay(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 2))
		wait, keep := rng.IntN(5), rng.IntN(5)
		var v verdict
		rules := []rule{scripted(&v, config.WatchRule{For: config.Duration(wait) * config.Duration(time.Minute), Keep: config.Duration(keep) * config.Duration(time.Minute)})}
		var past []verdict
		state, firing := State{}, false
		for i := range 300 {
			if rng.IntN(3) == 0 {
				v = verdict(rng.IntN(3))
			}
			past = append(past, v)
			state, _ = step(rules, state, &Input{Now: noon.Add(time.Duration(i) * time.Minute)})
			switch {
			case !firing:
				firing = lasted(past, isHolding) > wait
			case lasted(past, isClear) > keep:
				firing = false
			}
			if got := !state[Subject{Kind: "Test"}].Fired.IsZero(); got != firing {
				t.Fatalf("seed %d, minute %d: fires %v, want %v; wait %d, keep %d, %v", seed, i, got, firing, wait, keep, past)
			}
		}
	}
}

// lasted is for how many minutes, up to the last one, the verdict was v.
func lasted(past []verdict, v verdict) int {
	for i, p := range slices.Backward(past) {
		if p != v {
			return len(past) - 1 - i
		}
	}
	return len(past)
}

func TestAnAlarmOutlivesAllKnowledgeByADay(t *testing.T) {
	v := isHolding
	rules := []rule{scripted(&v, config.WatchRule{})}
	state, changes := step(rules, State{}, &Input{Now: noon})
	if len(changes) != 1 || changes[0].Ends {
		t.Fatalf("%+v", changes)
	}
	v = isUnknown
	for at := time.Minute; at < 24*time.Hour; at += time.Minute {
		if state, changes = step(rules, state, &Input{Now: noon.Add(at)}); len(changes) > 0 && changes[0].Ends {
			t.Fatalf("ended after %s", at)
		}
	}
	if _, changes = step(rules, state, &Input{Now: noon.Add(24 * time.Hour)}); len(changes) != 1 || !changes[0].Ends {
		t.Errorf("did not end: %+v", changes)
	}
}

func TestSubjectsSurviveTheirLabels(t *testing.T) {
	n := names{Levels: []string{"business", "module"}, Device: "node", Process: "process"}
	for _, s := range []Subject{
		{Kind: "LoadDeviates", Severity: warning, Node: "b/pay", Direction: "up"},
		{Kind: "LoadDeviates", Severity: warning, Node: "b", Direction: "down"},
		{Kind: "ProcessDead", Severity: warning, Node: "b/a%2Fb", Device: "n1", Process: "7"},
		{Kind: "HeadroomRejectsSamples", Severity: warning, What: "labels"},
	} {
		if got := n.subject(n.labels(s)); got != s {
			t.Errorf("%+v became %+v", s, got)
		}
	}
}
