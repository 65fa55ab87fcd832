package flow

import (
	"fmt"
	"reflect"
	"strings"
)

// needs says why the run waits for a person; empty: it does not.
func (m *machine) needs() string {
	var asks []string
	failed := false
	m.root.each(func(p *part) {
		if p.rec == nil || p.rec.May == nil {
			return
		}
		switch {
		case p.rec.Undo != nil && m.hidden.End != "":
			asks = append(asks, fmt.Sprintf("step %s is not undone: %s", p.rec.Path, p.rec.Undo.Error))
		case p.rec.State == StepWaiting:
			asks = append(asks, fmt.Sprintf("step %s asks: %s", p.rec.Path, p.rec.Reason))
		case p.rec.State == StepUnsure:
			asks = append(asks, fmt.Sprintf("nobody saw the end of step %s: %s", p.rec.Path, p.rec.Reason))
		case p.rec.hidden.Held:
			asks = append(asks, fmt.Sprintf("step %s has failed: %s", p.rec.Path, p.rec.Reason))
		case p.rec.State == StepFailed:
			failed = failed || m.blocks(p)
		}
	})
	if failed {
		asks = append(asks, m.failure())
	}
	if len(asks) > 3 {
		asks = append(asks[:3], fmt.Sprintf("and %d more", len(asks)-3))
	}
	return strings.Join(asks, "; ")
}

// blocks tells whether a failed step keeps the run from going on: one in an element does
// not, as long as its for-each has not failed.
func (m *machine) blocks(p *part) bool {
	for at := p.up; at != nil && at.rec != nil; at = at.up {
		if at.kind == loop && at.rec.State != StepFailed && !m.exceeded(at) {
			return false
		}
	}
	return true
}

// exceeded tells whether more elements of a for-each have failed than its budget has.
func (m *machine) exceeded(p *part) bool {
	n := 0
	for _, kid := range p.kids {
		if kid.rec.State == StepFailed {
			n++
		}
	}
	return n > p.doc.Budget
}

// offer says what a person can do with a step.
func (m *machine) offer(p *part) {
	if p.rec == nil {
		return
	}
	may := m.may(p)
	if !reflect.DeepEqual(may, p.rec.May) {
		p.rec.May, p.rec.dirty = may, true
	}
}

func (m *machine) may(p *part) []string {
	if m.hidden.End != "" {
		if u := p.rec.Undo; u != nil && p.rec.State == StepDone && (u.State == StepFailed || u.State == StepUnsure) {
			return []string{"retry", "skip"}
		}
		return nil
	}
	if p.kind == sequence || m.forgiven(p) {
		return nil
	}
	var may []string
	switch p.rec.State {
	case StepFailed, StepBackoff:
		may = []string{"retry"}
	case StepUnsure:
		may = []string{"retry", "approve", "reject"}
	case StepWaiting:
		return []string{"approve", "reject"}
	default:
		return nil
	}
	if p.doc.Skippable {
		may = append(may, "skip")
	}
	return may
}
