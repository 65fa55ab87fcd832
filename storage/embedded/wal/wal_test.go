package wal

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"sync"
	"testing"

	"headroom/storage"
)

// content is what a log holds, in order, as text.
type content []string

func (c *content) handler() Handler {
	return Handler{
		Samples: func(key string, samples []storage.Sample) { *c = append(*c, fmt.Sprint(key, samples)) },
		Deletion: func(matchers []storage.Matcher) error {
			*c = append(*c, fmt.Sprint("delete", matchers))
			return nil
		},
	}
}

func replay(t *testing.T, dir string) (content, Recovered) {
	t.Helper()
	var c content
	r, err := Replay(dir, c.handler())
	if err != nil {
		t.Fatal(err)
	}
	return c, r
}

func openLog(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func record(ref Ref, samples ...storage.Sample) []byte {
	var r Samples
	r.Reset()
	r.Add(ref, samples)
	return r.Bytes()
}

func mustAppend(t *testing.T, l *Log, record []byte) {
	t.Helper()
	if err := l.Append(record); err != nil {
		t.Fatal(err)
	}
}

func at(t int64, v float64) storage.Sample { return storage.Sample{Timestamp: t, Value: v} }

func TestReplayGivesBackWhatWasAppended(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	a, b := l.Name(0, "a"), l.Name(0, "b")
	var r Samples
	r.Reset()
	r.Add(b, []storage.Sample{at(1_700_000_000_000, 1.5), at(1_700_000_060_000, math.Inf(-1))})
	r.Add(a, []storage.Sample{at(1_600_000_000_000, -0.1)})
	mustAppend(t, l, r.Bytes())
	node, err := storage.NewMatcher(storage.NotRegexp, "node", "x|y")
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, Deletion([]storage.Matcher{storage.Metric("m"), node}))
	if err := l.Rotate(false); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, record(l.Name(a, "a"), at(1, 2)))
	if err := l.Rotate(true); err != nil {
		t.Fatal(err)
	}
	if l.Name(a, "a") == a {
		t.Error("a name of an old generation is still valid")
	}
	mustAppend(t, l, record(l.Name(0, "c"), at(3, 4)))

	got, recovered := replay(t, dir)
	want := content{
		"b[{1.5 1700000000000} {-Inf 1700000060000}]", "a[{-0.1 1600000000000}]",
		`delete[__name__="m" node!~"x|y"]`, "a[{2 1}]", "c[{4 3}]",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if recovered.Samples != 5 || recovered.Records != 4 || recovered.Torn != 0 || recovered.Damaged != nil {
		t.Errorf("recovered %+v", recovered)
	}
}

