package embedded

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/storage"
)

// The test binary runs itself as the writer that is killed.
const (
	writerDir  = "HEADROOM_TEST_WRITER_DIR"
	writerSync = "HEADROOM_TEST_WRITER_SYNC"
	batchSize  = 50 // series, one sample each
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeUntilKilled(dir, os.Getenv(writerSync))
	}
	os.Exit(m.Run())
}

// writeUntilKilled writes batch after batch and prints the number of each that
// was acknowledged, and of what was deleted.
func writeUntilKilled(dir, sync string) {
	s, err := Open(Options{Path: dir, WALSync: sync, FlushInterval: 20 * time.Millisecond})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	first, err := strconv.Atoi(os.Getenv(writerFirst))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for n := first; ; n++ {
		if err := s.Write(context.Background(), batch(n)); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
}

const writerFirst = "HEADROOM_TEST_WRITER_FIRST"

// batch is the samples of a number: old series go on and new ones come.
func batch(n int) []storage.Series {
	rows := make([]storage.Series, batchSize)
	for i := range rows {
		rows[i].Labels = []storage.Label{
			{Name: storage.MetricName, Value: "killed"},
			{Name: "series", Value: strconv.Itoa(i + n/10)},
		}
		rows[i].Samples = []storage.Sample{{Timestamp: batchTime(n), Value: float64(n)}}
	}
	return rows
}

var killStart = time.Now().Add(-24 * time.Hour).Truncate(24 * time.Hour).UnixMilli()

func batchTime(n int) int64 { return killStart + int64(n) }

// killWriter starts a writer, kills it after a while and returns the number of
// the last batch that it printed.
func killWriter(t *testing.T, dir, sync string, first int, after time.Duration) int {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerDir+"="+dir, writerSync+"="+sync, writerFirst+"="+strconv.Itoa(first))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	last := first - 1
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if last < first { // it runs: from now on it may die at any moment
			time.AfterFunc(after, func() { _ = c.Process.Kill() })
		}
		n, err := strconv.Atoi(strings.TrimSpace(lines.Text()))
		if err != nil {
			t.Fatalf("the writer said %q", lines.Text())
		}
		last = n
	}
	_ = c.Wait() // "signal: killed"
	if last < first {
		t.Fatal("the writer acknowledged nothing")
	}
	return last
}

// missing returns which batches up to last are not complete.
func missing(t *testing.T, s *Store, last int) (lost []int) {
	t.Helper()
	count := make([]int, last+1)
	q := storage.Query{Matchers: []storage.Matcher{storage.Metric("killed")}, Range: storage.TimeRange{From: batchTime(0), To: batchTime(last)}}
	err := s.Select(context.Background(), q, func(b *storage.Block) error {
		for i, x := range b.Timestamps {
			if batchTime(int(b.Values[i])) != x {
				t.Errorf("%v has the value %v at %d", b.Labels, b.Values[i], x)
			}
			count[x-killStart]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range count {
		if count[n] != batchSize {
			lost = append(lost, n)
		}
	}
	return lost
}

// A store is killed at random moments, again and again, and keeps each batch
// that it acknowledged. Without fsync that holds as well, since the system
// lives on; the test says what was lost, if anything.
func TestKill(t *testing.T) {
	for _, sync := range []string{SyncCommit, SyncNone} {
		t.Run(sync, func(t *testing.T) {
			t.Parallel() // most of the time is waiting for disks and deaths
			dir, last := t.TempDir(), -1
			for range 4 {
				last = killWriter(t, dir, sync, last+1, time.Duration(rand.Int64N(int64(400*time.Millisecond))))
				s, err := Open(Options{Path: dir})
				if err != nil {
					t.Fatal(err)
				}
				lost := missing(t, s, last)
				t.Logf("killed after batch %d: %d batches lost, %d samples recovered, %d bytes torn", last, len(lost), s.recovered.Samples, s.recovered.Torn)
				if len(lost) > 0 || s.recovered.Damaged != nil {
					t.Errorf("lost %v, damaged %v", lost, s.recovered.Damaged)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
