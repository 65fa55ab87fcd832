package rollup

import (
	"context"
	"math"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// Minutes reads one series of a node, a value for each of so many minutes from a whole
// minute on; NaN where there is none.
func Minutes(ctx context.Context, store storage.Store, n *fleet.Node, levels []string, suffix string, from time.Time, count int) ([]float64, error) {
	minutes := make([]float64, count)
	for i := range minutes {
		minutes[i] = math.NaN()
	}
	first := from.UnixMilli()
	q := storage.Query{
		Matchers: Select(n, levels, suffix),
		Range:    storage.TimeRange{From: first, To: first + int64(count)*60_000 - 1},
	}
	err := store.Select(ctx, q, func(b *storage.Block) error {
		for i, ms := range b.Timestamps {
			minutes[(ms-first)/60_000] = b.Values[i]
		}
		return nil
	})
	return minutes, err
}
