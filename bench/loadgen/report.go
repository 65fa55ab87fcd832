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
	rowAlarmCPU
	rowAlarmAnswer
	rowAlarmDecision
	rowAlarmMemory
	rowAlarmLost
	rowNotifications
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

	rowAlarmCPU:      "a storm of alarms, CPU-seconds",
	rowAlarmAnswer:   "its requests, seconds to the answer, the slowest of 100",
	rowAlarmDecision: "its alarms, seconds to a decision, the slowest of 100",
	rowAlarmMemory:   "memory at most, with all of them open",
	rowAlarmLost:     "alarms lost",
	rowNotifications: "notifications made of them",
}

// A target is what Headroom must reach: a limit, or a share of a peer's number.
type target struct {
	text  string
	least bool // the limit is the least, not the most
	limit func(t *table) float64
}

var targets = map[row][]target{
	rowIngest: {
		{"at least 0.9 x victoria-metrics", true, share(0.9, rowIngest, victoriaMetrics)},
		{"at least 2 x prometheus", true, share(2, rowIngest, prometheus)},
	},
	rowDisk:       {{"no more than victoria-metrics", false, share(1, rowDisk, victoriaMetrics)}},
	rowTableCPU:   {atMost(0.1)},
	rowTableWall:  {atMost(1)},
	rowTableRSS:   {{"at most 1.5 GiB", false, func(*table) float64 { return 1.5 * (1 << 30) }}},
	rowFirstTable: {atMost(30)},
	rowWarnings:   {atMost(0.1)},
	rowAPI:        {atMost(0.05)},

	rowAlarmDecision: {atMost(1)},
	rowAlarmMemory:   {{"at most 500 MiB", false, func(*table) float64 { return 500 << 20 }}},
	rowAlarmLost:     {atMost(0)},
}

func share(factor float64, r row, of string) func(*table) float64 {
	return func(t *table) float64 { return factor * t.get(r, of) }
}

func atMost(limit float64) target {
	return target{fmt.Sprintf("at most %g", limit), false, func(*table) float64 { return limit }}
}

// table holds the numbers by row and server.
type table struct {
	servers []string
	numbers map[row]map[string]float64
}

func newTable(servers []string) *table {
	return &table{servers: servers, numbers: map[row]map[string]float64{}}
}

// get returns a number, NaN if it was not measured.
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

// verdict says nothing where a number is missing.
func (t *table) verdict(r row, g target) string {
	got, limit := t.get(r, headroom), g.limit(t)
	switch {
	case math.IsNaN(got) || math.IsNaN(limit):
		return ""
	case g.least && got >= limit, !g.least && got <= limit:
		return " (met)"
	default:
		return " (MISSED)"
	}
}

func (r row) format(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case r == rowIngestRSS || r == rowTableRSS || r == rowAlarmMemory:
		return fmt.Sprintf("%.0f MiB", v/(1<<20))
	case r == rowIngest || r == rowAlarmLost || r == rowNotifications:
		return fmt.Sprintf("%.0f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}
