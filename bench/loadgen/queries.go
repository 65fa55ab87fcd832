package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// tableQueries are the table in PromQL, with %s for the metric of loads. They
// lack R² and intervals, and read days as UTC has them.
var tableQueries = []struct{ column, query string }{
	{"load", `%s`},
	{"historical mean", `avg_over_time(%s[28d:1d] offset 1d)`},
	{"confidence interval", `3 * stddev_over_time(%s[28d:1d] offset 1d)`},
	{"expected peak today", `avg_over_time(max_over_time(%s[1d])[14d:1d])`},
	{"slope", `deriv(max_over_time(%s[1d])[60d:1d])`},
	{"peak at horizon", `predict_linear(max_over_time(%s[1d])[60d:1d], 30*86400)`},
}

// orderQuery is the number of devices to request, for modules only.
const orderQuery = `clamp_min(ceil(headroom_module_devices * ` +
	`predict_linear(max_over_time(headroom_module_load_percent[1d])[60d:1d], 30*86400) / 60) - headroom_module_devices, 0)`

// measureQueries asks for the table of modules and of tree nodes, three times,
// and takes the cheapest: the first may still read from disk.
func (s *server) measureQueries(ctx context.Context, at time.Time, t *table) error {
	for round := range 3 {
		before, err := s.usage()
		if err != nil {
			return err
		}
		begin, rows := time.Now(), 0
		at := at.Add(time.Duration(round) * time.Minute) // no server may repeat an answer
		for _, metric := range []string{"headroom_module_load_percent", "headroom_group_load_percent"} {
			for _, q := range tableQueries {
				n, err := s.count(ctx, fmt.Sprintf(q.query, metric), at)
				if err != nil {
					return fmt.Errorf("column %q: %w", q.column, err)
				}
				rows += n
			}
		}
		n, err := s.count(ctx, orderQuery, at)
		if err != nil {
			return fmt.Errorf("column %q: %w", "devices to request", err)
		}
		after, err := s.usage()
		if err != nil {
			return err
		}
		slog.Info("table by PromQL", "server", s.name, "round", round+1, "cells", rows+n,
			"cpu_seconds", after.cpu-before.cpu, "took", time.Since(begin).Round(time.Millisecond))
		t.least(rowTableCPU, s.name, after.cpu-before.cpu)
		t.least(rowTableWall, s.name, time.Since(begin).Seconds())
	}
	return nil
}

func (s *server) count(ctx context.Context, query string, at time.Time) (int, error) {
	points, err := s.store.Query(ctx, query, at)
	if err != nil {
		return 0, err
	}
	if len(points) == 0 {
		return 0, fmt.Errorf("query %q has no result", query)
	}
	return len(points), nil
}
