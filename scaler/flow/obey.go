package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// obey does what a person asks, as far as the run's state allows. mayApprove tells who
// may answer for whom.
func (m *machine) obey(o Order, mayApprove func(string, []string) bool, now time.Time) (err error) {
	m.now = now
	if m.run.State.Over() {
		return fmt.Errorf("%w: the run is over: %s", ErrConflict, m.run.State)
	}
	if o.Step == "" {
		err = m.obeyRun(o)
	} else {
		err = m.obeyStep(o, mayApprove)
	}
	if err != nil {
		return err
	}
	m.hidden.Actions++
	m.dirty = true
	return nil
}

// action is how what was done is kept.
func (m *machine) action(o Order) Action {
	a := Action{At: m.now, Who: o.Who, What: o.Action, Step: o.Step, Why: m.hides(o.Why)}
	switch o.Action {
	case "retry":
		if p := m.parts[o.Step]; p != nil && p.kind == call && len(o.Inputs) > 0 {
			a.Inputs = document.MaskCall(m.describe(p.doc.Tool), o.Inputs, m.secrets)
		}
	case "constants":
		a.Inputs = o.Constants
	}
	return a
}

func (m *machine) obeyRun(o Order) error {
	switch o.Action {
	case "pause":
		return m.pause(o)
	case "resume":
		if m.hidden.Paused == "" {
			return fmt.Errorf("%w: the run is not paused but %s", ErrConflict, m.run.State)
		}
		if err := m.mend(); err != nil {
			return err
		}
		m.hidden.Paused = ""
		return nil
	case "cancel":
		return m.cancel(o)
	case "constants":
		return m.constants(o)
	}
	return fmt.Errorf("action %q of a run: want pause, resume, cancel or constants", o.Action)
}

func (m *machine) pause(o Order) error {
	if m.hidden.Paused != "" {
		return fmt.Errorf("%w: the run is paused already: %s", ErrConflict, m.hidden.Paused)
	}
	m.hidden.Paused = "paused by " + o.Who
	if o.Why != "" {
		m.hidden.Paused += ": " + o.Why
	}
	return nil
}

// cancel begins the end of the run. One that undoes already stops doing so.
func (m *machine) cancel(o Order) error {
	if o.Why == "" {
		return fmt.Errorf("a run is canceled with a reason")
	}
	if m.hidden.End != "" && !m.hidden.Undo {
		return fmt.Errorf("%w: the run ends already: %s", ErrConflict, m.hidden.Why)
	}
	if m.hidden.End != "" && o.Undo {
		return fmt.Errorf("%w: the run is undoing already", ErrConflict)
	}
	m.hidden.Paused = ""
	m.end(Canceled, fmt.Sprintf("canceled by %s: %s", o.Who, o.Why), o.Undo)
	m.hidden.Stop, m.stopped = true, true
	return nil
}

// constants changes those of the run, for steps that begin from now on.
func (m *machine) constants(o Order) error {
	if len(o.Constants) == 0 {
		return fmt.Errorf("constants: none are given")
	}
	all := map[string]any{}
	maps.Copy(all, m.hidden.Constants)
	maps.Copy(all, o.Constants)
	checked, err := m.run.Document.CheckConstants(all)
	if err != nil {
		return err
	}
	m.run.Constants, m.hidden.Constants = checked, checked
	return nil
}

