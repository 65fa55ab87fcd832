package embedded

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

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

// startBench is the time of the first sample.
func startBench() int64 { return time.Now().Add(-24 * time.Hour).Truncate(24 * time.Hour).UnixMilli() }

func benchmarkWrite(b *testing.B, opts Options) {
	const request = 2000
	opts.Path, opts.Observer = b.TempDir(), countingObserver{}
	s := open(b, opts)
	rows, start, pass := fleetSeries(100_000), startBench(), 0
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
	for b.Loop() {
		write()
	}
	wal := s.Stats().WALBytes
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	report(b, opts.Path, cpu, pass*len(rows))
	b.ReportMetric(float64(wal)/1e6, "wal-MB")
}

// report tells CPU from a moment on, and the disk space of all samples.
func report(b *testing.B, dir string, cpu float64, samples int) {
	b.ReportMetric(float64(b.N)*100_000/(cpuSeconds()-cpu), "samples/cpu-s")
	b.ReportMetric(float64(sizeOf(b, dir))/float64(samples), "disk-B/sample")
}

func sizeOf(b *testing.B, dir string) (bytes int64) {
	err := filepath.WalkDir(filepath.Join(dir, "data"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		bytes += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}

// BenchmarkLibrary is what BenchmarkWrite has to beat: the same samples given
// to the library as they come, as its own server does.
func BenchmarkLibrary(b *testing.B) {
	opts := Options{Path: b.TempDir()}
	if err := opts.setDefaults(); err != nil {
		b.Fatal(err)
	}
	db, err := openDB(opts)
	if err != nil {
		b.Fatal(err)
	}
	rows, start, pass := fleetSeries(100_000), startBench(), 0
	mrs := make([]vm.MetricRow, len(rows))
	for i := range rows {
		if mrs[i].MetricNameRaw, err = head.AppendKey(nil, rows[i].Labels); err != nil {
			b.Fatal(err)
		}
	}
	write := func() {
		setPass(rows, pass, start)
		pass++
		for i := range rows {
			mrs[i].Timestamp, mrs[i].Value = rows[i].Samples[0].Timestamp, rows[i].Samples[0].Value
		}
		db.AddRows(mrs, 64)
	}
	write()
	db.DebugFlush()
	cpu := cpuSeconds()
	for b.Loop() {
		write()
	}
	db.MustClose()
	report(b, opts.Path, cpu, pass*len(rows))
}
