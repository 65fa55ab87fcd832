package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/storage/fleet"
	"headroom/storage/search"
)

// finder is what finds documents by words.
type finder struct {
	*search.Index
	feeder *search.Feeder
	took   prometheus.Histogram
}

// openSearch opens the index, and says what is in it.
func (s *server) openSearch(tree *fleet.Tree) (err error) {
	f := &s.finder
	if f.Index, err = search.Open(filepath.Join(s.opts.storagePath, "search.db")); err != nil {
		return err
	}
	f.took = promauto.With(s.reg).NewHistogram(prometheus.HistogramOpts{
		Name: "headroom_search_query_seconds", Help: "How long a search takes.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 11),
	})
	f.feeder = search.NewFeeder(search.FeederOptions{
		Index: f.Index, Interval: func() time.Duration { return time.Duration(s.config().Search.Interval) }, Keep: s.searchable,
		Sets: []search.Set{
			&moduleSet{tree: tree, view: s.facts.View, notes: s.state.Notes().Notes, began: s.started},
			search.Markdown{Name: "runbook", Dir: s.runbooksDir},
			requestSet{s.state.Requests()},
			wholeSet{"flow", func() []search.Document { return flowDocuments(s.flows.shelf.Library().Entries) }},
			wholeSet{"node", func() []search.Document { return nodeDocuments(s.scaling.pool.Nodes()) }},
			wholeSet{"package", func() []search.Document { return packageDocuments(s.consistency.Declarations()) }},
			search.Markdown{Name: "doc", Dir: func() string { return s.besideConfig(s.config().Search.DocsDir) }},
		},
		Sources: []search.Source{alarmSource{s.state.Alarms(), time.Now}, &runSource{table: s.state.Flows(), now: time.Now}},
		Logger:  s.log, Registerer: s.reg,
	})
	return nil
}

// searchable is since when documents of a kind can be found; zero: for ever, or as long as
// their source has them.
func (s *server) searchable(kind string, now time.Time) time.Time {
	switch kind {
	case "alarm":
		return now.Add(-time.Duration(s.config().Alerting.Keep))
	case "run":
		return now.Add(-time.Duration(s.config().Flows.Keep))
	}
	return time.Time{}
}

// maxSearch is how long a search may take.
const maxSearch = 10 * time.Second

// Search implements api.Search.
func (f *finder) Search(ctx context.Context, q search.Query) (search.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, maxSearch)
	defer cancel()
	begin := time.Now()
	r, err := f.Index.Search(ctx, q)
	f.took.Observe(time.Since(begin).Seconds())
	return r, err
}

// closeSearch closes the index, if it was opened.
func (s *server) closeSearch() error {
	if s.finder.Index == nil {
		return nil
	}
	if err := s.finder.Close(); err != nil {
		return fmt.Errorf("close the search: %w", err)
	}
	return nil
}