func (m *machine) obeyStep(o Order, mayApprove func(string, []string) bool) error {
	p := m.parts[o.Step]
	if p == nil {
		return fmt.Errorf("%w: %q", ErrNoStep, o.Step)
	}
	if !slices.Contains([]string{"retry", "skip", "approve", "reject"}, o.Action) {
		return fmt.Errorf("action %q of a step: want retry, skip, approve or reject", o.Action)
	}
	if o.Attempt < 0 {
		return fmt.Errorf("attempt: want the number of the newest attempt that you saw, or 0 for whatever there is, got %d", o.Attempt)
	}
	if a := p.rec.attempt(); o.Attempt > 0 && (a == nil || a.N != o.Attempt) {
		return fmt.Errorf("%w: step %s has begun another attempt since %d", ErrConflict, o.Step, o.Attempt)
	}
	if !slices.Contains(m.may(p), o.Action) { // not those that were offered: an order of the same moment may have changed them
		return m.conflict(p, o.Action)
	}
	if o.Action == "retry" && !m.goesOn() {
		return fmt.Errorf("%w: the run is %s", ErrConflict, m.run.State)
	}
	if m.hidden.End != "" {
		return m.obeyUndo(p, o)
	}
	switch o.Action {
	case "retry":
		return m.retry(p, o)
	case "skip":
		return m.skip(p, o)
	case "approve":
		return m.approve(p, o, mayApprove)
	}
	return m.reject(p, o, mayApprove)
}

func (m *machine) conflict(p *part, action string) error {
	can := "nothing can be done about it now"
	if may := m.may(p); len(may) > 0 {
		can = "it can be told to " + strings.Join(may, ", ")
	}
	return fmt.Errorf("%w: %s: step %s is %s; %s", ErrConflict, action, p.rec.Path, p.rec.State, can)
}

// retry has a step begin anew, or all that have failed in a part.
func (m *machine) retry(p *part, o Order) error {
	if p.kind == call {
		return m.retryCall(p, o.Inputs)
	}
	if len(o.Inputs) > 0 {
		return fmt.Errorf("step %s has steps of its own: only one that calls a tool is given other inputs", p.rec.Path)
	}
	if !p.opened() {
		p.rec.set(StepPending, "", m.now)
		return nil
	}
	p.each(func(kid *part) {
		if kid.rec.State == StepFailed && kid.kind == call {
			kid.again()
			kid.rec.set(StepPending, "", m.now)
		}
		if kid.rec.State == StepFailed && (kid.kind == loop || kid.kind == branches) && !kid.opened() {
			kid.rec.set(StepPending, "", m.now)
		}
	})
	return nil
}

func (m *machine) retryCall(p *part, inputs map[string]any) error {
	over := document.Values{}
	maps.Copy(over, p.rec.hidden.Over)
	for name, v := range inputs {
		plain, err := document.Plain(v)
		if err != nil {
			return fmt.Errorf("input %s: %w", name, err)
		}
		over[name] = plain
	}
	if _, err := m.inputs(p, over); err != nil && len(inputs) > 0 {
		return err
	}
	if p.rec.State == StepUnsure && len(inputs) == 0 && m.canTell(p.doc.Tool) {
		p.rec.set(StepRunning, "", m.now)
		return m.lookAgain(p, p.rec.attempt())
	}
	p.rec.hidden.Over = over
	p.again()
	p.rec.set(StepPending, "", m.now)
	return nil
}

// canTell tells whether a tool knows how a call stands.
func (m *machine) canTell(name string) bool {
	_, ok := m.tools.Find(name).(tool.Checker)
	return ok
}

// lookAgain has a call checked once more of which nobody saw the end, before it is made
// again.
func (m *machine) lookAgain(p *part, a *Attempt) error {
	a.State, a.Error, a.Ended, p.rec.May, p.rec.dirty = StepRunning, "", time.Time{}, nil, true
	a.Resumed++
	m.begun = append(m.begun, p)
	return nil
}

// again forgets that the attempts so far have failed.
func (p *part) again() {
	p.rec.hidden.Tries, p.rec.hidden.Held, p.rec.Next, p.rec.dirty = 0, false, time.Time{}, true
}

func (m *machine) skip(p *part, o Order) error {
	if o.Why == "" {
		return fmt.Errorf("a step is skipped with a reason")
	}
	p.again()
	p.rec.set(StepSkipped, fmt.Sprintf("skipped by %s: %s", o.Who, o.Why), m.now)
	return nil
}
