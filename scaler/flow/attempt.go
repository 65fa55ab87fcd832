package flow

import (
	"fmt"
	"slices"
	"time"
)

// MaxAttempts is how many attempts of a step are kept, the newest.
const MaxAttempts = 20

// walkCall begins a step whose turn it is.
func (m *machine) walkCall(p *part, begin bool) outcome {
	switch p.rec.State {
	case StepPending:
		if begin && m.meant(p) {
			m.begin(p)
		}
	case StepWaiting:
		if most := time.Duration(p.doc.Timeout); most > 0 && m.now.Sub(p.rec.attempt().Began) >= most {
			m.late(p, fmt.Sprintf("nobody has answered within %s", most))
		}
	case StepBackoff:
		if begin && !m.now.Before(p.rec.Next) {
			m.begin(p)
		}
	}
	switch p.rec.State {
	case StepDone, StepSkipped, StepUndone:
		return outcome{over: true}
	case StepFailed, StepCanceled:
		return outcome{over: !p.rec.hidden.Held, failed: !p.rec.hidden.Held}
	}
	return outcome{}
}

// begin makes an attempt, if there is a place for its call.
func (m *machine) begin(p *part) {
	with, err := m.inputs(p, p.rec.hidden.Over)
	if err == nil && !m.take(p) {
		return
	}
	a := Attempt{N: 1, Began: m.now, State: StepRunning, Inputs: m.shownInputs(p.doc.Tool, with)}
	if last := p.rec.attempt(); last != nil {
		a.N = last.N + 1
	}
	p.rec.Attempts = append(p.rec.Attempts, a)
	if n := len(p.rec.Attempts) - MaxAttempts; n > 0 {
		p.rec.Attempts = slices.Delete(p.rec.Attempts, 0, n)
	}
	p.rec.hidden.Inputs, p.rec.hidden.Outputs, p.rec.hidden.Held, p.rec.hidden.Asked = with, nil, false, nil
	p.rec.Outputs, p.rec.May, p.rec.Next, p.rec.dirty = nil, nil, time.Time{}, true
	p.rec.set(StepRunning, "", m.now)
	switch {
	case err != nil && m.run.Dry:
		m.over(p, StepSkipped, fmt.Sprintf("it cannot be told before it is run: %v", err))
	case err != nil:
		m.over(p, StepFailed, err.Error())
	default:
		m.begun = append(m.begun, p)
	}
}

// take takes a place for a step's call. Those that only wait, and those that only plan,
// need none.
func (m *machine) take(p *part) bool {
	if t := m.tools.Find(p.doc.Tool); m.run.Dry || t == nil || t.Describe().Waits {
		return true
	}
	p.slot = m.room(p)
	return p.slot
}

func (m *machine) give(p *part) {
	if p.slot {
		p.slot = false
		m.free(p)
	}
}

// timeout is how long an attempt may take.
func (m *machine) timeout(p *part) time.Duration {
	if p.doc.Timeout > 0 {
		return time.Duration(p.doc.Timeout)
	}
	return defaultTimeout
}

// defaultTimeout is that of an attempt whose document names none.
const defaultTimeout = 10 * time.Minute
