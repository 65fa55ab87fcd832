package embedded

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"headroom/storage"
	"headroom/storage/head"
)

func row(metric, node string, samples ...storage.Sample) storage.Series {
	return storage.Series{Labels: []storage.Label{{Name: storage.MetricName, Value: metric}, {Name: "node", Value: node}}, Samples: samples}
}

func sample(ago time.Duration, v float64) storage.Sample {
	return storage.Sample{Timestamp: time.Now().Add(-ago).UnixMilli(), Value: v}
}

func write(t testing.TB, s *Store, rows ...storage.Series) {
	t.Helper()
	if err := s.Write(context.Background(), rows); err != nil {
		t.Fatal(err)
	}
}

// countOf returns the samples that can be read of a metric.
func countOf(t testing.TB, s *Store, metric string) (n int) {
	t.Helper()
	q := storage.Query{Matchers: []storage.Matcher{storage.Metric(metric)}, Range: storage.TimeRange{To: math.MaxInt64}}
	if err := s.Select(context.Background(), q, func(b *storage.Block) error { n += len(b.Timestamps); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		s, err := Open(Options{Path: dir})
		if err != nil {
			t.Fatal(err)
		}
		if n := countOf(t, s, "m"); n != i {
			t.Errorf("open %d: %d samples, want %d", i, n, i)
		}
		write(t, s, row("m", "a", sample(time.Duration(i)*time.Minute, 1)))
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(walDir(dir)); err != nil || len(left) > 0 {
			t.Errorf("a closed store has a log: %v, %v", left, err)
		}
		if err := s.Write(context.Background(), []storage.Series{row("m", "a", sample(0, 1))}); err == nil {
			t.Error("a closed store takes samples")
		}
	}
}

func TestOnlyOneCanOpen(t *testing.T) {
	dir := t.TempDir()
	open(t, Options{Path: dir})
	if _, err := Open(Options{Path: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second open: %v", err)
	}
}

func TestRefused(t *testing.T) {
	const day = 24 * time.Hour
	s := open(t, Options{Retention: 30 * day, Future: 2 * day, Options: head.Options{
		Admit: func(labels []storage.Label) error {
			if storage.Value(labels, "node") == "one too many" {
				return errors.New("too many nodes")
			}
			return nil
		}}})
	err := s.Write(context.Background(), []storage.Series{
		row("m", "a", sample(31*day, 1), sample(time.Minute, 2), sample(-3*day, 3), sample(0, math.NaN())),
		row("m", "one too many", sample(0, 1), sample(time.Second, 1)),
		{Samples: []storage.Sample{sample(0, 1)}},
		{Labels: []storage.Label{{Name: "a", Value: "1"}, {Name: "a", Value: "2"}}, Samples: []storage.Sample{sample(0, 1)}},
		row("m", strings.Repeat("x", 70_000), sample(0, 1)),
		row("m", "b", sample(0, 1)),
	})
	var refused *storage.RefusedError
	if !errors.As(err, &refused) {
		t.Fatalf("got error %v, want a RefusedError", err)
	}
	want := map[string]int{storage.RefusedTooOld: 1, storage.RefusedTooFuture: 1, storage.RefusedLimit: 2, storage.RefusedLabels: 3}
	if fmt.Sprint(refused.ByReason) != fmt.Sprint(want) || refused.Samples != 7 {
		t.Errorf("refused %d: %v, want %v", refused.Samples, refused.ByReason, want)
	}
	if n := countOf(t, s, "m"); n != 2 {
		t.Errorf("%d samples were kept, want 2", n)
	}
	if stats := s.Stats(); stats.NaNs != 1 || stats.Refused[storage.RefusedLimit] != 2 || stats.ActiveSeries != 2 || s.ActiveSeriesOf("m") != 2 {
		t.Errorf("stats: %+v", stats)
	}
}

func TestCollector(t *testing.T) {
	s := open(t, Options{})
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(s)
	write(t, s, row("m", "a", sample(0, 1), sample(0, math.NaN())))
	want := `
# HELP headroom_storage_active_series Series that were written to lately.
# TYPE headroom_storage_active_series gauge
headroom_storage_active_series 1
# HELP headroom_storage_pending_samples Samples that are in memory and in the write-ahead log only.
# TYPE headroom_storage_pending_samples gauge
headroom_storage_pending_samples 1
# HELP headroom_storage_refused_samples_total Samples that the store could not keep.
# TYPE headroom_storage_refused_samples_total counter
headroom_storage_refused_samples_total{reason="nan"} 1
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "headroom_storage_active_series",
		"headroom_storage_pending_samples", "headroom_storage_refused_samples_total"); err != nil {
		t.Error(err)
	}
}

// watched notes what an observer sees.
type watched struct {
	mu  sync.Mutex
	got []string
}

type watcher struct {
	*watched
	node string
}

func (w *watched) Enter(labels []storage.Label) head.Watcher {
	if node := storage.Value(labels, "node"); node != "ignored" {
		return &watcher{w, node}
	}
	return nil
}

func (w *watcher) Add(_ int64, v float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, fmt.Sprintf("%s=%v", w.node, v))
}

func TestObserverSeesAcceptedSamplesOnce(t *testing.T) {
	dir, w := t.TempDir(), &watched{}
	s := open(t, Options{Path: dir, Options: head.Options{Observer: w}})
	write(t, s, row("m", "a", sample(time.Minute, 1), sample(0, 2)), row("m", "ignored", sample(0, 9)), row("m", "b", sample(0, 3)))
	write(t, s, row("m", "a", sample(time.Hour, 4)))
	if got, want := fmt.Sprint(w.got), "[a=1 a=2 b=3 a=4]"; got != want {
		t.Errorf("seen %s, want %s", got, want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, Options{Path: dir, Options: head.Options{Observer: w}})
	if len(w.got) != 4 {
		t.Errorf("the observer saw %v again at the start", w.got[4:])
	}
}

// With room for few samples writers wait for checkpoints, and nothing is lost.
func TestBackpressure(t *testing.T) {
	s := open(t, Options{MaxPending: 100})
	start := sample(time.Hour, 1)
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 100 {
				x, y := start, start
				x.Timestamp += int64(2 * i)
				y.Timestamp += int64(2*i + 1)
				write(t, s, row("m", fmt.Sprint(w), x, y))
			}
		})
	}
	group.Wait()
	if pending := s.head.Pending(); pending > 200+4*2 {
		t.Errorf("%d samples wait, more than there is room for", pending)
	}
	if n := countOf(t, s, "m"); n != 800 {
		t.Errorf("%d samples, want 800", n)
	}
}

func TestWaitingWriterCanBeCanceled(t *testing.T) {
	s := open(t, Options{MaxPending: 1})
	s.checkpointMu.Lock() // no checkpoint will make room
	write(t, s, row("m", "a", sample(0, 1), sample(time.Second, 1)))
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan error)
	go func() { got <- s.Write(ctx, []storage.Series{row("m", "a", sample(0, 1))}) }()
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	s.checkpointMu.Unlock()
}

func TestReadOnlyOnLowDisk(t *testing.T) {
	vm.SetFreeDiskSpaceLimit(1 << 60) // more than any disk has
	defer vm.SetFreeDiskSpaceLimit(0)
	s := open(t, Options{})
	for deadline := time.Now().Add(time.Minute); !s.Stats().ReadOnly; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the library does not notice the low disk")
		}
	}
	if err := s.Write(context.Background(), []storage.Series{row("m", "a", sample(0, 1))}); !errors.Is(err, storage.ErrReadOnly) {
		t.Errorf("got %v", err)
	}
}

// Segments of the log go once the library has their samples on disk, and a
// deletion is not undone by a replay.
func TestReplayRepeatsDeletions(t *testing.T) {
	dir := t.TempDir()
	last := func() { // a store that dies: opened, written, never closed
		s, err := Open(Options{Path: dir})
		if err != nil {
			t.Fatal(err)
		}
		write(t, s, row("m", "a", sample(0, 1)), row("m", "b", sample(0, 1)))
		if n, err := s.Delete(context.Background(), []storage.Matcher{storage.Eq("node", "a")}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		write(t, s, row("m", "c", sample(0, 1)))
		if err := s.log.Sync(); err != nil {
			t.Fatal(err)
		}
		s.die()
	}
	last()
	s := open(t, Options{Path: dir})
	if n := countOf(t, s, "m"); n != 2 || s.recovered.Samples != 3 {
		t.Errorf("%d samples after the replay of %d, want 2 of 3", n, s.recovered.Samples)
	}
}

// die lets go of the files as a killed process does: nothing more is written.
func (s *Store) die() {
	close(s.stop)
	<-s.done
	s.db.MustClose() // the library cannot be let go otherwise
	_ = s.lock.Close()
}

func TestSegmentsAreRemoved(t *testing.T) {
	s := open(t, Options{})
	first := s.log.Segment()
	write(t, s, row("m", "a", sample(0, 1)))
	if err := s.checkpoint(); err != nil {
		t.Fatal(err)
	}
	if size := s.Stats().WALBytes; size < 60 {
		t.Errorf("the log has %d bytes: a segment was removed before its samples are on disk", size)
	}
	s.checkpointMu.Lock()
	defer s.checkpointMu.Unlock()
	if err := s.removeSegments(time.Now().Add(onDisk)); err != nil {
		t.Fatal(err)
	}
	if s.log.Segment() == first || len(s.flushed) != 0 {
		t.Errorf("segment %d, flushed %v", s.log.Segment(), s.flushed)
	}
	if size := s.Stats().WALBytes; size > 60 {
		t.Errorf("the log still has %d bytes", size)
	}
}

// Idle series leave, come back, and lose nothing while writers and checkpoints
// race.
func TestSweepRace(t *testing.T) {
	s := open(t, Options{WALSync: SyncNone, FlushInterval: time.Millisecond, IdleAfter: time.Nanosecond})
	const rounds = 300
	start := time.Now().Add(-time.Hour).UnixMilli()
	var group sync.WaitGroup
	for w := range 3 {
		group.Go(func() {
			for i := range rounds {
				x := storage.Sample{Timestamp: start + int64(i), Value: 1}
				write(t, s, row("m", fmt.Sprint(w), x), row("m", fmt.Sprint(w, "b"), x))
			}
		})
	}
	group.Go(func() {
		for range rounds {
			s.head.Sweep(time.Now().Unix()+1, &s.writing)
		}
	})
	group.Wait()
	if n := countOf(t, s, "m"); n != 3*2*rounds {
		t.Errorf("%d samples, want %d", n, 3*2*rounds)
	}
}

// Close waits for calls under way and refuses later ones, also from inside of
// a Select.
func TestCloseWaitsForReaders(t *testing.T) {
	s := open(t, Options{})
	write(t, s, row("m", "a", sample(0, 1)), row("m", "b", sample(0, 1)))
	q := storage.Query{Range: storage.TimeRange{To: math.MaxInt64}}
	closed := make(chan error, 1)
	blocks := 0
	err := s.Select(context.Background(), q, func(*storage.Block) error {
		if blocks++; blocks == 1 {
			go func() { closed <- s.Close() }()
			for s.enter(context.Background()) == nil {
				s.users.Done()
			}
			if err := s.Select(context.Background(), q, nil); !errors.Is(err, errClosed) {
				t.Errorf("a Select inside: %v", err)
			}
		}
		return nil
	})
	if err != nil || blocks != 2 {
		t.Errorf("%d blocks, %v", blocks, err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
