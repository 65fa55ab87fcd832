package operations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/internal/faults"
)

// By says what the lines of an answer are.
type By string

// The kinds of lines.
const (
	ByDay  By = "day"
	ByNode By = "node" // the nodes right below the one that is asked about
)

// Query chooses what is told. From and To are rounded to whole days.
type Query struct {
	Path     string // id of a node of the business tree: it and all below it; empty: all
	From, To time.Time
	By       By
}

// Answer is how much was done and how well.
type Answer struct {
	Path  string    `json:"path"`
	From  time.Time `json:"from"` // beginning of the first day
	To    time.Time `json:"to"`   // end of the last one
	By    By        `json:"by"`
	At    time.Time `json:"at"` // when the oldest of the counts was made
	Total Numbers   `json:"total"`
	Lines []Line    `json:"lines"` // days, the oldest first; or nodes, by their ids
	Flows []Flow    `json:"flows"` // that ran, the most runs first
}

// Line is a day or a node.
type Line struct {
	Key string `json:"key"` // YYYY-MM-DD, or the id of the node; empty: what concerns no node
	Numbers
}

// Flow is how the runs of a flow went.
type Flow struct {
	Flow        string           `json:"flow"`
	Runs        int              `json:"runs"`
	Done        int              `json:"done"`
	Failed      int              `json:"failed"`
	Canceled    int              `json:"canceled"`
	MeanSeconds analytics.Number `json:"mean_seconds"`

	took time.Duration
}

// Tell answers a query. The error is a [faults.List] if too many days are asked for.
func (b *Book) Tell(ctx context.Context, q Query) (Answer, error) {
	first, end := b.midnight(q.From), b.midnight(q.To)
	if end.Before(q.To) {
		end = end.AddDate(0, 0, 1)
	}
	if n := int(end.Sub(first).Hours()/24 + 0.5); n < 1 || n > MaxDays {
		return Answer{}, faults.List{fmt.Sprintf("from, to: want 1 to %d days, got %d", MaxDays, n)}
	}
	if first.Year() < 1970 || end.Year() > 9999 {
		return Answer{}, faults.List{"from, to: want days of the years 1970 to 9999"}
	}
	a := Answer{Path: q.Path, From: first, To: end, By: q.By}
	t := teller{answer: &a, lines: map[string]*tally{}, flows: map[string]*Flow{}}
	for at := first; at.Before(end); at = at.AddDate(0, 0, 1) {
		d, err := b.day(ctx, at)
		if err != nil {
			return Answer{}, err
		}
		if a.At.IsZero() || d.at.Before(a.At) {
			a.At = d.at.In(b.Location)
		}
		t.tell(d.day, at.Format(time.DateOnly))
	}
	t.finish()
	return a, nil
}

// teller adds days up.
type teller struct {
	answer *Answer
	lines  map[string]*tally
	total  tally
	flows  map[string]*Flow
}

func (t *teller) line(key string) *tally {
	if t.lines[key] == nil {
		t.lines[key] = &tally{}
	}
	return t.lines[key]
}

func (t *teller) tell(d *day, date string) {
	path := t.answer.Path
	if t.answer.By == ByDay {
		t.line(date) // a day on which nothing happened is a line, too
	}
	for i := range d.nodes {
		n := &d.nodes[i]
		if !below(n.path, path) {
			continue
		}
		key := date
		if t.answer.By == ByNode {
			key = child(n.path, path)
		}
		t.line(key).add(&n.tally)
		t.total.add(&n.tally)
	}
	for i := range d.flows {
		c := &d.flows[i]
		if !below(c.path, path) {
			continue
		}
		f := t.flows[c.flow]
		if f == nil {
			f = &Flow{Flow: c.flow}
			t.flows[c.flow] = f
		}
		f.Runs, f.Done, f.Failed, f.Canceled, f.took = f.Runs+c.runs, f.Done+c.done, f.Failed+c.failed, f.Canceled+c.canceled, f.took+c.took
	}
}

func (t *teller) finish() {
	a := t.answer
	a.Total = t.total.numbers()
	a.Lines, a.Flows = []Line{}, []Flow{}
	for key, n := range t.lines {
		a.Lines = append(a.Lines, Line{key, n.numbers()})
	}
	slices.SortFunc(a.Lines, func(x, y Line) int { return strings.Compare(x.Key, y.Key) })
	for _, f := range t.flows {
		f.MeanSeconds = mean(f.took, f.Runs)
		a.Flows = append(a.Flows, *f)
	}
	slices.SortFunc(a.Flows, func(x, y Flow) int { return cmp.Or(cmp.Compare(y.Runs, x.Runs), strings.Compare(x.Flow, y.Flow)) })
}

// below tells whether an id is a node's or lies below it; all lie below the empty one.
func below(id, path string) bool {
	return path == "" || strings.HasPrefix(id, path) && (len(id) == len(path) || id[len(path)] == '/')
}

// child is the node right below a path that an id lies in; the path itself for its own.
func child(id, path string) string {
	start := 0
	if path != "" {
		start = len(path) + 1
	}
	if start > len(id) {
		return id
	}
	if end := strings.IndexByte(id[start:], '/'); end >= 0 {
		return id[:start+end]
	}
	return id
}
