package flow

import (
	"fmt"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// machine is the state of one open run, and all that decides how it goes on. It makes no
// calls, writes nothing and reads no clock: it marks what has changed and lists what is
// to be begun, once the changes are on the disk.
type machine struct {
	run      Run // without its steps
	hidden   runHidden
	program  *document.Program // nil: the document fits the tools no longer
	tools    *tool.Catalog
	admitted bool // it holds its locks and its place
	closing  bool // the engine ends: nothing is begun any more

	root  *part
	parts map[string]*part   // by path
	kept  map[string]*record // those that were on the disk, by path

	secrets []string // texts that are not shown, the longest first
	now     time.Time
	room    func(*part) bool // takes a place for a call; false: there is none, and it is asked again once there is
	free    func(*part)      // gives it back

	tooLarge bool    // outputs were refused for their size
	begun    []*part // calls to be made now
	stopped  bool    // calls under way are to be ended
	dirty    bool    // the run itself has changed
}

// runHidden is what is kept of a run and not shown.
type runHidden struct {
	Inputs    document.Values `json:"inputs"` // secrets and all
	Constants document.Values `json:"constants"`
	// End is what the run comes to once its calls have ended; empty: it goes on.
	End     State         `json:"end,omitempty"`
	Why     string        `json:"why,omitempty"`  // of End
	Undo    bool          `json:"undo,omitempty"` // what was done is undone before the end
	Stop    bool          `json:"stop,omitempty"` // calls under way are to be ended
	Paused  string        `json:"paused,omitempty"`
	Active  time.Duration `json:"active,omitempty"`  // how long it has run, without the time since Since
	Since   time.Time     `json:"since,omitzero"`    // since when it runs
	Waiting time.Time     `json:"waiting,omitzero"`  // since when it waits for a person
	Leases  []string      `json:"leases,omitempty"`  // that it beats
	Order   int           `json:"order,omitempty"`   // of the step that was done last
	Actions int           `json:"actions,omitempty"` // of people
}

// newMachine builds a run's tree from its document and the records that were kept.
func newMachine(run Run, hidden runHidden, program *document.Program, tools *tool.Catalog, kept map[string]*record) *machine {
	m := &machine{
		run: run, hidden: hidden, program: program, tools: tools, kept: kept, parts: map[string]*part{},
		room: func(*part) bool { return true }, free: func(*part) {},
	}
	m.root = &part{kind: sequence}
	m.grow(m.root, run.Document.Steps)
	m.learnSecrets()
	return m
}

// goesOn tells whether steps may begin.
func (m *machine) goesOn() bool {
	return m.program != nil && m.admitted && !m.closing && m.hidden.Paused == "" && !m.run.State.Over()
}

// advance takes the run as far as it goes without waiting for anything.
func (m *machine) advance(now time.Time) {
	m.now = now
	if m.run.State.Over() {
		return
	}
	m.clock()
	out := m.walk(m.root, false)
	m.judge(out)
	if m.hidden.End == "" && m.goesOn() {
		out = m.walk(m.root, true)
		m.judge(out)
	}
	if m.hidden.End != "" && m.active() == 0 && !m.closing {
		m.wind()
	}
	m.settle()
}

// judge decides whether the run comes to its end.
func (m *machine) judge(out outcome) {
	if m.hidden.End != "" {
		return
	}
	switch on := m.run.Document.OnFailure; {
	case out.over && !out.failed:
		m.end(Done, "", false)
	case out.failed && m.run.Dry:
		m.end(Failed, m.failure(), false)
	case out.failed && (on == document.Stop || on == document.Undo):
		m.end(Failed, m.failure(), on == document.Undo)
	case m.timedOut():
		m.end(Failed, fmt.Sprintf("it has run for %s, which is the most", m.run.Document.Timeout), on == document.Undo)
		m.hidden.Stop, m.stopped = true, true
	case m.forgotten():
		m.end(Failed, fmt.Sprintf("nobody came within %s: %s", m.waitAtMost(), m.needs()), false)
		m.hidden.Stop, m.stopped = true, true
	}
}

// end says what the run comes to.
func (m *machine) end(s State, why string, undo bool) {
	m.hidden.End, m.hidden.Why, m.hidden.Undo, m.dirty = s, why, undo, true
}

// failure is a sentence about the first step that has failed.
func (m *machine) failure() string {
	var text string
	m.root.each(func(p *part) {
		if text == "" && p.kind == call && p.rec.State == StepFailed && !m.forgiven(p) {
			text = fmt.Sprintf("step %s has failed: %s", p.rec.Path, p.rec.Reason)
		}
	})
	if text != "" {
		return text
	}
	m.root.each(func(p *part) {
		if text == "" && p.rec != nil && p.rec.State == StepFailed {
			text = fmt.Sprintf("step %s has failed: %s", p.rec.Path, p.rec.Reason)
		}
	})
	return text
}

// forgiven tells whether a part above has ended in spite of a step's failure.
func (m *machine) forgiven(p *part) bool {
	for at := p.up; at != nil && at.rec != nil; at = at.up {
		if at.rec.State == StepDone || at.rec.State == StepSkipped {
			return true
		}
	}
	return false
}

// active counts the calls that are under way, whoever has begun them.
func (m *machine) active() (n int) {
	m.root.each(func(p *part) {
		if p.kind == call && (p.rec.State == StepRunning || p.rec.Undo != nil && p.rec.Undo.State == StepRunning) {
			n++
		}
	})
	return n
}

// finish ends the run.
func (m *machine) finish(s State, why string) {
	m.clock()
	m.root.each(func(p *part) {
		if p.rec == nil {
			return
		}
		if p.rec.May != nil {
			p.rec.May, p.rec.dirty = nil, true
		}
		switch p.rec.State {
		case StepPending, StepBackoff, StepWaiting, StepRunning:
			p.rec.set(StepCanceled, "the run ended before", m.now)
			p.rec.Next = time.Time{}
		}
	})
	m.run.State, m.run.Reason, m.run.Ended, m.dirty = s, why, m.now, true
}
