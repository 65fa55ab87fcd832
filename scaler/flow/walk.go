package flow

import (
	"fmt"

	"headroom/scaler/flow/document"
)

// outcome is how a part stands: over once nothing below it goes on by itself, failed
// as soon as that is sure.
type outcome struct{ over, failed bool }

// walk goes through a part, settles what its steps have come to and, with begin, begins
// what can be begun.
func (m *machine) walk(p *part, begin bool) outcome {
	switch p.kind {
	case sequence:
		return m.walkSequence(p, begin)
	case call:
		return m.walkCall(p, begin)
	}
	switch p.rec.State {
	case StepDone, StepSkipped, StepUndone:
		return outcome{over: true}
	case StepFailed:
		if !p.opened() {
			return m.stands(p)
		}
	case StepPending:
		if !begin || !m.open(p) {
			return m.stands(p)
		}
	}
	if p.kind == loop {
		return m.walkLoop(p, begin)
	}
	return m.walkBranches(p, begin)
}

// stands is how a part stands that has no steps under way.
func (m *machine) stands(p *part) outcome {
	failed := p.rec.State == StepFailed || p.rec.State == StepCanceled
	return outcome{over: p.rec.State.over(), failed: failed}
}

// walkSequence: each step begins when the one before is over.
func (m *machine) walkSequence(p *part, begin bool) outcome {
	if p.rec != nil && p.rec.State == StepDone {
		return outcome{over: true}
	}
	for _, kid := range p.kids {
		if out := m.walk(kid, begin); out.failed || !out.over {
			return m.conclude(p, out, "")
		}
	}
	return m.conclude(p, outcome{over: true}, "")
}

// conclude writes how a part with steps of its own has come out.
func (m *machine) conclude(p *part, out outcome, reason string) outcome {
	switch {
	case p.rec == nil:
	case !out.over:
		p.rec.set(StepRunning, reason, m.now)
	case out.failed:
		p.rec.set(StepFailed, reason, m.now)
	default:
		p.rec.set(StepDone, reason, m.now)
	}
	return out
}

// walkBranches: they fail as soon as one does, and are over when all are.
func (m *machine) walkBranches(p *part, begin bool) outcome {
	all, failed := outcome{over: true}, ""
	for _, kid := range p.kids {
		out := m.walk(kid, begin)
		all.over = all.over && out.over
		if out.failed && !all.failed {
			all.failed, failed = true, fmt.Sprintf("branch %s has failed", kid.rec.ID)
		}
	}
	return m.conclude(p, all, failed)
}

// walkLoop: as many elements at a time as the document allows, until more of them have
// failed than its budget has; those under way then still end.
func (m *machine) walkLoop(p *part, begin bool) outcome {
	var tally tally
	for _, kid := range p.kids {
		if kid.rec.State != StepPending {
			tally.add(m.walk(kid, begin))
		}
	}
	for _, kid := range p.kids {
		if !begin || tally.failed > p.doc.Budget || tally.running >= max(p.doc.Concurrency, 1) {
			break
		}
		if kid.rec.State == StepPending {
			kid.rec.set(StepRunning, "", m.now)
			tally.add(m.walk(kid, begin))
		}
	}
	out := outcome{failed: tally.failed > p.doc.Budget}
	out.over = tally.running == 0 && (out.failed || tally.begun == len(p.kids))
	return m.conclude(p, out, tally.reason(p))
}

// tally counts the elements of a for-each.
type tally struct{ begun, running, failed int }

func (t *tally) add(out outcome) {
	t.begun++
	switch {
	case !out.over:
		t.running++
	case out.failed:
		t.failed++
	}
}

func (t *tally) reason(p *part) string {
	switch {
	case t.failed == 0:
		return ""
	case t.failed > p.doc.Budget:
		return fmt.Sprintf("%d of %d elements have failed, more than the budget of %d", t.failed, len(p.kids), p.doc.Budget)
	default:
		return fmt.Sprintf("%d of %d elements have failed, which is within the budget of %d", t.failed, len(p.kids), p.doc.Budget)
	}
}

// opened tells whether the steps of a part could begin.
func (p *part) opened() bool {
	return len(p.kids) > 0 && (p.kind == loop || p.kids[0].rec.State != StepPending)
}

// open begins a part with steps of its own. False: it is not begun, or over at once.
func (m *machine) open(p *part) bool {
	if !m.meant(p) {
		return false
	}
	if p.kind == branches {
		p.rec.set(StepRunning, "", m.now)
		for _, kid := range p.kids {
			kid.rec.set(StepRunning, "", m.now)
		}
		return true
	}
	return m.openLoop(p)
}

// MaxSteps is how many steps a run can have, with those of all elements.
const MaxSteps = 20_000

// extent counts steps, without those of elements that are not known yet.
func extent(steps []document.Step) int {
	n := len(steps)
	for i := range steps {
		for _, b := range steps[i].Branches {
			n += 1 + extent(b.Steps)
		}
	}
	return n
}

func (m *machine) openLoop(p *part) bool {
	list, err := m.program.Items(p.doc.ID, m.sees(p))
	if n := len(m.parts) + len(list)*(1+extent(p.doc.Steps)); err == nil && n > MaxSteps {
		err = fmt.Errorf("for_each: with %d elements the run would have %d steps, at most %d", len(list), n, MaxSteps)
	}
	if err != nil && m.run.Dry {
		p.rec.set(StepSkipped, fmt.Sprintf("its elements cannot be told before it is run: %v", err), m.now)
		return false
	}
	if err != nil {
		p.rec.set(StepFailed, err.Error(), m.now)
		return false
	}
	p.rec.set(StepRunning, "", m.now)
	for _, item := range list {
		m.element(p, item)
	}
	return true
}

// meant tells whether a step's condition lets it run; one that does not is skipped.
// A step that a person has asked for once more is meant.
func (m *machine) meant(p *part) bool {
	if p.doc.When == "" || len(p.rec.Attempts) > 0 {
		return true
	}
	yes, err := m.program.When(p.doc.ID, m.sees(p))
	switch {
	case err != nil && m.run.Dry:
		p.rec.set(StepSkipped, fmt.Sprintf("its condition cannot be told before it is run: %v", err), m.now)
	case err != nil:
		p.rec.set(StepFailed, err.Error(), m.now)
	case !yes:
		p.rec.set(StepSkipped, "its condition is not met: "+p.doc.When, m.now)
	}
	return err == nil && yes
}
