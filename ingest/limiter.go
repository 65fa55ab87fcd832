package ingest

import (
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"headroom/internal/config"
	"headroom/storage"
)

const (
	// A series is active until it was silent for one to two of these.
	generation = 30 * time.Minute
	shardCount = 64
)

// Limiter counts the active series: in all, per metric and per sender, and
// refuses new ones that would exceed a limit. A series counts for the sender
// that brought it first. Series are told apart by a 64-bit hash under a secret
// seed, so a sender cannot hide one behind another.
//
// All methods may be called from many goroutines.
type Limiter struct {
	limits config.Ingest // immutable
	seed   maphash.Seed  // immutable

	generation atomic.Uint32 // counts generations since the start
	nextTurn   atomic.Int64  // when the next one starts, Unix nanoseconds
	total      atomic.Int64

	shards [shardCount]limiterShard // a shard's lock is taken before mu

	mu      sync.Mutex // protects the fields below
	metrics map[string]*counted
	senders map[string]*counted
}

// counted is a metric or a sender, with the number of its active series.
type counted struct {
	name   string
	series int
}

type limiterShard struct {
	mu     sync.RWMutex
	series map[uint64]*member
}

// member is an active series. A series that comes with its labels in another
// order has a second entry, which counts for nobody but keeps the first alive.
type member struct {
	hash           uint64
	seen           atomic.Uint32 // the generation in which it last came
	gone           atomic.Bool   // is active no more
	metric, sender *counted      // nil in a second entry
	first          *member       // nil but in a second entry

	// after is the series that came behind this one in a request.
	after atomic.Pointer[member]
}

// NewLimiter returns a Limiter with no active series.
func NewLimiter(limits config.Ingest, now time.Time) *Limiter {
	l := &Limiter{limits: limits, seed: maphash.MakeSeed(), metrics: map[string]*counted{}, senders: map[string]*counted{}}
	for i := range l.shards {
		l.shards[i].series = map[uint64]*member{}
	}
	l.nextTurn.Store(now.Add(generation).UnixNano())
	return l
}

// Active is the number of active series.
func (l *Limiter) Active() int { return int(l.total.Load()) }

func (l *Limiter) hash(labels []storage.Label) uint64 { return storage.Hash(l.seed, labels) }

func (l *Limiter) shard(h uint64) *limiterShard { return &l.shards[h%shardCount] }

// known returns the series if it is active, and keeps it so. before is the
// series that came just before this one, nil for none: senders keep their order,
// so most series are found by their predecessor.
func (l *Limiter) known(before *member, h uint64) *member {
	if before != nil {
		if m := before.after.Load(); m != nil && m.hash == h && !m.gone.Load() {
			l.keep(m)
			return m
		}
	}
	s := l.shard(h)
	s.mu.RLock()
	m := s.series[h]
	s.mu.RUnlock()
	if m == nil {
		return nil
	}
	if before != nil {
		before.after.Store(m)
	}
	l.keep(m)
	return m
}

// keep keeps a series active.
func (l *Limiter) keep(m *member) {
	if g := l.generation.Load(); m.seen.Load() != g {
		m.seen.Store(g)
		if m.first != nil {
			m.first.seen.Store(g)
		}
	}
}

// enter makes a series with sorted labels active, or says which limit is full.
// The hash is that of the labels as they came.
func (l *Limiter) enter(h uint64, sender string, labels []storage.Label) *refusal {
	sorted := l.hash(labels)
	s := l.shard(sorted)
	m, r := s.enter(sorted, func() (*member, *refusal) {
		return l.count(storage.Value(labels, storage.MetricName), sender)
	})
	if r == nil && h != sorted {
		_, _ = l.shard(h).enter(h, func() (*member, *refusal) { return l.newMember(&member{first: m}), nil })
	}
	return r
}

// enter returns the entry of h, made by create if there is none.
func (s *limiterShard) enter(h uint64, create func() (*member, *refusal)) (*member, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.series[h]; m != nil {
		return m, nil
	}
	m, r := create()
	if r == nil {
		m.hash = h
		s.series[h] = m
	}
	return m, r
}

// newMember marks m as seen now.
func (l *Limiter) newMember(m *member) *member {
	m.seen.Store(l.generation.Load())
	return m
}

// count adds a series to its metric and sender, unless a limit is full.
func (l *Limiter) count(metric, sender string) (*member, *refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.limits.MaxSeries; l.Active() >= n {
		return nil, &refusal{reason: seriesLimit, offender: metric, text: fmt.Sprintf(
			"new series of metric %q refused: there are %d active series already (ingest.max_series)", shorten(metric), n)}
	}
	m, known := l.metrics[metric]
	if n := l.limits.MaxSeriesPerMetric; known && m.series >= n {
		return nil, &refusal{reason: metricLimit, offender: metric, text: fmt.Sprintf(
			"new series of metric %q refused: it has %d active series already (ingest.max_series_per_metric)", shorten(metric), n)}
	}
	from, known := l.senders[sender]
	if n := l.limits.MaxSeriesPerSender; known && from.series >= n {
		return nil, &refusal{reason: senderLimit, offender: sender, text: fmt.Sprintf(
			"new series of metric %q refused: sender %s has %d active series already (ingest.max_series_per_sender)", shorten(metric), sender, n)}
	}
	l.total.Add(1)
	return l.newMember(&member{metric: addTo(l.metrics, m, metric), sender: addTo(l.senders, from, sender)}), nil
}

// addTo counts one more series of name, whose entry is c if it has one.
func addTo(all map[string]*counted, c *counted, name string) *counted {
	if c == nil {
		c = &counted{name: string([]byte(name))} // name lies in a request's buffer
		all[c.name] = c
	}
	c.series++
	return c
}

// turn starts a new generation when it is time, and forgets the series that
// were silent for all of the last one.
func (l *Limiter) turn(now time.Time) {
	next := l.nextTurn.Load()
	if now.UnixNano() < next || !l.nextTurn.CompareAndSwap(next, now.Add(generation).UnixNano()) {
		return
	}
	current := l.generation.Add(1)
	for i := range l.shards {
		l.shards[i].forget(current, l)
	}
}

// forget removes what was not seen in this generation or the one before.
func (s *limiterShard) forget(current uint32, l *Limiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, m := range s.series {
		if current-m.seen.Load() > 1 {
			delete(s.series, h)
			m.gone.Store(true)
			m.after.Store(nil) // its followers must not stay in memory for it
			l.discount(m)
		}
	}
}

func (l *Limiter) discount(m *member) {
	if m.metric == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total.Add(-1)
	for _, of := range []struct {
		all map[string]*counted
		c   *counted
	}{{l.metrics, m.metric}, {l.senders, m.sender}} {
		if of.c.series--; of.c.series == 0 {
			delete(of.all, of.c.name)
		}
	}
}
