package flow

import (
	"fmt"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// kind tells the parts of a run apart.
type kind int

const (
	sequence kind = iota // steps one after the other: the whole run, a branch, or an element of a for-each
	call                 // a step that calls a tool
	branches             // sequences side by side
	loop                 // a sequence for each element of a list
)

// part is one place in a run's tree of steps.
type part struct {
	kind  kind
	up    *part          // nil: the whole run
	doc   *document.Step // of a sequence: nil
	rec   *record        // of the whole run: nil
	kids  []*part
	index int  // of an element
	slot  bool // its call holds a place among those that limit how many are made at a time
	out   bool // its call is under way in this process
}

// record is how a part is kept.
type record struct {
	Step
	hidden stepHidden
	place  string // orders the records of a run
	dirty  bool   // it has changed and is not on the disk
}

// stepHidden is what is kept of a step and not shown.
type stepHidden struct {
	Inputs  document.Values `json:"inputs,omitempty"`  // of the newest call, secrets and all
	Outputs document.Values `json:"outputs,omitempty"` //
	Over    document.Values `json:"over,omitempty"`    // a person's, over those of the document
	Undo    document.Values `json:"undo,omitempty"`    // inputs of the undo
	Order   int             `json:"order,omitempty"`   // in which steps were done, whatever the clock says
	Tries   int             `json:"tries,omitempty"`   // attempts that failed since a person has asked for one
	Held    bool            `json:"held,omitempty"`    // it has failed, and waits for a person whatever the flow says
	Item    document.Values `json:"item,omitempty"`    // the element, by an empty name
	Asked   []string        `json:"asked,omitempty"`   // who may answer it
}

func kindOf(s *document.Step) kind {
	switch {
	case s.Tool != "":
		return call
	case len(s.Branches) > 0:
		return branches
	default:
		return loop
	}
}

// set changes a record's state; one that begins or ends gets its time.
func (r *record) set(s StepState, reason string, now time.Time) {
	if r.State == s && r.Reason == reason {
		return
	}
	r.State, r.Reason, r.dirty = s, reason, true
	if r.Started.IsZero() && s != StepPending && s != StepSkipped {
		r.Started = now
	}
	if s.over() {
		r.Ended = now
	} else {
		r.Ended = time.Time{}
	}
}

// over tells whether a step is not going on by itself.
func (s StepState) over() bool {
	switch s {
	case StepDone, StepFailed, StepSkipped, StepCanceled, StepUndone:
		return true
	}
	return false
}

// attempt is the newest attempt, nil if there is none.
func (r *record) attempt() *Attempt {
	if len(r.Attempts) == 0 {
		return nil
	}
	return &r.Attempts[len(r.Attempts)-1]
}

// grow adds a step for each of a sequence's document.
func (m *machine) grow(p *part, steps []document.Step) {
	for i := range steps {
		s := &steps[i]
		kid := &part{kind: kindOf(s), up: p, doc: s}
		m.enter(kid, s.ID, i, Step{ID: s.ID, Title: s.Title, Tool: s.Tool})
		p.kids = append(p.kids, kid)
		switch kid.kind {
		case branches:
			for j := range s.Branches {
				b := &part{kind: sequence, up: kid}
				m.enter(b, s.Branches[j].ID, j, Step{ID: s.Branches[j].ID})
				kid.kids = append(kid.kids, b)
				m.grow(b, s.Branches[j].Steps)
			}
		case loop:
			for m.kept[fmt.Sprintf("%s[%d]", kid.rec.Path, len(kid.kids))] != nil {
				m.element(kid, nil)
			}
		}
	}
}

// element adds one to a for-each.
func (m *machine) element(p *part, item any) {
	i := len(p.kids)
	kid := &part{kind: sequence, up: p, index: i}
	m.enter(kid, fmt.Sprintf("[%d]", i), i, Step{ID: p.doc.ID})
	if m.kept[kid.rec.Path] == nil {
		value := document.Values{"": item}
		kid.rec.hidden.Item, kid.rec.dirty = value, true
		kid.rec.Item = document.MaskOutputs(tool.Description{}, value, m.secrets)[""]
	}
	p.kids = append(p.kids, kid)
	m.grow(kid, p.doc.Steps)
}

// enter gives a part its record: the one that was kept, or a new one.
func (m *machine) enter(p *part, name string, i int, s Step) {
	place := fmt.Sprintf("%05d", i)
	s.Path, s.State = name, StepPending
	if up := p.up.rec; up != nil {
		place = up.place + "." + place
		if p.up.kind == loop {
			s.Path = up.Path + name
		} else {
			s.Path = up.Path + "/" + name
		}
	}
	if p.rec = m.kept[s.Path]; p.rec == nil {
		p.rec = &record{Step: s}
	}
	p.rec.place = place
	m.parts[s.Path] = p
}

// each calls f with a part and all below it.
func (p *part) each(f func(*part)) {
	f(p)
	for _, kid := range p.kids {
		kid.each(f)
	}
}
