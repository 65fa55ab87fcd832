package head

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"headroom/storage"
)

func labels(pairs ...string) (l []storage.Label) {
	for i := 0; i < len(pairs); i += 2 {
		l = append(l, storage.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return l
}

func key(t testing.TB, pairs ...string) string {
	t.Helper()
	k, err := AppendKey(nil, labels(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return string(k)
}

func at(times ...int64) (s []storage.Sample) {
	for _, t := range times {
		s = append(s, storage.Sample{Timestamp: t, Value: float64(t)})
	}
	return s
}

// add enters a series and appends samples.
func add(t testing.TB, h *Head, now int64, l []storage.Label, times ...int64) {
	t.Helper()
	s, err := h.Enter(nil, l, now)
	if err != nil {
		t.Fatal(err)
	}
	h.Append(s, at(times...))
	h.Appended(len(times))
}

func TestKey(t *testing.T) {
	want := key(t, "__name__", "m", "a", "1", "b", "2")
	f := func(pairs ...string) {
		t.Helper()
		if got := key(t, pairs...); got != want {
			t.Errorf("key of %q is %q, want %q", pairs, got, want)
		}
	}
	f("b", "2", "a", "1", "__name__", "m")
	f("__name__", "m", "a", "1", "b", "2", "c", "")

	if got := Labels(want); !reflect.DeepEqual(got, labels("__name__", "m", "a", "1", "b", "2")) {
		t.Errorf("labels of the key: %v", got)
	}
	if !hasLabels(want, labels("__name__", "m", "a", "1", "b", "2")) || hasLabels(want, labels("__name__", "m", "a", "1")) ||
		hasLabels(want, labels("__name__", "m", "a", "1", "b", "3")) || hasLabels(want, labels("__name__", "m", "a", "1", "b", "2", "c", "3")) {
		t.Error("hasLabels differs from AppendKey")
	}
	for _, bad := range [][]string{nil, {"a", ""}, {"", "x"}, {"a", "1", "a", "2"}} {
		if _, err := AppendKey(nil, labels(bad...)); err == nil {
			t.Errorf("labels %q have a key", bad)
		}
	}
}

// FuzzValidKey: what is valid can be taken apart, and gives the same key again
// if it is one that AppendKey makes.
func FuzzValidKey(f *testing.F) {
	f.Add(key(f, "__name__", "m", "a", "1"))
	f.Fuzz(func(t *testing.T, k string) {
		if !ValidKey(k) {
			return
		}
		_, _ = metricOf(k), Value(k, "a")
		if again, err := AppendKey(nil, Labels(k)); err == nil && !ValidKey(string(again)) {
			t.Fatalf("%q became %q", k, again)
		}
	})
}

func TestDrain(t *testing.T) {
	h := New(Options{})
	l := labels("__name__", "m")
	all := storage.TimeRange{To: 1000}
	drain := func(now int64) (got []int64) {
		h.Drain(now, func(_ string, samples []storage.Sample) {
			for _, s := range samples {
				got = append(got, s.Timestamp)
			}
		})
		return got
	}
	held := func() int {
		found := h.Select(nil, all)
		if len(found) == 0 {
			return 0
		}
		return len(found[0].Samples)
	}
	add(t, h, 100, l, 1, 2)
	if got := drain(100); !reflect.DeepEqual(got, []int64{1, 2}) || held() != 2 || h.Pending() != 0 {
		t.Errorf("first drain: %v, %d held, %d pending", got, held(), h.Pending())
	}
	// The storage below may not find so young a series yet.
	add(t, h, 101, l, 3)
	if got := drain(102); !reflect.DeepEqual(got, []int64{3}) || held() != 3 {
		t.Errorf("drain of a young series: %v, %d held", got, held())
	}
	// Later, what was drained before goes, and what is drained now stays once more.
	add(t, h, 120, l, 4)
	if got := drain(120); !reflect.DeepEqual(got, []int64{4}) || held() != 1 {
		t.Errorf("drain of a settled series: %v, %d held", got, held())
	}
	if got := drain(180); got != nil || held() != 0 {
		t.Errorf("drain of nothing: %v, %d held", got, held())
	}
}

func TestSweepAndLimits(t *testing.T) {
	var left []string
	full := errors.New("full")
	var h *Head
	h = New(Options{
		Admit: func(l []storage.Label) error {
			if h.ActiveOf(storage.Value(l, "__name__")) >= 2 {
				return full
			}
			return nil
		},
		Leave: func(l []storage.Label) { left = append(left, storage.Value(l, "i")) },
	})
	add(t, h, 100, labels("__name__", "m", "i", "1"), 1)
	add(t, h, 200, labels("__name__", "m", "i", "2"), 1)
	if _, err := h.Enter(nil, labels("__name__", "m", "i", "3"), 200); err != full {
		t.Errorf("a third series enters: %v", err)
	}
	add(t, h, 200, labels("__name__", "other", "i", "4"), 1)

	if n := h.Sweep(300, &sync.Mutex{}); n != 0 {
		t.Errorf("%d series left with samples that were not drained", n)
	}
	h.Drain(200, func(string, []storage.Sample) {})
	h.Drain(300, func(string, []storage.Sample) {})
	if n := h.Sweep(150, &sync.Mutex{}); n != 1 || !reflect.DeepEqual(left, []string{"1"}) {
		t.Errorf("%d left: %v, want 1", n, left)
	}
	if h.Active() != 2 || h.ActiveOf("m") != 1 {
		t.Errorf("%d active, %d of m", h.Active(), h.ActiveOf("m"))
	}
	add(t, h, 200, labels("__name__", "m", "i", "3"), 1)
}

// A series that left must not be found by the one that came before it.
func TestSuccessorThatLeft(t *testing.T) {
	h := New(Options{})
	a, b := labels("__name__", "a"), labels("__name__", "b")
	enter := func() (*Series, *Series) {
		first, err1 := h.Enter(nil, a, 1)
		second, err2 := h.Enter(first, b, 1)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return first, second
	}
	_, before := enter()
	if _, again := enter(); again != before {
		t.Error("the successor is not the same series")
	}
	if n := h.Delete([]storage.Matcher{storage.Metric("b")}); n != 1 {
		t.Fatalf("%d deleted", n)
	}
	if _, again := enter(); again == before {
		t.Error("a deleted series is still written to")
	}
}

// With every hash in one chain, series are still told apart and removed.
func TestHashCollisions(t *testing.T) {
	var sh shard
	sh.byHash, sh.metrics = map[uint64]*Series{}, map[string]*group{}
	var all []*Series
	for i := range 5 {
		s := &Series{key: key(t, "__name__", "m", "i", fmt.Sprint(i)), hash: 7}
		sh.insert(s)
		all = append(all, s)
	}
	for n, i := range []int{2, 0, 4, 1, 3} {
		sh.remove(all[i])
		if sh.find(7, []byte(all[i].key)) != nil {
			t.Errorf("series %d is still found", i)
		}
		found := 0
		for _, s := range all {
			if sh.find(7, []byte(s.key)) == s {
				found++
			}
		}
		if found != 4-n {
			t.Errorf("%d series are found, want %d", found, 4-n)
		}
	}
	if len(sh.byHash) != 0 || len(sh.metrics) != 0 {
		t.Errorf("left over: %v, %v", sh.byHash, sh.metrics)
	}
}

func TestSelect(t *testing.T) {
	h := New(Options{})
	add(t, h, 1, labels("__name__", "m", "node", "a"), 10, 20, 30)
	add(t, h, 1, labels("__name__", "m", "node", "b"), 100)
	add(t, h, 1, labels("__name__", "n", "node", "a"), 10)
	not, err := storage.NewMatcher(storage.NotEqual, "node", "b")
	if err != nil {
		t.Fatal(err)
	}
	f := func(want string, r storage.TimeRange, matchers ...storage.Matcher) {
		t.Helper()
		got := ""
		for _, found := range h.Select(matchers, r) {
			got += fmt.Sprint(Value(found.Key, "__name__"), Value(found.Key, "node"), len(found.Samples), " ")
		}
		if got != want {
			t.Errorf("%v: got %q, want %q", matchers, got, want)
		}
	}
	f("ma2 ", storage.TimeRange{From: 15, To: 30}, storage.Metric("m"), storage.Eq("node", "a"))
	f("ma3 ", storage.TimeRange{To: 1000}, storage.Metric("m"), not)
	f("mb1 ", storage.TimeRange{From: 50, To: 1000})
	f("", storage.TimeRange{From: 50, To: 60})
	f("", storage.TimeRange{To: 1000}, storage.Metric("no such"))
}

// The index answers as looking at each series does, while series come and go.
func TestIndexAgreesWithScan(t *testing.T) {
	h := New(Options{})
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 30 {
		for range 200 {
			add(t, h, int64(round), labels("__name__", "m", "a", fmt.Sprint(random.IntN(7)), "b", fmt.Sprint(random.IntN(300)),
				"c", []string{"", "x"}[random.IntN(2)]), 1)
		}
		h.Delete([]storage.Matcher{storage.Eq("b", fmt.Sprint(random.IntN(300)))})
		h.Delete([]storage.Matcher{storage.Eq("a", fmt.Sprint(random.IntN(7))), storage.Eq("c", "x")})
		for _, m := range [][]storage.Matcher{
			{storage.Eq("a", "3")}, {storage.Eq("a", "3"), storage.Eq("b", "17")}, {storage.Eq("c", "")}, {storage.Eq("c", "x"), storage.Eq("a", "1")},
		} {
			want := 0
			for _, f := range h.Select(nil, storage.TimeRange{To: 10}) {
				if storage.MatchesAll(m, Labels(f.Key)) {
					want++
				}
			}
			if got := len(h.Select(m, storage.TimeRange{To: 10})); got != want {
				t.Fatalf("round %d: %v selects %d series, want %d", round, m, got, want)
			}
		}
	}
}

// BenchmarkSelectOne looks for one module among the series of many.
func BenchmarkSelectOne(b *testing.B) {
	h := New(Options{})
	for i := range 200_000 {
		add(b, h, 1, labels("__name__", "headroom_busy_seconds_total", "module", fmt.Sprint("module-", i/40),
			"node", fmt.Sprint("node-", i/20), "process", fmt.Sprint("worker-", i%20)), 1)
	}
	m := []storage.Matcher{storage.Metric("headroom_busy_seconds_total"), storage.Eq("module", "module-777")}
	for b.Loop() {
		if n := len(h.Select(m, storage.TimeRange{To: 10})); n != 40 {
			b.Fatal(n)
		}
	}
}

// Loading history must not leave its memory with every series.
func TestBurstGivesItsMemoryBack(t *testing.T) {
	h := New(Options{})
	s, err := h.Enter(nil, []storage.Label{{Name: storage.MetricName, Value: "m"}}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	h.Append(s, make([]storage.Sample, 2016))
	for now := int64(1000); now < 1100; now += 30 {
		h.Drain(now, func(string, []storage.Sample) {})
	}
	if n := cap(s.samples); n > usualRoom {
		t.Errorf("room for %d samples is kept, want at most %d", n, usualRoom)
	}
}
