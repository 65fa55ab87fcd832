package operations

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/analytics/ledger"
	"headroom/storage/state"
)

// Source counts what happened in a time. [state.Operations] does.
type Source interface {
	Runs(ctx context.Context, from, to time.Time) ([]state.Count, error)
	Heals(ctx context.Context, from, to time.Time) ([]state.Count, error)
	Alarms(ctx context.Context, from, to time.Time) ([]state.Count, error)
	Requests(ctx context.Context, from, to time.Time) ([]state.Count, error)
	Decisions(ctx context.Context, from, to time.Time) ([]state.Count, error)
}

// Ledger has forecasts beside what came. *[ledger.Ledger] does.
type Ledger interface {
	Entries(ctx context.Context, q ledger.Query) ([]ledger.Entry, error)
}

// day is what happened on a day, by node of the tree, in the order of the nodes' ids.
type day struct {
	nodes []node
	flows []flowCell
}

type node struct {
	path string
	tally
}

// flowCell are the runs of a flow on a node.
type flowCell struct {
	path, flow                   string
	runs, done, failed, canceled int
	took                         time.Duration
}

// The horizons that accuracy is told of.
const (
	noon       = "12:00"
	nextMinute = "1m"
)

// count counts a day, from ≤ t < to.
func count(ctx context.Context, s Source, l Ledger, from, to time.Time) (*day, error) {
	all := map[string]*tally{}
	at := func(path string) *tally {
		if all[path] == nil {
			all[path] = &tally{}
		}
		return all[path]
	}
	d := &day{}
	for _, part := range []struct {
		read  func(context.Context, time.Time, time.Time) ([]state.Count, error)
		words *words
	}{{s.Runs, &ofRuns}, {s.Heals, &ofHeals}, {s.Alarms, &ofAlarms}, {s.Requests, &ofRequests}, {s.Decisions, &ofDecisions}} {
		counts, err := part.read(ctx, from, to)
		if err != nil {
			return nil, err
		}
		for i := range counts {
			at(counts[i].Path).count(part.words, &counts[i])
			if part.words == &ofRuns {
				d.flow(&counts[i])
			}
		}
	}
	if err := forecasts(ctx, l, from, at); err != nil {
		return nil, err
	}
	for path, n := range all {
		d.nodes = append(d.nodes, node{path, *n})
	}
	slices.SortFunc(d.nodes, func(a, b node) int { return strings.Compare(a.path, b.path) })
	return d, nil
}

// flow keeps runs by their flow, too.
func (d *day) flow(c *state.Count) {
	last := len(d.flows) - 1
	if last < 0 || d.flows[last].path != c.Path || d.flows[last].flow != c.Of {
		d.flows = append(d.flows, flowCell{path: c.Path, flow: c.Of})
		last++
	}
	f := &d.flows[last]
	f.runs += c.N
	f.took += c.Took
	switch c.What {
	case "done":
		f.done += c.N
	case "failed":
		f.failed += c.N
	case "canceled":
		f.canceled += c.N
	}
}

// forecasts adds how right forecasts about a day were.
func forecasts(ctx context.Context, l Ledger, from time.Time, at func(path string) *tally) error {
	if l == nil {
		return nil
	}
	about := daysSince1970(from)
	for task, horizon := range map[string]string{ledger.Peak: noon, ledger.Band: nextMinute} {
		entries, err := l.Entries(ctx, ledger.Query{Task: task, From: about, To: about})
		if err != nil {
			return fmt.Errorf("read forecasts about %s: %w", from.Format(time.DateOnly), err)
		}
		for i := range entries {
			if e := &entries[i]; e.Horizon == horizon && !e.Replayed {
				t := at(e.ID)
				a := &t.peaks
				if task == ledger.Band {
					a = &t.bands
				}
				a.count(e)
			}
		}
	}
	return nil
}

// daysSince1970 numbers a day of a calendar as the ledger does.
func daysSince1970(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
