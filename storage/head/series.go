package head

import (
	"sync"
	"sync/atomic"

	"headroom/storage"
)

// Series is one active series.
type Series struct {
	key     string // immutable, as hash and watcher
	hash    uint64
	watcher Watcher
	seen    atomic.Int64 // Unix seconds of the last write

	// Ref is free for who logs the series, to know it again.
	Ref atomic.Uint64

	// after is the series that came behind this one in a request.
	after atomic.Pointer[Series]
	gone  atomic.Bool // has left the head

	next  *Series // in the chain of a hash; guarded by the shard, as the rest of its links
	group *group
	index int

	mu      sync.Mutex // protects the fields below
	samples []storage.Sample
	drained int // the first so many samples were handed to the storage below
	// firstDrain is when samples were first handed over, Unix seconds; 0 for never.
	firstDrain int64
}

// Key returns the canonical name, see [AppendKey].
func (s *Series) Key() string { return s.key }

// Append adds samples in the order of their arrival and shows them to the
// watcher. The slice is not kept. The caller tells [Head.Appended].
func (h *Head) Append(s *Series, samples []storage.Sample) {
	s.mu.Lock()
	s.samples = append(s.samples, samples...)
	if s.watcher != nil {
		for i := range samples {
			s.watcher.Add(samples[i].Timestamp, samples[i].Value)
		}
	}
	s.mu.Unlock()
}

// Appended counts samples that were appended: once a request, since all
// writers share the counter.
func (h *Head) Appended(n int) { h.pending.Add(int64(n)) }
