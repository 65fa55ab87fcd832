package flow

import (
	"time"

	"headroom/scaler/flow/document"
)

// settle derives the run's state, what people can do, and its progress.
func (m *machine) settle() {
	if m.run.State.Over() {
		m.count()
		return
	}
	m.root.each(m.offer)
	state, reason := m.state()
	m.clock()
	if state != m.run.State || reason != m.run.Reason {
		m.run.State, m.run.Reason, m.dirty = state, reason, true
	}
	waits := m.needs() != ""
	if waits != !m.hidden.Waiting.IsZero() {
		m.hidden.Waiting, m.dirty = time.Time{}, true
		if waits {
			m.hidden.Waiting = m.now
		}
	}
	if m.counting() == m.hidden.Since.IsZero() {
		m.dirty = true
		if m.hidden.Since = (time.Time{}); m.counting() {
			m.hidden.Since = m.now
		}
	}
	m.count()
}

// state is where the run stands, with a sentence.
func (m *machine) state() (State, string) {
	need := m.needs()
	switch {
	case m.run.State.Over():
		return m.run.State, m.run.Reason
	case !m.admitted:
		return Queued, m.run.Reason
	case m.hidden.Paused != "" && m.active() > 0:
		return Pausing, m.hidden.Paused
	case m.hidden.Paused != "":
		return Paused, m.hidden.Paused
	case need != "":
		return Waiting, need
	case m.hidden.End != "" && m.hidden.Undo:
		return Undoing, m.hidden.Why
	case m.hidden.End != "":
		return Running, m.hidden.Why + "; calls under way still end"
	}
	return Running, ""
}

// counting tells whether the time counts of which the document's timeout speaks.
func (m *machine) counting() bool { return m.run.State == Running || m.run.State == Pausing }

// clock adds the time that has passed to that which the run has taken.
func (m *machine) clock() {
	if !m.hidden.Since.IsZero() {
		m.hidden.Active += m.now.Sub(m.hidden.Since)
		m.hidden.Since = m.now
	}
}

func (m *machine) timedOut() bool {
	most := time.Duration(m.run.Document.Timeout)
	return most > 0 && m.hidden.Active >= most
}

func (m *machine) waitAtMost() document.Duration {
	if m.run.Document.WaitAtMost > 0 {
		return m.run.Document.WaitAtMost
	}
	return document.Duration(24 * time.Hour)
}

// forgotten tells whether the run has waited for a person as long as it may.
func (m *machine) forgotten() bool {
	return !m.hidden.Waiting.IsZero() && m.now.Sub(m.hidden.Waiting) >= time.Duration(m.waitAtMost())
}

// next is when the run has to be looked at although nothing happens; zero: never.
func (m *machine) next() (at time.Time) {
	sooner := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, p := range m.parts {
		if p.rec.State == StepBackoff && m.goesOn() && m.hidden.End == "" {
			sooner(p.rec.Next)
		}
		if p.rec.State == StepWaiting && p.doc.Timeout > 0 {
			sooner(p.rec.attempt().Began.Add(time.Duration(p.doc.Timeout)))
		}
	}
	if most := time.Duration(m.run.Document.Timeout); most > 0 && !m.hidden.Since.IsZero() && m.hidden.End == "" {
		sooner(m.hidden.Since.Add(most - m.hidden.Active))
	}
	if !m.hidden.Waiting.IsZero() {
		sooner(m.hidden.Waiting.Add(time.Duration(m.waitAtMost())))
	}
	return at
}

// count counts the steps.
func (m *machine) count() {
	var c Progress
	m.root.each(func(p *part) {
		if p.kind != call {
			return
		}
		c.Total++
		if p.rec.State.over() && p.rec.May == nil { // one that can be retried is not over
			c.Over++
		}
		if p.rec.State == StepFailed {
			c.Failed++
		}
	})
	if c != m.run.Progress {
		m.run.Progress, m.dirty = c, true
	}
}
