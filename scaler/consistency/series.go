package consistency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// The series that are written each minute, with the labels of the hierarchy.
const (
	declaredSeries     = "headroom_consistency_declared_nodes"
	inconsistentSeries = "headroom_consistency_inconsistent_nodes"
	unknownSeries      = "headroom_consistency_unknown_nodes"
)

// writeWithin is how long the store may take for a minute's series.
const writeWithin = 10 * time.Second

// Record stores how each module stands at a time. Run does it each minute.
func (c *Consistency) Record(ctx context.Context, at time.Time) error {
	if c.o.Store == nil {
		return nil
	}
	var rows []storage.Series
	for _, s := range c.Total(nil).List {
		path, err := fleet.ParseID(s.Module)
		if err != nil || len(path) != len(c.o.Hierarchy) {
			continue // it was checked, so it cannot come here
		}
		for name, v := range map[string]int{declaredSeries: s.Nodes, inconsistentSeries: s.Inconsistent, unknownSeries: s.Unknown} {
			rows = append(rows, storage.Series{
				Labels: c.labels(name, path), Samples: []storage.Sample{{Timestamp: at.UnixMilli(), Value: float64(v)}},
			})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if err := c.o.Store.Write(ctx, rows); err != nil {
		return fmt.Errorf("store %d series: %w", len(rows), err)
	}
	return nil
}

func (c *Consistency) labels(name string, path fleet.Path) []storage.Label {
	labels := []storage.Label{{Name: storage.MetricName, Value: name}}
	for i, level := range c.o.Hierarchy {
		labels = append(labels, storage.Label{Name: level, Value: path[i]})
	}
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return labels
}
