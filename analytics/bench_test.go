package analytics

import (
	"context"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"headroom/analytics/detect"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// benchPath places modules in a tree: five in a service, five services in a
// product, four products in a business.
func benchPath(i int) fleet.Path {
	return fleet.Path{fmt.Sprint("b", i/100), fmt.Sprint("p", i/25), fmt.Sprint("s", i/5), fmt.Sprint("m", i)}
}

// cpu returns what the process has used so far.
func cpu(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sizes returns the numbers of modules in a variable of the environment, as
// "100,2428", or else those that do not take long.
func sizes(b *testing.B, variable string, short ...int) []int {
	text := os.Getenv(variable)
	if text == "" {
		return short
	}
	var out []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil {
			b.Fatalf("%s: %v", variable, err)
		}
		out = append(out, n)
	}
	return out
}

// BenchmarkMinute is a minute of the steady state: nine devices a module have
// reported, every node has its 60 days. It counts all CPU of the process from
// the minute's close until its series are in the storage below the head, and the
// heap that the loop holds for a module and its share of the tree.
// HEADROOM_BENCH_MODULES takes a list of sizes (see "make bench-analytics").
func BenchmarkMinute(b *testing.B) {
	for _, n := range sizes(b, "HEADROOM_BENCH_MODULES", 100, 2_428) {
		b.Run(fmt.Sprintf("modules=%d", n), func(b *testing.B) { benchmarkMinute(b, n) })
	}
}

func benchmarkMinute(b *testing.B, modules int) {
	at := time.Now().Truncate(time.Hour)
	resetPeakMemory(b)
	w := newWorld(b, at)
	cells := w.devices(modules, 9)
	w.knowAll(at)
	minute := at.Unix()
	for range slowEvery { // until the store knows all series
		w.pushAll(cells, minute)
		w.evaluate(minute)
		minute += 60
	}
	var judged, flushed time.Duration
	for ; b.Loop(); minute += 60 {
		b.StopTimer()
		w.pushAll(cells, minute)
		began := cpu(b)
		b.StartTimer()
		between := w.evaluate(minute)
		judged, flushed = judged+between-began, flushed+cpu(b)-between
	}
	n := float64(b.N)
	b.ReportMetric((judged+flushed).Seconds()/n, "cpu-s/minute")
	b.ReportMetric(judged.Seconds()/n, "evaluate-cpu-s")
	b.ReportMetric(flushed.Seconds()/n, "flush-cpu-s")
	b.ReportMetric(float64(modules)*n/(judged+flushed).Seconds(), "modules/cpu-s")
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "MiB-peak")
	b.ReportMetric(w.heapOfLoop()/1024/float64(modules), "KiB/module")
}

// heapOfLoop gives up the loop and returns what it held, in bytes.
func (w *world) heapOfLoop() float64 {
	with := heap()
	w.loop = nil
	return float64(with) - float64(heap())
}

