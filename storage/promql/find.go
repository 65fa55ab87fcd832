package promql

import (
	"context"
	"slices"

	"github.com/prometheus/prometheus/model/labels"

	"headroom/storage"
)

// Selectors are the series that meet all matchers of any of the sets.
type Selectors [][]storage.Matcher

// ParseSelectors reads selectors such as `up{job="node"}`. One that would match
// every series of the store is refused.
func (e *Engine) ParseSelectors(texts []string) (Selectors, error) {
	sets, err := e.parser.ParseMetricSelectors(texts)
	if err != nil {
		return nil, badQuery{err}
	}
	out := make(Selectors, len(sets))
	for i, set := range sets {
		if !slices.ContainsFunc(set, func(m *labels.Matcher) bool { return !m.Matches("") }) {
			return nil, badQuery{errMatchesAll}
		}
		if out[i], err = fromProm(set); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Series lists the label sets of the series that have samples in the range
// (as exactly as the store's index knows), each once, sorted. It stops after limit of them; 0 is no limit.
func (e *Engine) Series(ctx context.Context, sel Selectors, span storage.TimeRange, limit int) ([]labels.Labels, error) {
	ctx, leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()

	seen := seriesSeen{ids: map[string]struct{}{}, limit: limit}
	for _, matchers := range sel {
		q := storage.Query{Matchers: matchers, Range: span, MaxSeries: e.opts.MaxSeries}
		if err := e.store.Series(ctx, q, seen.add); err != nil && err != errEnough {
			return nil, selectError(ctx, matchers, err)
		}
	}
	slices.SortFunc(seen.list, labels.Compare)
	return seen.list, nil
}

// enter waits for a slot and starts the clock of a listing, which the engine
// does for a query.
func (e *Engine) enter(ctx context.Context) (context.Context, func(), error) {
	leave, err := e.gate.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.opts.Timeout)
	return ctx, func() { cancel(); leave() }, nil
}

// seriesSeen gathers label sets, each once.
type seriesSeen struct {
	ids   map[string]struct{}
	list  []labels.Labels
	limit int // 0 for none

	build labels.ScratchBuilder
	id    []byte
}

func (s *seriesSeen) add(ls []storage.Label) error {
	s.build.Reset()
	for _, l := range ls {
		s.build.Add(l.Name, l.Value)
	}
	set := s.build.Labels()
	s.id = set.Bytes(s.id)
	if _, ok := s.ids[string(s.id)]; ok {
		return nil
	}
	s.ids[string(s.id)] = struct{}{}
	s.list = append(s.list, set)
	if s.limit > 0 && len(s.list) >= s.limit {
		return errEnough
	}
	return nil
}

// LabelNames lists, sorted, the label names of the series that are selected, or
// of all if sel is empty.
func (e *Engine) LabelNames(ctx context.Context, sel Selectors, span storage.TimeRange) ([]string, error) {
	return e.union(ctx, sel, span, e.store.LabelNames)
}

// LabelValues lists, sorted, the values that a label has in the series that are
// selected, or in all if sel is empty.
func (e *Engine) LabelValues(ctx context.Context, name string, sel Selectors, span storage.TimeRange) ([]string, error) {
	return e.union(ctx, sel, span, func(ctx context.Context, q storage.Query) ([]string, error) {
		return e.store.LabelValues(ctx, name, q)
	})
}

func (e *Engine) union(ctx context.Context, sel Selectors, span storage.TimeRange, list func(context.Context, storage.Query) ([]string, error)) ([]string, error) {
	ctx, leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()

	if len(sel) == 0 {
		sel = Selectors{nil}
	}
	var all []string
	for _, matchers := range sel {
		some, err := list(ctx, storage.Query{Matchers: matchers, Range: span, MaxSeries: e.opts.MaxSeries})
		if err != nil {
			return nil, selectError(ctx, matchers, err)
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func fromPromLabels(ls labels.Labels) []storage.Label {
	out := make([]storage.Label, 0, ls.Len())
	ls.Range(func(l labels.Label) { out = append(out, storage.Label{Name: l.Name, Value: l.Value}) })
	return out
}
