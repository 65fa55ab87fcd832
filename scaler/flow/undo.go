package flow

import (
	"fmt"
	"time"

	"headroom/scaler/flow/document"
)

// wind brings a run to its end that begins nothing any more: it undoes what is to be
// undone, a step at a time and the newest first, and finishes.
func (m *machine) wind() {
	if m.hidden.Undo {
		p, waits := m.nextUndo()
		switch {
		case waits && !m.forgotten():
			return
		case waits:
			m.finish(Failed, fmt.Sprintf("%s; step %s is not undone: %s, and nobody came within %s", m.hidden.Why, p.rec.Path, p.rec.Undo.Error, m.waitAtMost()))
			return
		case p != nil && !m.goesOn():
			return
		case p != nil:
			m.beginUndo(p)
			return
		}
	}
	m.finish(m.hidden.End, m.hidden.Why)
}

// nextUndo is the step that is undone next, nil if there is none; waits tells that it
// has been tried and a person has to look.
func (m *machine) nextUndo() (next *part, waits bool) {
	m.root.each(func(p *part) {
		if p.kind != call || p.doc.Undo == nil || p.rec.State != StepDone || p.rec.Undo != nil && p.rec.Undo.State == StepSkipped {
			return
		}
		if next == nil || p.rec.hidden.Order > next.rec.hidden.Order {
			next = p
		}
	})
	waits = next != nil && next.rec.Undo != nil && (next.rec.Undo.State == StepFailed || next.rec.Undo.State == StepUnsure)
	return next, waits
}

// beginUndo makes an attempt to undo a step.
func (m *machine) beginUndo(p *part) {
	given, err := m.program.Undo(p.doc.ID, m.sees(p))
	with := document.Values(given)
	a := &Attempt{N: 1, Began: m.now, State: StepRunning, Inputs: m.shownInputs(p.doc.Undo.Tool, with)}
	if p.rec.Undo != nil {
		a.N = p.rec.Undo.N + 1
	}
	p.rec.Undo, p.rec.hidden.Undo, p.rec.May, p.rec.dirty = a, with, nil, true
	if err != nil {
		m.undoOver(p, StepFailed, err.Error())
		return
	}
	m.begun = append(m.begun, p)
}

func (m *machine) undoOver(p *part, s StepState, text string) {
	p.rec.Undo.State, p.rec.Undo.Error, p.rec.Undo.Ended, p.rec.dirty = s, text, m.now, true
}

// undoEnded takes the result of a step's undo.
func (m *machine) undoEnded(p *part, r result) {
	if p.rec.Undo == nil || p.rec.Undo.State != StepRunning {
		return
	}
	if r.note != "" {
		p.rec.Undo.Note = r.note
	}
	switch r.how {
	case finished:
		m.undoOver(p, StepDone, "")
		p.rec.Undo.Outputs = m.shownOutputs(p.doc.Undo.Tool, r.outputs)
		p.rec.set(StepUndone, "", m.now)
	case again:
		m.undoOver(p, StepPending, r.text)
	case unsure:
		m.undoOver(p, StepUnsure, r.text)
	default:
		m.undoOver(p, StepFailed, r.text)
	}
}

func (m *machine) undoTimeout(p *part) time.Duration {
	if p.doc.Undo.Timeout > 0 {
		return time.Duration(p.doc.Undo.Timeout)
	}
	return defaultTimeout
}
