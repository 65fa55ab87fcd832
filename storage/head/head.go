// Package head holds the newest samples of every active series in memory.
//
// A series becomes active with its first sample and leaves once nothing has
// come for a while. Its samples stay here until they have been drained to the
// storage below and that storage surely shows them, so that a reader who joins
// both misses nothing. An [Observer] sees each sample as it is accepted.
//
// The head is not durable: who needs that writes a log first.
package head

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"unsafe"

	"headroom/storage"
)

// Observer sees every sample as it is accepted.
type Observer interface {
	// Enter is called once when a series becomes active; nil means that the
	// observer is not interested. The labels are sorted and may be kept. It
	// is called again if the series left the head and came back.
	Enter(labels []storage.Label) Watcher
}

// Watcher takes the samples of one series, in the order of their arrival and
// never two at a time. It must be quick: the writer waits for it.
type Watcher interface {
	Add(ts int64, value float64)
}

// Options say who is asked about new series. All may be nil.
type Options struct {
	Observer Observer
	// Admit is asked before a series enters; an error keeps it out. Leave is
	// called for each series that had been admitted and has left. The labels
	// are sorted; they may be kept.
	Admit func(labels []storage.Label) error
	Leave func(labels []storage.Label)
}

// shards is the number of independently locked parts; far above the number of
// writers, so that two seldom meet.
const shards = 64

// Head is the set of active series. All methods may be called at the same time.
type Head struct {
	opts   Options
	seed   maphash.Seed
	shards [shards]shard
	counts sync.Map // metric name → *atomic.Int64, the active series of it

	active  atomic.Int64 // series
	pending atomic.Int64 // samples that were not drained yet
}

type shard struct {
	mu      sync.RWMutex // protects the fields below, and the links of the series
	byHash  map[uint64]*Series
	metrics map[string]*group
}

// group holds the series of one metric in one shard.
type group struct {
	metric string
	series []*Series
	index  index
}

// New returns an empty head.
func New(opts Options) *Head {
	h := &Head{opts: opts, seed: maphash.MakeSeed()}
	for i := range h.shards {
		h.shards[i].byHash = map[uint64]*Series{}
		h.shards[i].metrics = map[string]*group{}
	}
	return h
}

// Active returns the number of active series.
func (h *Head) Active() int { return int(h.active.Load()) }

// ActiveOf returns the number of active series of a metric. It may be called
// by Admit.
func (h *Head) ActiveOf(metric string) int {
	if n, ok := h.counts.Load(metric); ok {
		return int(n.(*atomic.Int64).Load())
	}
	return 0
}

// Pending returns how many samples wait for a [Head.Drain].
func (h *Head) Pending() int { return int(h.pending.Load()) }

// Enter returns the series with these labels, making it active if it is not.
// before is the series that was entered just before this one, nil for none:
// senders keep their order, so each series remembers its successor. now is the
// time in Unix seconds. The labels are not kept. The error is one of the labels
// (a [*LabelError]) or that of Admit. Until the samples have been appended no
// Sweep and no Delete may come between.
func (h *Head) Enter(before *Series, labels []storage.Label, now int64) (*Series, error) {
	if before != nil {
		if s := before.after.Load(); s != nil && !s.gone.Load() && hasLabels(s.key, labels) {
			s.seen.Store(now)
			return s, nil
		}
	}
	var buf [512]byte
	key, err := AppendKey(buf[:0], labels)
	if err != nil {
		return nil, &LabelError{err}
	}
	s, err := h.enter(key, now)
	if err == nil && before != nil {
		before.after.Store(s)
	}
	return s, err
}

// LabelError tells that labels name no series.
type LabelError struct{ error }

func (h *Head) enter(key []byte, now int64) (*Series, error) {
	hash := maphash.Bytes(h.seed, key)
	sh := &h.shards[hash%shards]
	sh.mu.RLock()
	s := sh.find(hash, key)
	if s != nil {
		s.seen.Store(now)
	}
	sh.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	return h.enterNew(sh, hash, key, now)
}

func (h *Head) enterNew(sh *shard, hash uint64, key []byte, now int64) (*Series, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if s := sh.find(hash, key); s != nil {
		s.seen.Store(now)
		return s, nil
	}
	s := &Series{key: string(key), hash: hash}
	s.seen.Store(now)
	if h.opts.Admit != nil || h.opts.Observer != nil {
		labels := Labels(s.key)
		if h.opts.Admit != nil {
			if err := h.opts.Admit(labels); err != nil {
				return nil, err
			}
		}
		if h.opts.Observer != nil {
			s.watcher = h.opts.Observer.Enter(labels)
		}
	}
	sh.insert(s)
	h.count(s.group.metric, 1)
	return s, nil
}

func (h *Head) count(metric string, n int64) {
	c, ok := h.counts.Load(metric)
	if !ok {
		c, _ = h.counts.LoadOrStore(metric, new(atomic.Int64))
	}
	c.(*atomic.Int64).Add(n)
	h.active.Add(n)
}

// find returns the series with this key. sh.mu must be held, for reading.
func (sh *shard) find(hash uint64, key []byte) *Series {
	s := sh.byHash[hash]
	for s != nil && s.key != unsafe.String(unsafe.SliceData(key), len(key)) {
		s = s.next
	}
	return s
}

// insert adds a new series. sh.mu must be held.
func (sh *shard) insert(s *Series) {
	metric := metricOf(s.key)
	g := sh.metrics[metric]
	if g == nil {
		g = &group{metric: metric}
		sh.metrics[metric] = g
	}
	s.group, s.index = g, len(g.series)
	g.series = append(g.series, s)
	g.index.add(s)
	s.next = sh.byHash[s.hash]
	sh.byHash[s.hash] = s
}

// remove takes a series out. sh.mu must be held.
func (sh *shard) remove(s *Series) {
	last := len(s.group.series) - 1
	s.group.series[s.index] = s.group.series[last]
	s.group.series[s.index].index = s.index
	s.group.series[last] = nil
	s.group.series = s.group.series[:last]
	s.group.index.remove(s)
	if last == 0 {
		delete(sh.metrics, s.group.metric)
	}
	if sh.byHash[s.hash] == s {
		if s.next == nil {
			delete(sh.byHash, s.hash)
		} else {
			sh.byHash[s.hash] = s.next
		}
		return
	}
	p := sh.byHash[s.hash]
	for p.next != s {
		p = p.next
	}
	p.next = s.next
}