// heap returns the bytes that are reachable.
func heap() uint64 {
	for range 3 { // pools are emptied by the second
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// pushAll sends a load for each device.
func (w *world) pushAll(cells []*rollup.Cell, minute int64) {
	for i, c := range cells {
		c.Add(minute*1000+int64(i%60)*1000, 40+10*math.Sin(float64(minute)/7000)+float64((i*7919+int(minute))%997)/100)
	}
}

// evaluate does a minute's work, and returns the CPU time used when the series
// are written, before they go on to the storage below the head.
func (w *world) evaluate(minute int64) time.Duration {
	w.loop.Evaluate(context.Background(), minute)
	used := cpu(w.t)
	if err := w.store.Flush(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	return used
}

// devices returns the cells of the modules' devices.
func (w *world) devices(modules, each int) []*rollup.Cell {
	cells := make([]*rollup.Cell, 0, modules*each)
	for i := range modules {
		p := benchPath(i)
		for d := range each {
			cells = append(cells, w.rollup.Enter([]storage.Label{
				{Name: storage.MetricName, Value: "headroom_load_percent"},
				{Name: "business", Value: p[0]}, {Name: "module", Value: p[3]}, {Name: "node", Value: fmt.Sprint("n", d)},
				{Name: "product", Value: p[1]}, {Name: "service", Value: p[2]},
			}))
		}
	}
	return cells
}

// knowAll gives every node something learned of its own.
func (w *world) knowAll(now time.Time) {
	cal := season.NewCalendar(shanghai)
	day, _ := cal.Split(now.Unix())
	m := w.loop.model()
	var kinds []*learned
	var follows []*detect.State
	for i := range 8 {
		h := newHistory(&fleet.Node{}, day-m.historyDays(), day)
		for k := range h.grid.Values {
			h.grid.Values[k] = 40 + 10*math.Sin(float64(k)/1440*2*math.Pi) + float64(k*(i+3)*7919%997)/100
		}
		kinds, follows = append(kinds, m.learn(h, day, false)), append(follows, m.follow(h.grid, day, &dayPlan{}))
	}
	g := &generation{day: day}
	for i := range w.tree.Nodes() {
		g.nodes = append(g.nodes, cloned(kinds[i%len(kinds)]))
		t := newToday(day)
		t.follow = cloned(follows[i%len(follows)])
		w.loop.today = append(w.loop.today, t)
	}
	w.loop.learned, w.loop.day = g, day
}

// cloned copies a value with all that it points to, so that a fleet takes the
// memory that it would if each node had learned.
func cloned[T any](v *T) *T {
	c := new(T)
	*c = *v
	detach(reflect.ValueOf(c).Elem())
	return c
}

// detach replaces the pointers and slices in v by copies.
func detach(v reflect.Value) {
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem() // fields of other packages too
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			detach(v.Field(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			v.Set(c)
			detach(c.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(c, v)
		v.Set(c)
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Pointer, reflect.Slice:
			for i := range v.Len() {
				detach(v.Index(i))
			}
		}
	}
}

// BenchmarkLearn is the first table after a start, and the night's learning
// anew: 60 days at one minute in the store. HEADROOM_BENCH_LEARN takes a list of
// sizes; 2428, the mission's fleet, takes some minutes to write. The memory is
// the process's peak while it learns.
func BenchmarkLearn(b *testing.B) {
	for _, n := range sizes(b, "HEADROOM_BENCH_LEARN", 100) {
		b.Run(fmt.Sprintf("modules=%d", n), func(b *testing.B) { benchmarkLearn(b, n) })
	}
}

func benchmarkLearn(b *testing.B, modules int) {
	now := time.Now().Truncate(time.Hour)
	dir := b.TempDir()
	writeMinutes(b, dir, modules, now, 60)
	w := newWorld(b, now)
	store := openStore(b, dir)
	defer store.Close()
	w.loop.reader.store = store
	resetPeakMemory(b)
	var firsts, learned time.Duration
	for b.Loop() {
		start := time.Now()
		if err := w.loop.first(context.Background(), now.Unix()-60); err != nil {
			b.Fatal(err)
		}
		firsts += time.Since(start)
		began := cpu(b)
		if err := w.loop.Learn(context.Background(), now); err != nil {
			b.Fatal(err)
		}
		learned += cpu(b) - began
		w.loop.publishAgain()
	}
	n := float64(b.N)
	b.ReportMetric(firsts.Seconds()/n, "first-table-s")
	b.ReportMetric(learned.Seconds()/n, "learn-cpu-s")
	b.ReportMetric(float64(modules)*n/learned.Seconds(), "modules/cpu-s")
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "MiB-peak")
	if r := w.loop.Snapshot().Rows[w.tree.Find(benchPath(0).ID()).Index]; r.State != OK || !r.PeakToday.Lower.Known() {
		b.Fatalf("want a complete row: %+v", r)
	}
	b.ReportMetric(w.heapOfLoop()/1024/float64(modules), "KiB/module")
}

// writeMinutes writes the loads and devices of all nodes of a tree, minute by minute of the
// days before now, to a store that is then closed.
func writeMinutes(b *testing.B, dir string, modules int, now time.Time, days int) {
	store := openStore(b, dir)
	tree := fleet.NewTree([]string{"business", "product", "service", "module"})
	for i := range modules {
		tree.Add(benchPath(i))
	}
	samples := make([]storage.Sample, days*season.MinutesPerDay)
	start := now.Unix() - int64(len(samples))*60
	for i, n := range tree.Nodes() {
		for k := range samples {
			t := start + int64(k)*60
			load := 40 + 10*math.Sin(float64(t)/86400*2*math.Pi) + float64(k)/20_000 + float64((k*(i+3)*7919)%997)/200
			samples[k] = storage.Sample{Timestamp: t * 1000, Value: math.Round(load*1000) / 1000}
		}
		write := func(suffix string) {
			row := storage.Series{Labels: rollup.Labels(n, tree.Levels(), suffix), Samples: samples}
			if err := store.Write(context.Background(), []storage.Series{row}); err != nil {
				b.Fatal(err)
			}
		}
		write(rollup.LoadPercent)
		for k := range samples {
			samples[k].Value = 9
		}
		write(rollup.Devices)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}

// resetPeakMemory lets the kernel measure the peak from now on.
func resetPeakMemory(tb testing.TB) {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		tb.Skip("the kernel does not reset the peak of memory:", err)
	}
}

// peakMemory returns the process's largest resident size, in bytes.
func peakMemory(tb testing.TB) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		tb.Fatal(err)
	}
	return kib << 10
}
