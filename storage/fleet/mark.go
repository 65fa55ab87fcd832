package fleet

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoMark means that no mark in force has the number that was asked for.
var ErrNoMark = errors.New("no such mark is in force")

// MaxMarks is how many marks can be in force at a time, and ErrTooManyMarks means
// that as many are.
const MaxMarks = 10_000

var ErrTooManyMarks = fmt.Errorf("there are %d marks in force, which is the most: take some away first", MaxMarks)

// MarkKinds are the kinds of marks: what the load of a marked interval was of.
var MarkKinds = []string{"incident", "mute", "change", "event", "other"}

// Mark is an interval of a node's time from which nothing is to be learned: its
// load was not the node's own.
type Mark struct {
	ID       int64
	Path     Path      // the node with all below it; empty: all
	From, To time.Time // the minutes From ≤ t < To
	Kind     string    // one of MarkKinds
	Note     string

	Who     string    // who made it; empty when nobody had to log in
	Made    time.Time // in force since
	Ended   time.Time // zero: still in force
	EndedBy string
}

// InForce tells whether the mark counted at a time; the zero time is now.
func (m *Mark) InForce(at time.Time) bool {
	if at.IsZero() {
		return m.Ended.IsZero()
	}
	return !m.Made.After(at) && (m.Ended.IsZero() || m.Ended.After(at))
}

func (m *Mark) String() string {
	what, where := m.Kind, m.Path.ID()
	if m.Note != "" {
		what += " (" + m.Note + ")"
	}
	if where == "" {
		where = "all"
	}
	const layout = "2006-01-02 15:04 -0700"
	return fmt.Sprintf("%s of %s from %s to %s", what, where, m.From.Format(layout), m.To.Format(layout))
}
