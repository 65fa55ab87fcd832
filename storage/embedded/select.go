package embedded

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/head"
)

// Select implements storage.Store.
func (s *Store) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	// The corrections of the last minute lie behind it.
	r := storage.TimeRange{From: q.Range.From, To: lastOfMinute(q.Range.To)}
	found := &selection{index: map[string]int{}, limit: s.limit(q)}
	// The head first: what leaves it meanwhile is in the library already.
	if err := found.addHead(s.head.Select(q.Matchers, r)); err != nil {
		return err
	}
	filters, err := tagFilters(q.Matchers)
	if err != nil {
		return err
	}
	var search vm.Search
	search.Init(nil, s.db, []*vm.TagFilters{filters}, vmRange(r), found.limit, deadline(ctx))
	defer search.MustClose()
	if err := found.addStored(ctx, &search); err != nil {
		return searchError(err, found.limit)
	}
	return found.visit(ctx, q.Range, r, f)
}

func (s *Store) limit(q storage.Query) int {
	if q.MaxSeries > 0 {
		return q.MaxSeries
	}
	return s.opts.MaxSeries
}

// selection is what a query found, series by series. The library's blocks are
// not read yet.
type selection struct {
	limit  int
	index  map[string]int // by key, of series
	series []selected
	blocks []block
}

type selected struct {
	key         string
	fresh       []storage.Sample // from the head
	first, last int              // of its blocks, plus 1; 0 for none
}

// block is one of the library's blocks and the next of its series. A series
// has its blocks in one run only within a month: the library may number it
// anew in the next.
type block struct {
	ref  vm.BlockRef
	next int // plus 1
}

func (x *selection) addHead(found []head.Found) error {
	for _, f := range found {
		i, err := x.of(f.Key)
		if err != nil {
			return err
		}
		x.series[i].fresh = f.Samples
	}
	return nil
}

func (x *selection) of(key string) (int, error) {
	i, ok := x.index[key]
	if ok {
		return i, nil
	}
	if len(x.series) == x.limit {
		return 0, &storage.LimitError{What: "series", Limit: x.limit}
	}
	i = len(x.series)
	x.series = append(x.series, selected{key: key})
	x.index[key] = i
	return i, nil
}

func (x *selection) addStored(ctx context.Context, search *vm.Search) error {
	names := nameReader{}
	for at, n := 0, 0; search.NextMetricBlock(); n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		key, isNew, err := names.key(search.MetricBlockRef.MetricName)
		if err != nil {
			return err
		}
		if isNew {
			if at, err = x.of(key); err != nil {
				return err
			}
		}
		x.blocks = append(x.blocks, block{ref: *search.MetricBlockRef.BlockRef})
		s := &x.series[at]
		if s.first == 0 {
			s.first = len(x.blocks)
		} else {
			x.blocks[s.last-1].next = len(x.blocks)
		}
		s.last = len(x.blocks)
	}
	return search.Error()
}

// nameReader turns the library's metric names into keys.
type nameReader struct {
	last   string // the name before
	known  string
	name   vm.MetricName
	labels []storage.Label
	buf    []byte
}

// key returns the key of a name and whether the name differs from the one before.
func (r *nameReader) key(name []byte) (key string, isNew bool, err error) {
	if string(name) == r.last && r.known != "" {
		return r.known, false, nil
	}
	if err := r.name.Unmarshal(name); err != nil {
		return "", false, fmt.Errorf("read the name of a stored series: %w", err)
	}
	r.labels = append(r.labels[:0], storage.Label{Name: storage.MetricName, Value: string(r.name.MetricGroup)})
	for _, tag := range r.name.Tags {
		r.labels = append(r.labels, storage.Label{Name: string(tag.Key), Value: string(tag.Value)})
	}
	if r.buf, err = head.AppendKey(r.buf[:0], r.labels); err != nil {
		return "", false, fmt.Errorf("read the name of a stored series: %w", err)
	}
	r.last, r.known = string(name), string(r.buf)
	return r.known, true, nil
}

// visit reads the series one after the other and calls f with their blocks.
func (x *selection) visit(ctx context.Context, asked, read storage.TimeRange, f func(*storage.Block) error) error {
	m := merger{selection: x, tr: vmRange(read), f: f}
	for i := range x.series {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.series(&x.series[i], asked); err != nil {
			return err
		}
		x.series[i] = selected{} // done with its memory
	}
	return nil
}

// tagFilters writes matchers as the library's.
func tagFilters(matchers []storage.Matcher) (*vm.TagFilters, error) {
	filters := vm.NewTagFilters()
	for _, m := range matchers {
		var name []byte // the metric's name is the label without one
		if m.Name != storage.MetricName {
			name = []byte(m.Name)
		}
		negative := m.Op == storage.NotEqual || m.Op == storage.NotRegexp
		regexp := m.Op == storage.Regexp || m.Op == storage.NotRegexp
		if err := filters.Add(name, []byte(m.Value), negative, regexp); err != nil {
			return nil, fmt.Errorf("matcher %s: %w", m, err)
		}
	}
	return filters, nil
}

func vmRange(r storage.TimeRange) vm.TimeRange {
	return vm.TimeRange{MinTimestamp: max(r.From, 0), MaxTimestamp: r.To}
}

// deadline is that of ctx in the library's unit, seconds.
func deadline(ctx context.Context) uint64 {
	if t, ok := ctx.Deadline(); ok {
		return uint64(t.Add(time.Second).Unix())
	}
	return math.MaxUint64
}

// searchError makes the library's error about a limit ours.
func searchError(err error, limit int) error {
	if err != nil && strings.Contains(err.Error(), "the number of matching timeseries exceeds") {
		return &storage.LimitError{What: "series", Limit: limit}
	}
	return err
}
