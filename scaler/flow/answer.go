package flow

import (
	"fmt"
	"slices"
	"strings"

	"headroom/scaler/flow/document"
)

// approve ends a step that asks, or one of which nobody saw the end: it was done.
func (m *machine) approve(p *part, o Order, may func(string, []string) bool) error {
	if err := m.allowed(p, o, may); err != nil {
		return err
	}
	given := document.Values{}
	for _, out := range m.describe(p.doc.Tool).Outputs {
		switch out.Name {
		case "who":
			given["who"] = o.Who
		case "why":
			given["why"] = o.Why
		}
	}
	if p.rec.State == StepWaiting {
		p.rec.hidden.Outputs, p.rec.Outputs = given, given
		p.rec.attempt().Outputs = given
	}
	m.over(p, StepDone, answered("approved", o))
	return nil
}

func (m *machine) reject(p *part, o Order, may func(string, []string) bool) error {
	if o.Why == "" {
		return fmt.Errorf("a step is rejected with a reason")
	}
	if err := m.allowed(p, o, may); err != nil {
		return err
	}
	m.over(p, StepFailed, answered("rejected", o))
	return nil
}

func answered(how string, o Order) string {
	if o.Why == "" {
		return how + " by " + o.Who
	}
	return how + " by " + o.Who + ": " + o.Why
}

func (m *machine) allowed(p *part, o Order, may func(string, []string) bool) error {
	theirs := slices.ContainsFunc(o.Groups, func(g string) bool { return slices.Contains(p.rec.hidden.Asked, "group:"+g) })
	if asked := p.rec.hidden.Asked; p.rec.State == StepWaiting && len(asked) > 0 && !theirs && !may(o.Who, asked) {
		return fmt.Errorf("%w: step %s asks %s, not %s", ErrConflict, p.rec.Path, strings.Join(asked, ", "), o.Who)
	}
	return nil
}

// obeyUndo decides about an undo that has failed.
func (m *machine) obeyUndo(p *part, o Order) error {
	if o.Action == "retry" && p.rec.Undo.State == StepUnsure && m.canTell(p.doc.Undo.Tool) {
		return m.lookAgain(p, p.rec.Undo)
	}
	if o.Action == "retry" {
		m.undoOver(p, StepPending, "")
		return nil
	}
	if o.Why == "" {
		return fmt.Errorf("an undo is skipped with a reason")
	}
	m.undoOver(p, StepSkipped, fmt.Sprintf("skipped by %s: %s", o.Who, o.Why))
	return nil
}
