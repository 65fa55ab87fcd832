package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// A row is one measure.
type row int

const (
	rowIngest row = iota
	rowIngestRSS
	rowDisk
	rowTableCPU
	rowTableWall
	rowTableRSS
	rowFirstTable
	rowWarnings
	rowAPI
	rowCount
)

var rowNames = [rowCount]string{
	rowIngest:     "remote write, samples per CPU-second",
	rowIngestRSS:  "memory while ingesting",
	rowDisk:       "disk after a stop, bytes per sample",
	rowTableCPU:   "the minute's table, CPU-seconds",
	rowTableWall:  "the minute's table, seconds",
	rowTableRSS:   "memory at most, with the history",
	rowFirstTable: "first table after a restart, seconds",
	rowWarnings:   "headroom warnings, seconds",
	rowAPI:        "the table by the API, seconds",
}

// A target is what Headroom must reach; it is computed from the peers' numbers
// where it is relative to them.
type target struct {
	text string
	met  func(t *table) bool
}

var targets = map[row][]target{
	rowIngest: {
		{"at least 0.9 x victoria-metrics", func(t *table) bool {
			return t.get(rowIngest, headroom) >= 0.9*t.get(rowIngest, victoriaMetrics)
		}},
		{"at least 2 x prometheus", func(t *table) bool { return t.get(rowIngest, headroom) >= 2*t.get(rowIngest, prometheus) }},
	},
	rowDisk: {{"no more than victoria-metrics", func(t *table) bool {
		return t.get(rowDisk, headroom) <= t.get(rowDisk, victoriaMetrics)
	}}},
	rowTableCPU:   {atMost(rowTableCPU, 0.1)},
	rowTableWall:  {atMost(rowTableWall, 1)},
	rowTableRSS:   {{"at most 1.5 GiB", func(t *table) bool { return t.get(rowTableRSS, headroom) <= 1.5*(1<<30) }}},
	rowFirstTable: {atMost(rowFirstTable, 30)},
	rowWarnings:   {atMost(rowWarnings, 0.1)},
	rowAPI:        {atMost(rowAPI, 0.05)},
}

func atMost(r row, limit float64) target {
	return target{fmt.Sprintf("at most %g", limit), func(t *table) bool { return t.get(r, headroom) <= limit }}
}

// table holds the numbers by row and server.
type table struct {
	servers []string
	numbers map[row]map[string]float64
}

func newTable(servers []string) *table {
	return &table{servers: servers, numbers: map[row]map[string]float64{}}
}

// get returns a number, NaN if it was not measured: no target is met by it.
func (t *table) get(r row, server string) float64 {
	if v, ok := t.numbers[r][server]; ok {
		return v
	}
	return math.NaN()
}

func (t *table) set(r row, server string, v float64) {
	if t.numbers[r] == nil {
		t.numbers[r] = map[string]float64{}
	}
	t.numbers[r][server] = v
}

// least keeps the smallest of several numbers.
func (t *table) least(r row, server string, v float64) {
	if old := t.get(r, server); !(old < v) {
		t.set(r, server, v)
	}
}

func (t *table) print(w io.Writer, targets map[row][]target) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "\t")
	for _, s := range t.servers {
		fmt.Fprintf(tw, "%s\t", s)
	}
	fmt.Fprintln(tw, "target")
	for r := range rowCount {
		if t.numbers[r] == nil {
			continue
		}
		fmt.Fprintf(tw, "%s\t", rowNames[r])
		for _, s := range t.servers {
			fmt.Fprintf(tw, "%s\t", r.format(t.get(r, s)))
		}
		for i, g := range targets[r] {
			if i > 0 {
				fmt.Fprint(tw, "; ")
			}
			fmt.Fprint(tw, g.text, t.verdict(r, g))
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

func (t *table) verdict(r row, g target) string {
	switch {
	case math.IsNaN(t.get(r, headroom)):
		return ""
	case g.met(t):
		return " (met)"
	default:
		return " (MISSED)"
	}
}

func (r row) format(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case r == rowIngestRSS || r == rowTableRSS:
		return fmt.Sprintf("%.0f MiB", v/(1<<20))
	case r == rowIngest:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}
