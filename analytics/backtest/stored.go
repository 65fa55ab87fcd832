package backtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/internal/parallel"
	"headroom/storage"
	"headroom/storage/fleet"
)

// The limits of a backtest of what is stored.
const (
	// DefaultNodes and MaxNodes are how many nodes a run replays, unless asked for
	// a number, and at most: minutes of 60 days take about 0.15 s of one core a
	// node and task.
	DefaultNodes, MaxNodes = 100, 3000

	MaxDays = 400 // of a series
)

// ErrBusy means that another backtest is running.
var ErrBusy = errors.New("another backtest is running; they are made one at a time")

// Stored replays the loads that a store keeps of the nodes of a business tree:
// what [Run] would do with files of them. One run is made at a time, on half of
// the CPUs, so that the minute goes on.
type Stored struct {
	Tree  *fleet.Tree
	Store storage.Store

	running sync.Mutex
}

// Query chooses what is replayed. Options.Out and Options.Workers do not count.
type Query struct {
	Options
	Path  fleet.Path // the node below which to look, itself included; empty: everywhere
	Depth int        // of the nodes in the hierarchy, from 0
	From  int        // first local day that is read; the models learn from it on
	To    int        // last local day
	Limit int        // nodes; 0: DefaultNodes. If there are more, they are picked evenly.
	Rows  bool       // the rows of the chosen model are wanted
}

// Validate reports everything that cannot work.
func (q Query) Validate() error {
	errs := []error{q.Options.Validate()}
	if q.From > q.To || q.To-q.From >= MaxDays {
		errs = append(errs, fmt.Errorf("from: want a day up to %d before the last one, %s, got %s", MaxDays-1, season.Date(q.To), season.Date(q.From)))
	}
	if q.Limit < 0 || q.Limit > MaxNodes {
		errs = append(errs, fmt.Errorf("limit: want up to %d nodes, got %d", MaxNodes, q.Limit))
	}
	return errors.Join(errs...)
}

// Own tells which part of a store a result is about.
type Own struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Timezone string `json:"timezone"`
	Matched  int    `json:"matched"`  // nodes that there are
	Replayed int    `json:"replayed"` // of them, evenly picked if fewer
}

// Step tells that a node is done.
type Step struct {
	Done, Total int
	Series      string // id of the node
	Rows        []byte // CSV, if it was asked for; nil without values
}

// Run replays the nodes, and calls step after each of them, never twice at once.
// The first error of step, or ctx, ends it. A node without values, or with too
// few, is no error: the result lists it.
func (s *Stored) Run(ctx context.Context, q Query, step func(Step) error) (*Result, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	if !s.running.TryLock() {
		return nil, ErrBusy
	}
	defer s.running.Unlock()
	matched := s.nodes(q)
	nodes := pick(matched, q.Limit)
	all := make([]played, len(nodes))
	var mu sync.Mutex // protects done
	done := 0
	err := parallel.Do(ctx, max(1, runtime.GOMAXPROCS(0)/2), len(nodes), func(i int) error {
		p, rows, err := s.node(ctx, q, nodes[i])
		if err != nil {
			return err
		}
		all[i] = p
		mu.Lock()
		defer mu.Unlock()
		done++
		return step(Step{Done: done, Total: len(nodes), Series: p.series, Rows: rows})
	})
	if err != nil {
		return nil, err
	}
	r := newResult(q.Options, all)
	r.Own = &Own{
		From: season.Date(q.From), To: season.Date(q.To), Timezone: q.Location.String(),
		Matched: len(matched), Replayed: len(nodes),
	}
	return r, nil
}

// nodes returns the nodes that are asked for, by id.
func (s *Stored) nodes(q Query) (out []*fleet.Node) {
	for _, n := range s.Tree.Nodes() {
		if n.Level() == q.Depth && n.Path.Under(q.Path) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b *fleet.Node) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// pick takes so many nodes, evenly spread, so that no part of the tree stands
// for all.
func pick(nodes []*fleet.Node, limit int) []*fleet.Node {
	if limit == 0 {
		limit = DefaultNodes
	}
	out := make([]*fleet.Node, min(limit, len(nodes)))
	for i := range out {
		out[i] = nodes[i*len(nodes)/len(out)]
	}
	return out
}

// node replays one node, and returns the rows if they are wanted.
func (s *Stored) node(ctx context.Context, q Query, n *fleet.Node) (p played, rows []byte, err error) {
	series, err := s.read(ctx, q, n)
	if err != nil {
		return p, nil, err
	}
	if len(series.Values) == 0 {
		return played{series: n.ID, missing: fmt.Sprintf("no values from %s to %s", season.Date(q.From), season.Date(q.To))}, nil, nil
	}
	p, said, err := q.replay(ctx, series)
	if err != nil {
		return p, nil, fmt.Errorf("%s: %w", n.ID, err)
	}
	if !q.Rows {
		return p, nil, nil
	}
	var b bytes.Buffer
	err = said.csv(&b)
	return p, b.Bytes(), err
}

// read returns a node's loads as they are stored.
func (s *Stored) read(ctx context.Context, q Query, n *fleet.Node) (*Series, error) {
	cal, out := season.NewCalendar(q.Location), &Series{Name: n.ID}
	err := s.Store.Select(ctx, storage.Query{
		Matchers: rollup.Select(n, s.Tree.Levels(), rollup.LoadPercent),
		Range:    storage.TimeRange{From: cal.Start(q.From) * 1000, To: cal.Start(q.To+1)*1000 - 1},
	}, func(b *storage.Block) error {
		for i, v := range b.Values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				out.Times, out.Values = append(out.Times, b.Timestamps[i]/1000), append(out.Values, v)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the loads of %s: %w", n.ID, err)
	}
	return out, nil
}
