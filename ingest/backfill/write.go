package backfill

import (
	"context"
	"fmt"
	"math"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// write stores the values of a node that differ from what is stored, and
// returns in how many minutes one did.
func (b *Backfill) write(ctx context.Context, n *fleet.Node, s span, values []rollup.Value) (int, error) {
	changed := make([]bool, s.n)
	var rows []storage.Series
	for i, suffix := range rollup.Suffixes {
		old, err := b.stored(ctx, n, suffix, s)
		if err != nil {
			return 0, err
		}
		samples := b.changes(old, s, i, values, changed)
		if len(samples) > 0 {
			rows = append(rows, storage.Series{Labels: b.names[i].Of(n), Samples: samples})
		}
	}
	if len(rows) == 0 {
		return 0, nil
	}
	if err := b.store.Write(ctx, rows); err != nil {
		return 0, fmt.Errorf("write minutes of %s: %w", n.ID, err)
	}
	count := 0
	for _, c := range changed {
		if c {
			count++
		}
	}
	return count, nil
}

// changes returns the samples of the number i that are new or corrected.
func (b *Backfill) changes(old []float64, s span, i int, values []rollup.Value, changed []bool) (samples []storage.Sample) {
	for k := range values {
		x := values[k].Numbers()[i]
		if math.IsNaN(x) || closeTo(x, old[k]) {
			continue
		}
		ts := s.minute(k) * 1000
		if !math.IsNaN(old[k]) {
			ts += b.revision
		}
		samples = append(samples, storage.Sample{Timestamp: ts, Value: x})
		changed[k] = true
	}
	return samples
}

// closeTo tells whether two values are the same but for the rounding of sums
// that were added up in another order.
func closeTo(x, y float64) bool { return math.Abs(x-y) <= 1e-9*math.Abs(x) }

// stored reads one number of a node, NaN where there is none.
func (b *Backfill) stored(ctx context.Context, n *fleet.Node, suffix string, s span) ([]float64, error) {
	x := unknown(s.n)
	q := storage.Query{
		Matchers: rollup.Select(n, b.opts.Rollup.Tree.Levels(), suffix),
		Range:    storage.TimeRange{From: s.from * 1000, To: s.to()*1000 - 1},
	}
	err := b.store.Select(ctx, q, func(blk *storage.Block) error {
		for k, ts := range blk.Timestamps {
			x[s.index(ts)] = blk.Values[k]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read minutes of %s: %w", n.ID, err)
	}
	return x, nil
}
