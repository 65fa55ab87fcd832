package watch

import (
	"cmp"
	"slices"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"
)

// State is what is known of the subjects whose condition holds, or whose alarm
// has not ended.
type State map[Subject]Entry

// Entry is what is known of one subject.
type Entry struct {
	Since time.Time // the condition has held since
	Clear time.Time // it has not since; zero: it holds, or nothing is known
	Known time.Time // when it was last seen to hold or not
	Fired time.Time // the alarm began; zero: it has not
	Said  time.Time // the alarm was last said to fire
	Notes model.LabelSet
}

const (
	// sayAgain is how often an alarm that fires is said anew, with its numbers.
	sayAgain = 5 * time.Minute
	// forgetAfter is how long an alarm outlives all knowledge of its subject: as
	// long as the rollup remembers who has stopped.
	forgetAfter = 24 * time.Hour
)

// step returns the state after a minute, and the alarms to say: those that begin,
// those that fire and have not been said for a while, and those that end.
func step(rules []rule, before State, in *Input) (State, []Change) {
	s := stepping{in: in, before: before, after: State{}}
	for i := range rules {
		s.rule(&rules[i])
	}
	slices.SortFunc(s.changes, func(a, b Change) int { return compare(a.Subject, b.Subject) })
	return s.after, s.changes
}

// Change is an alarm to say.
type Change struct {
	Subject Subject
	Entry   Entry
	Ends    bool
}

type stepping struct {
	in      *Input
	before  State
	after   State
	changes []Change
}

func (s *stepping) rule(r *rule) {
	limits := r.limits(s.in.Config)
	if limits.Enabled {
		r.find(s.in, func(subject Subject, text Text) { s.holds(r, subject, text, time.Duration(limits.For)) })
	}
	for subject, e := range s.before {
		if subject.Kind != r.kind {
			continue
		}
		if _, found := s.after[subject]; found {
			continue
		}
		switch {
		case !limits.Enabled:
			s.end(subject, e)
		case r.over(s.in, subject):
			s.clear(subject, e, time.Duration(limits.Keep))
		default:
			s.unknown(subject, e)
		}
	}
}

// holds takes a subject whose condition holds.
func (s *stepping) holds(r *rule, subject Subject, text Text, wait time.Duration) {
	now, e := s.in.Now, s.before[subject]
	if e.Since.IsZero() {
		e.Since = now
	}
	e.Clear, e.Known, e.Notes = time.Time{}, now, text.annotations()
	begins := e.Fired.IsZero() && now.Sub(e.Since) >= wait
	if begins && r.greater != nil && !s.after[r.greater(subject)].Fired.IsZero() {
		begins = false
	}
	if begins {
		e.Fired = now
	}
	s.keep(subject, e)
}

// clear takes a subject whose condition does not hold.
func (s *stepping) clear(subject Subject, e Entry, wait time.Duration) {
	now := s.in.Now
	if e.Clear.IsZero() {
		e.Clear = now
	}
	e.Known = now
	switch {
	case e.Fired.IsZero(): // it never was an alarm
	case now.Sub(e.Clear) >= wait:
		s.end(subject, e)
	default:
		s.keep(subject, e)
	}
}

// unknown takes a subject of which nothing is known: an alarm stays, what was not
// yet one begins anew when it is seen to hold.
func (s *stepping) unknown(subject Subject, e Entry) {
	switch {
	case e.Fired.IsZero():
	case s.in.Now.Sub(e.Known) >= forgetAfter:
		s.end(subject, e)
	default:
		e.Clear = time.Time{}
		s.keep(subject, e)
	}
}

// keep keeps a subject, and says its alarm if it is time to.
func (s *stepping) keep(subject Subject, e Entry) {
	if !e.Fired.IsZero() && s.in.Now.Sub(e.Said) >= sayAgain {
		e.Said = s.in.Now
		s.changes = append(s.changes, Change{Subject: subject, Entry: e})
	}
	s.after[subject] = e
}

// end says that an alarm has ended.
func (s *stepping) end(subject Subject, e Entry) {
	if !e.Fired.IsZero() {
		s.changes = append(s.changes, Change{Subject: subject, Entry: e, Ends: true})
	}
}

// compare orders subjects, so that equal minutes say equal things.
func compare(a, b Subject) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Process, b.Process),
		cmp.Compare(a.What, b.What), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Direction, b.Direction),
	)
}

// alert puts a change into the words of the pipeline.
func (c Change) alert(n names, now time.Time, link string) *amalert.Alert {
	out := &amalert.Alert{}
	out.Labels, out.Annotations, out.GeneratorURL = n.labels(c.Subject), c.Entry.Notes, link
	out.StartsAt, out.EndsAt, out.Timeout = c.Entry.Since, now.Add(forgetAfter), true
	if c.Ends {
		out.EndsAt, out.Timeout = now, false
	}
	return out
}
