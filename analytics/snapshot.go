// Package analytics says what the rolled-up minutes mean.
//
// Each minute the [Loop] takes one frame of the rollup, judges every node of the
// business tree and publishes one immutable [Snapshot]. Page, API, terminal,
// alarms, scaler and the series that Headroom writes all read that snapshot, so
// they cannot disagree. The arithmetic is in the packages season, band, peak,
// growth and order, which know no clock and no I/O.
package analytics

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// Snapshot is what Headroom knows after one minute by one model: the configured
// one, unless [Snapshot.Of] was asked for another. It is never changed once
// published; readers must not change it either.
type Snapshot struct {
	At        time.Time // start of the minute it is about, in the configured zone
	Published time.Time
	Model     string
	Levels    []string // labels of the hierarchy, top first
	Rows      []Row    // by fleet.Node.Index
	Growth    []Growth // same order

	nodes  []*fleet.Node
	tree   *fleet.Tree
	others []*Snapshot // the same minute by the other models
	ahead  []ahead     // bands at the lead times, in the order of Rows
	frame  *rollup.Frame
	basis
}

// Of returns the same minute by a model, an empty name being the configured one.
func (s *Snapshot) Of(model string) (*Snapshot, error) {
	if model == "" || model == s.Model {
		return s, nil
	}
	for _, other := range s.others {
		if other.Model == model {
			return other, nil
		}
	}
	return nil, fmt.Errorf("model %q: %w", model, ErrNoModel)
}

// StandIn tells whether it is by another model than the configured one, as the first
// ones of a large fleet are until that has learned.
func (s *Snapshot) StandIn() bool { return s.model != nil && s.Model != s.model.Name }

// row returns a node's row, an empty one if there is none.
func (s *Snapshot) row(node int) *Row {
	if s == nil || node >= len(s.Rows) {
		return &Row{}
	}
	return &s.Rows[node]
}

// basis is what a snapshot was computed from besides its minute.
type basis struct {
	model   *Model
	learned *generation
}

// keepGrowth takes a module's line of the expansion report from the snapshot
// before if nothing it depends on has changed; it does a few times a day.
func (s *Snapshot) keepGrowth(before *Snapshot, n *fleet.Node) bool {
	if before == nil || before.basis != s.basis || !n.Module || n.Index >= len(before.Growth) ||
		before.Growth[n.Index].Devices != s.Rows[n.Index].present() ||
		before.Rows[n.Index].DevicesSilent != s.Rows[n.Index].DevicesSilent {
		return false
	}
	s.Growth[n.Index] = before.Growth[n.Index]
	return true
}

// NewSnapshot returns a snapshot of all nodes that tree knows, its rows still
// empty.
func NewSnapshot(tree *fleet.Tree, at time.Time, model string) *Snapshot {
	return newSnapshot(tree, tree.Nodes(), at, model)
}

func newSnapshot(tree *fleet.Tree, nodes []*fleet.Node, at time.Time, model string) *Snapshot {
	return &Snapshot{
		At: at, Model: model, Levels: tree.Levels(), nodes: nodes, tree: tree,
		Rows: make([]Row, len(nodes)), Growth: make([]Growth, len(nodes)),
	}
}

// Find returns the position of a node in Rows and Growth, -1 if it is unknown.
func (s *Snapshot) Find(id string) int {
	if n := s.tree.Find(id); n != nil && n.Index < len(s.Rows) {
		return n.Index
	}
	return -1
}

// Filter says which rows to show. The zero value shows all modules.
type Filter struct {
	Path     fleet.Path // the node whose subtree to show
	Level    string     // a label of the hierarchy; empty: the last, the modules
	Deviates *bool
	Search   string // part of the id, in any case
}

// Match tells whether row passes the filter.
func (f Filter) Match(s *Snapshot, row *Row) bool {
	return f.MatchNode(s, row.ID, row.Path, row.Level) && (f.Deviates == nil || *f.Deviates == row.Deviates)
}

// MatchNode tells whether a node passes, whatever its row is.
func (f Filter) MatchNode(s *Snapshot, id string, path fleet.Path, level string) bool {
	return level == cmp.Or(f.Level, s.Levels[len(s.Levels)-1]) && path.Under(f.Path) &&
		(f.Search == "" || strings.Contains(strings.ToLower(id), strings.ToLower(f.Search)))
}

// Nodes returns the nodes of the rows, in their order. It must not be changed.
func (s *Snapshot) Nodes() []*fleet.Node { return s.nodes }

// Domains returns the parts of a node's devices that may fail at once, those
// with the most devices first; nil if nothing is known of them, as in a past
// minute. It must not be changed.
func (s *Snapshot) Domains(node int) []rollup.Domain {
	if s.frame == nil {
		return nil
	}
	return s.frame.Domains(node)
}

// DayAhead returns the daily peak that is expected of a node h days after the
// last day that counts, with the interval of the configured level.
func (s *Snapshot) DayAhead(node, h int) Interval {
	of, err := s.model.kindOf(s.Model)
	if err != nil {
		return unknownInterval
	}
	return of.dayAhead(s.learned.of(node), h, s.model.Level)
}

// TargetLoad is the percentage at which a device counts as full.
func (s *Snapshot) TargetLoad() float64 { return s.model.TargetLoad }
