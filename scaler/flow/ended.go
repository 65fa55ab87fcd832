package flow

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/scaler/flow/document"
)

// over ends the newest attempt and its step.
func (m *machine) over(p *part, s StepState, reason string) {
	a := p.rec.attempt()
	a.State, a.Ended = s, m.now
	switch s {
	case StepFailed:
		a.Error = reason
	case StepDone:
		m.hidden.Order++
		p.rec.hidden.Order, m.dirty = m.hidden.Order, true
	}
	p.rec.set(s, reason, m.now)
	p.rec.dirty = true
	m.give(p)
}

// ended takes the result of a step's call.
func (m *machine) ended(p *part, r result, now time.Time) {
	m.now, p.out = now, false
	if r.how == lost {
		m.give(p)
		return
	}
	if p.rec.State != StepRunning {
		m.undoEnded(p, r)
		return
	}
	a := p.rec.attempt()
	if r.note != "" {
		a.Note = r.note
	}
	a.Plan = r.plan
	if r.how == finished {
		r = m.accept(p, r)
	}
	switch r.how {
	case finished:
		m.over(p, StepDone, "")
		if r.plan != "" {
			p.rec.Reason = r.plan
		}
	case asks:
		p.rec.hidden.Asked = r.asked
		a.State = StepWaiting
		p.rec.set(StepWaiting, r.text, m.now)
		m.give(p)
	case unsure:
		a.State = StepUnsure
		p.rec.set(StepUnsure, r.text, m.now)
		m.give(p)
	case again:
		m.over(p, StepCanceled, r.text)
		p.rec.set(StepPending, "", m.now)
	case ended:
		m.over(p, StepCanceled, r.text)
	case timedOut:
		m.late(p, r.text)
	default:
		m.failed(p, r.text, r.final)
	}
}

// late is what the end of an attempt's time means.
func (m *machine) late(p *part, text string) {
	switch p.doc.OnTimeout {
	case document.TimeoutSkips:
		m.over(p, StepSkipped, text)
	case document.TimeoutWaits:
		m.over(p, StepFailed, text)
		p.rec.hidden.Held = true
	default:
		m.failed(p, text, false)
	}
}

// failed ends an attempt that has failed. It is tried again by itself as often as the
// document says.
func (m *machine) failed(p *part, text string, final bool) {
	m.over(p, StepFailed, text)
	p.rec.hidden.Tries++
	if final || p.rec.hidden.Tries > p.doc.Retries.Times || m.hidden.End != "" || m.run.Dry {
		return
	}
	p.rec.Next = m.now.Add(backoff(p.doc.Retries, p.rec.hidden.Tries))
	p.rec.set(StepBackoff, text, m.now)
}

// backoff is how long to wait after so many failures, from 1.
func backoff(r document.Retries, failures int) time.Duration {
	first, factor, most := float64(r.Backoff), r.Factor, float64(r.Max)
	if first == 0 {
		first = float64(time.Second)
	}
	if factor == 0 {
		factor = 2
	}
	if most == 0 {
		most = float64(time.Minute)
	}
	return time.Duration(min(first*math.Pow(factor, float64(failures-1)), max(most, first)))
}

// accept checks what a call has given, and keeps it.
func (m *machine) accept(p *part, r result) result {
	t := m.tools.Find(p.doc.Tool)
	if t == nil {
		return result{how: broken, text: fmt.Sprintf("there is no tool %s any more", p.doc.Tool), final: true}
	}
	desc := t.Describe()
	outputs, left, err := checkOutputs(desc, r.outputs)
	m.tooLarge = errors.Is(err, errLarge)
	if err != nil && !m.run.Dry {
		return result{how: broken, text: err.Error()}
	}
	a := p.rec.attempt()
	if left != "" {
		a.Note = left
	}
	p.rec.hidden.Outputs = outputs
	a.Outputs = m.shownOutputs(desc.Name, outputs)
	p.rec.Outputs = a.Outputs
	if id, ok := outputs[desc.Holds].(string); ok && desc.Holds != "" && id != "" && !m.run.Dry && !slices.Contains(m.hidden.Leases, id) {
		m.hidden.Leases = append(m.hidden.Leases, id)
		m.run.Lease, m.dirty = id, true
	}
	return r
}
