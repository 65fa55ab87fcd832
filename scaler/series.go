package scaler

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/scaler/policy"
	"headroom/storage"
	"headroom/storage/fleet"
)

// The series that are written, with the labels of the hierarchy.
const (
	desiredSeries   = "headroom_scale_desired_workers"
	currentSeries   = "headroom_scale_current_workers"
	fractionSeries  = "headroom_scale_busy_fraction"
	missingSeries   = "headroom_scale_missing_workers"
	decisionsSeries = "headroom_scale_decisions_total"
)

// writeWithin is how long the store may take for a minute's series: while it does,
// nothing is placed.
const writeWithin = 10 * time.Second

// write stores a minute's decisions as series, at the minute's end.
func (l *Loop) write(ctx context.Context, s *analytics.Snapshot, decisions []Decision) error {
	if l.opts.Store == nil || len(decisions) == 0 {
		return nil
	}
	rows := make([]storage.Series, 0, 6*len(decisions))
	for i := range decisions {
		rows = l.series(rows, s.Levels, &decisions[i])
	}
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	if err := l.opts.Store.Write(ctx, rows); err != nil {
		return fmt.Errorf("%d series: %w", len(rows), err)
	}
	return nil
}

func (l *Loop) series(rows []storage.Series, levels []string, d *Decision) []storage.Series {
	path, err := fleet.ParseID(d.Module)
	if err != nil {
		return rows // the configuration was checked, so it cannot come here
	}
	add := func(name string, v float64, extra ...storage.Label) {
		if math.IsNaN(v) {
			return
		}
		rows = append(rows, storage.Series{
			Labels:  labelsOf(name, levels, path, extra),
			Samples: []storage.Sample{{Timestamp: d.At.UnixMilli(), Value: v}},
		})
	}
	if d.Unusable() == "" { // no sample, and nobody scales by it
		add(desiredSeries, float64(d.Desired))
	}
	add(currentSeries, float64(d.Current))
	add(fractionSeries, d.Fraction)
	if d.Applied {
		add(missingSeries, float64(d.Missing))
	}
	for direction, n := range l.countLocked(d) {
		add(decisionsSeries, float64(n), storage.Label{Name: "direction", Value: string(direction)})
	}
	return rows
}

// countLocked counts a module's decisions since the start. l.mu must be held.
func (l *Loop) countLocked(d *Decision) map[policy.Direction]int {
	if l.counts[d.Module] == nil {
		l.counts[d.Module] = map[policy.Direction]int{policy.Out: 0, policy.In: 0, policy.Hold: 0}
	}
	l.counts[d.Module][d.Direction]++
	return l.counts[d.Module]
}

func labelsOf(name string, levels []string, path fleet.Path, extra []storage.Label) []storage.Label {
	labels := append([]storage.Label{{Name: storage.MetricName, Value: name}}, extra...)
	for i, level := range levels {
		if i < len(path) {
			labels = append(labels, storage.Label{Name: level, Value: path[i]})
		}
	}
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return labels
}
