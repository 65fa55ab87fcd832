package rollup

import (
	"context"
	"errors"
	"sync"
	"time"

	"headroom/storage"
	"headroom/storage/head"
)

// Observed is a store that shows every sample it has taken to a rollup. It is
// for stores without a head of their own, which can do it themselves.
type Observed struct {
	storage.Store
	rollup *Rollup

	mu    sync.Mutex // protects the fields below
	cells map[string]*observedCell
	swept time.Time
}

type observedCell struct {
	*Cell
	used time.Time
}

// idleAfter is when a series without samples is no longer remembered.
const idleAfter = time.Hour

// Observe returns store with r looking on.
func Observe(store storage.Store, r *Rollup) *Observed {
	return &Observed{Store: store, rollup: r, cells: map[string]*observedCell{}}
}

// Write implements storage.Store. What a failed write held is not shown.
func (o *Observed) Write(ctx context.Context, rows []storage.Series) error {
	err := o.Store.Write(ctx, rows)
	if refused := (*storage.RefusedError)(nil); err != nil && !errors.As(err, &refused) {
		return err
	}
	now := time.Now()
	var key []byte
	for i := range rows {
		var bad error
		if key, bad = head.AppendKey(key[:0], rows[i].Labels); bad != nil {
			continue
		}
		if c := o.cell(key, now); c != nil {
			for _, s := range rows[i].Samples {
				c.Add(s.Timestamp, s.Value)
			}
		}
	}
	return err
}

func (o *Observed) cell(key []byte, now time.Time) *Cell {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.swept) > idleAfter {
		o.swept = now
		for k, c := range o.cells {
			if now.Sub(c.used) > idleAfter {
				delete(o.cells, k)
			}
		}
	}
	c := o.cells[string(key)]
	if c == nil {
		k := string(key)
		c = &observedCell{Cell: o.rollup.Enter(head.Labels(k))}
		o.cells[k] = c
	}
	c.used = now
	return c.Cell
}
