package rollup

import (
	"hash/maphash"
	"sync"

	"headroom/storage"
)

// Replay takes samples that were stored before the start, as a store's block
// holds them; those of one series come oldest first. Senders are known by them
// at once, so that the first minute is like any other: it lacks no device, and a
// counter has grown since its last sample from before the start. The minutes
// that the samples belong to are reported as late.
func (r *Rollup) Replay(b *storage.Block) {
	kind := r.kind(b.Labels)
	if kind == nil {
		return
	}
	c := r.replayed.cell(b.Labels, func() *Cell { return r.enter(b.Labels, kind) })
	if c == nil {
		return
	}
	for i, ts := range b.Timestamps {
		c.Add(ts, b.Values[i])
	}
}

// replayed keeps the cells of series that were replayed until their next sample
// enters them: a second cell would count what they grow by once more. The zero
// value is empty.
type replayed struct {
	mu    sync.Mutex
	seed  maphash.Seed
	cells map[uint64]*Cell // by the hash of the labels; nil: of no module
}

// cell returns the cell of a series, which add makes for its first block.
func (r *replayed) cell(labels []storage.Label, add func() *Cell) *Cell {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cells == nil {
		r.seed, r.cells = maphash.MakeSeed(), map[uint64]*Cell{}
	}
	key := storage.Hash(r.seed, labels)
	c, ok := r.cells[key]
	if !ok {
		c = add()
		r.cells[key] = c
	}
	return c
}

// take hands the cell of a series over, if there is one.
func (r *replayed) take(labels []storage.Label) (*Cell, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cells == nil {
		return nil, false
	}
	key := storage.Hash(r.seed, labels)
	c, ok := r.cells[key]
	delete(r.cells, key)
	if len(r.cells) == 0 {
		r.cells = nil // a map does not shrink
	}
	return c, ok
}

// forget drops the cells of series that have not come back: their senders are
// forgotten, too.
func (r *replayed) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cells = nil
}
