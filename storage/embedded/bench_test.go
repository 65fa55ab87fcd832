package embedded

import (
	"context"
	"fmt"
	"math"
	"syscall"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/head"
)

// fleetSeries returns n series as the node daemon sends them.
func fleetSeries(n int) []storage.Series {
	metrics := []string{"headroom_load_percent", "headroom_busy_seconds_total", "headroom_requests_total",
		"headroom_process_cpu_seconds_total", "headroom_process_resident_memory_bytes"}
	rows := make([]storage.Series, n)
	for i := range rows {
		process := i / len(metrics)
		rows[i].Labels = []storage.Label{
			{Name: storage.MetricName, Value: metrics[i%len(metrics)]},
			{Name: "business", Value: fmt.Sprintf("business-%d", process/4000)},
			{Name: "job", Value: "headroom-node"},
			{Name: "module", Value: fmt.Sprintf("module-%d", process/40)},
			{Name: "node", Value: fmt.Sprintf("10.0.%d.%d", process/20/250, process/20%250)},
			{Name: "process", Value: fmt.Sprintf("worker-%d", process%20)},
			{Name: "product", Value: fmt.Sprintf("product-%d", process/1000)},
			{Name: "service", Value: fmt.Sprintf("service-%d", process/200)},
		}
		rows[i].Samples = make([]storage.Sample, 1)
	}
	return rows
}

// setPass gives the rows their samples of a pass: a noisy gauge with two
// decimals, counters, and bytes in steps.
func setPass(rows []storage.Series, pass int, start int64) {
	for i := range rows {
		noise := float64((i*7919+pass*104729)%1000) / 100
		x := &rows[i].Samples[0]
		x.Timestamp = start + int64(pass)*10_000
		switch i % 5 {
		case 0:
			x.Value = math.Round((40+20*math.Sin(float64(pass+i)/50)+noise)*100) / 100
		case 4:
			x.Value = float64(100<<20 + (i+pass/10)%64*4096)
		default:
			x.Value = math.Round((float64(pass)*7+noise)*1000) / 1000
		}
	}
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkWrite writes one sample for each of 100,000 active series a pass, in
// requests of 2,000 as Prometheus sends them, and counts all CPU of the
// process: log, head, and the library with its merges.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name string
		sync string
	}{{"commit", SyncCommit}, {"none", SyncNone}} {
		b.Run(c.name, func(b *testing.B) { benchmarkWrite(b, Options{WALSync: c.sync}) })
	}
}

type countingObserver struct{}
type sum struct{ n, total float64 }

func (countingObserver) Enter([]storage.Label) head.Watcher { return new(sum) }
func (s *sum) Add(_ int64, v float64)                       { s.n++; s.total += v }

func benchmarkWrite(b *testing.B, opts Options) {
	const request = 2000
	opts.Path, opts.Observer = b.TempDir(), countingObserver{}
	s := open(b, opts)
	rows := fleetSeries(100_000)
	start := time.Now().Add(-24 * time.Hour).UnixMilli()
	pass := 0
	write := func() {
		setPass(rows, pass, start)
		pass++
		for i := 0; i < len(rows); i += request {
			if err := s.Write(context.Background(), rows[i:i+request]); err != nil {
				b.Fatal(err)
			}
		}
	}
	write() // the series enter: not what is measured
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	cpu := cpuSeconds()
	b.ResetTimer()
	for b.Loop() {
		write()
	}
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	samples := float64(b.N * len(rows))
	b.ReportMetric(samples/(cpuSeconds()-cpu), "samples/cpu-s")
	stats := s.Stats()
	b.ReportMetric(float64(stats.WALBytes)/samples, "wal-B/sample")
}
