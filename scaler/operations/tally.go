package operations

import (
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/scaler/policy"
	"headroom/storage/state"
)

// What is counted.
const (
	runs = iota
	runsDone
	runsFailed
	runsCanceled
	byPerson
	byRequest
	bySchedule
	byScaler
	byHeal
	heals
	healsDone
	healsFailed
	helped
	helpedNot
	alarms
	notified
	folded
	muted
	healed
	resolved
	waiting
	opened
	approved
	requestsDone
	requestsFailed
	rejected
	canceled
	decisions
	out
	in
	hold
	counters
)

// Each part of what happened is counted in all, and by its words.
var (
	ofRuns      = words{all: runs, what: map[string]int{"done": runsDone, "failed": runsFailed, "canceled": runsCanceled}, by: map[string]int{"person": byPerson, "request": byRequest, "schedule": bySchedule, "scaler": byScaler, "heal": byHeal}}
	ofHeals     = words{all: heals, what: map[string]int{state.HealDone: healsDone, state.HealFailed: healsFailed}, of: map[string]int{state.Helped: helped, state.HelpedNot: helpedNot}}
	ofAlarms    = words{all: alarms, what: map[string]int{"notified": notified, "folded": folded, "muted": muted, "healed": healed, "resolved": resolved, "waiting": waiting}}
	ofDecisions = words{all: decisions, what: map[string]int{string(policy.Out): out, string(policy.In): in, string(policy.Hold): hold}}
	ofRequests  = words{all: -1, what: map[string]int{"opened": opened, "approved": approved, "done": requestsDone, "failed": requestsFailed, "rejected": rejected, "canceled": canceled}}
)

// words say where counts of a part go. The counter of all is -1 if there is none.
type words struct {
	all          int
	what, of, by map[string]int
}

// tally is what happened, in numbers that can be added up.
type tally struct {
	n                        [counters]int
	took, toApproval, toDone time.Duration // of runs and of requests
	peaks, bands             accuracy
}

func (t *tally) count(w *words, c *state.Count) {
	if w.all >= 0 {
		t.n[w.all] += c.N
	}
	for _, part := range []struct {
		into map[string]int
		word string
	}{{w.what, c.What}, {w.of, c.Of}, {w.by, c.By}} {
		if i, ok := part.into[part.word]; ok {
			t.n[i] += c.N
		}
	}
	switch {
	case w == &ofRuns:
		t.took += c.Took
	case w == &ofRequests && c.What == "approved":
		t.toApproval += c.Took
	case w == &ofRequests && c.What == "done":
		t.toDone += c.Took
	}
}

// add adds what happened elsewhere or at another time.
func (t *tally) add(u *tally) {
	for i := range t.n {
		t.n[i] += u.n[i]
	}
	t.took += u.took
	t.toApproval += u.toApproval
	t.toDone += u.toDone
	t.peaks.add(&u.peaks)
	t.bands.add(&u.bands)
}

// accuracy sums up forecasts beside what came.
type accuracy struct {
	scored                          int
	errors, errorN, inside, insideN float64
}

func (a *accuracy) count(e *ledger.Entry) {
	if !e.Actual.Known() {
		return
	}
	a.scored++
	if e.Error.Known() {
		a.errors += max(float64(e.Error), -float64(e.Error))
		a.errorN++
	}
	switch {
	case e.Task == ledger.Band:
		a.inside += float64(e.Actual)
		a.insideN++
	case e.Inside != nil:
		a.insideN++
		if *e.Inside {
			a.inside++
		}
	}
}

func (a *accuracy) add(b *accuracy) {
	a.scored += b.scored
	a.errors += b.errors
	a.errorN += b.errorN
	a.inside += b.inside
	a.insideN += b.insideN
}

func (a *accuracy) told() Accuracy {
	return Accuracy{a.scored, analytics.Number(a.errors / a.errorN), analytics.Number(a.inside / a.insideN)}
}