func TestStalenessMarkerKeepsItsBits(t *testing.T) {
	stale := math.Float64frombits(0x7ff0000000000002)
	_, err := decodeSamples(record(1, at(1, stale))[1:], nil, func(_ uint32, samples []storage.Sample) {
		if math.Float64bits(samples[0].Value) != math.Float64bits(stale) {
			t.Errorf("got %x", math.Float64bits(samples[0].Value))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRemoveKeepsTheNamesThatAreNeeded(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	mustAppend(t, l, record(l.Name(0, "old"), at(1, 1)))
	if err := l.Rotate(false); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, record(makeRef(1, 1), at(2, 2)))
	before := l.Segment()
	if err := l.Rotate(true); err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(before); err != nil {
		t.Fatal(err)
	}
	if got, r := replay(t, dir); !slices.Equal(got, content{"old[{2 2}]"}) || r.Damaged != nil {
		t.Errorf("after the first segment was removed: %q, %+v", got, r)
	}
	if err := l.Remove(l.Segment()); err != nil {
		t.Fatal(err)
	}
	files, err := list(dir)
	if err != nil || len(files.names) != 1 || len(files.segments) != 1 {
		t.Errorf("files that are left: %+v, %v", files, err)
	}
}

func TestWritersShareCommits(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range 50 {
				ref := l.Name(0, fmt.Sprint(w))
				if err := l.Append(record(ref, at(int64(i), 0))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if _, r := replay(t, dir); r.Samples != 400 || r.Damaged != nil || r.Torn != 0 {
		t.Errorf("recovered %+v, want 400 samples", r)
	}
}

// segmentOf returns the bytes of a segment with three records.
func segmentOf(t testing.TB) (names, segment []byte) {
	names, segment = namesHeader(), segmentHeader(1)
	for i, key := range []string{"a", "b", "c"} {
		names = appendName(names, key)
		segment = appendFrame(segment, record(makeRef(1, uint32(i+1)), at(int64(i), float64(i))))
	}
	return names, segment
}

func replayBytes(t testing.TB, names, segment []byte) (content, Recovered) {
	t.Helper()
	dir := t.TempDir()
	for path, b := range map[string][]byte{namesPath(dir, 1): names, segmentPath(dir, 1): segment} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var c content
	r, err := Replay(dir, c.handler())
	if err != nil {
		t.Fatal(err)
	}
	return c, r
}

// Wherever a crash cuts the files, the records before are there, and nothing
// is called damage.
func TestCutAnywhere(t *testing.T) {
	names, segment := segmentOf(t)
	all, _ := replayBytes(t, names, segment)
	for n := range segment {
		got, r := replayBytes(t, names, segment[:n])
		if r.Damaged != nil {
			t.Fatalf("cut at %d: damage %v", n, r.Damaged)
		}
		if !slices.Equal(got, all[:len(got)]) {
			t.Fatalf("cut at %d: got %q", n, got)
		}
		if len(got) < 3 && n > headerSize && r.Torn == 0 && (n-headerSize)%((len(segment)-headerSize)/3) != 0 {
			t.Fatalf("cut at %d: no torn bytes are reported", n)
		}
	}
	// A power loss can leave zeros where data should be.
	if got, r := replayBytes(t, names, append(slices.Clone(segment), make([]byte, 100)...)); len(got) != 3 || r.Torn != 100 || r.Damaged != nil {
		t.Errorf("zeros at the end: %q, %+v", got, r)
	}
}

func TestDamageInTheMiddleIsReported(t *testing.T) {
	names, segment := segmentOf(t)
	size := (len(segment) - headerSize) / 3
	segment[headerSize+size+frameSize+3] ^= 0x40
	got, r := replayBytes(t, names, segment)
	if want := (content{"a[{0 0}]", "c[{2 2}]"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(r.Damaged) != 1 {
		t.Errorf("damage: %v", r.Damaged)
	}
}

func TestUnknownVersionIsReported(t *testing.T) {
	names, segment := segmentOf(t)
	segment[8] = 99
	if got, r := replayBytes(t, names, segment); len(got) != 0 || len(r.Damaged) != 1 {
		t.Errorf("got %q, %+v", got, r)
	}
}

// A full disk, or one that fails: the log refuses writes until it is rotated,
// and what was acknowledged before is not lost.
func TestFailedWrite(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	ref := l.Name(0, "a")
	mustAppend(t, l, record(ref, at(1, 1)))
	_ = l.segment.f.Close() // writes fail from now on
	if err := l.Append(record(ref, at(2, 2))); err == nil {
		t.Fatal("a write to a closed file succeeded")
	}
	if err := l.Append(record(ref, at(3, 3))); err == nil {
		t.Fatal("a write after a failed write succeeded")
	}
	if err := l.Rotate(false); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, record(l.Name(ref, "a"), at(4, 4)))
	if got, r := replay(t, dir); !slices.Equal(got, content{"a[{1 1}]", "a[{4 4}]"}) || r.Damaged != nil {
		t.Errorf("got %q, %+v", got, r)
	}
}

// FuzzReplay gives the reader any bytes. It must neither panic nor allocate
// more than a multiple of them, and what it accepts must write as it read.
func FuzzReplay(f *testing.F) {
	names, segment := segmentOf(f)
	f.Add(names, segment)
	f.Add(names, appendFrame(segment, Deletion([]storage.Matcher{storage.Metric("m")})))
	f.Add(names[:20], segment[:len(segment)-3])
	f.Fuzz(func(t *testing.T, names, segment []byte) {
		r := Recovered{}
		known := map[uint32][]string{1: r.readNames("names", names)}
		var c content
		if err := r.readSegment("segment", segment, known, c.handler()); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzRecord decodes any record; whatever decodes must encode to what decodes
// alike.
func FuzzRecord(f *testing.F) {
	f.Add(record(5, at(1, 1), at(2, 2))[1:])
	f.Fuzz(func(t *testing.T, b []byte) {
		var again Samples
		again.Reset()
		first := ""
		if _, err := decodeSamples(b, nil, func(id uint32, s []storage.Sample) {
			first += fmt.Sprint(id, s)
			again.Add(makeRef(0, id), s)
		}); err != nil {
			return
		}
		second := ""
		if _, err := decodeSamples(again.Bytes()[1:], nil, func(id uint32, s []storage.Sample) { second += fmt.Sprint(id, s) }); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal([]byte(first), []byte(second)) {
			t.Fatalf("%s became %s", first, second)
		}
	})
}
