package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unsafe"

	"headroom/storage"
)

func unsafeString(b []byte) string { return unsafe.String(&b[0], len(b)) }

func strangeLabels(s *suite) {
	t0, m := float64(start()), s.metric()
	rows := []storage.Series{
		with(series(m, "v", "业务 → 模块"), t0, 1),
		with(series(m, "v", "a\x00b\x01c\x02d"), t0, 2),
		with(series(m, "v", "quote\" back\\slash\nline"), t0, 3),
		with(series(m, "v", "(a|b)*.{2}"), t0, 4),
	}
	s.write(rows...)
	s.expect(of(m), rows...)
	for _, row := range rows {
		s.expect(of(m, storage.Eq("v", row.Labels[1].Value)), row)
	}
}

func emptyLabels(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(with(series(m, "empty", "", "node", "a"), t0, 1))
	s.write(with(series(m, "node", "a"), t0+minute, 2))
	s.expect(of(m), with(series(m, "node", "a"), t0, 1, t0+minute, 2))
}

func labelOrder(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(with(series(m, "a", "1", "b", "2"), t0, 1))
	back := with(series(m, "b", "2", "a", "1"), t0+minute, 2)
	slices.Reverse(back.Labels)
	s.write(back)
	s.expect(of(m), with(series(m, "a", "1", "b", "2"), t0, 1, t0+minute, 2))
}

func matchers(s *suite) {
	t0, m := float64(start()), s.metric()
	a := with(series(m, "module", "dispatch", "node", "a"), t0, 1)
	b := with(series(m, "module", "dispatch", "node", "b"), t0, 2)
	c := with(series(m, "module", "feed", "node", "c"), t0, 3)
	d := with(series(m, "module", "feed"), t0, 4)
	s.write(a, b, c, d)

	f := func(op storage.MatchOp, name, value string, want ...storage.Series) {
		s.Helper()
		matcher, err := storage.NewMatcher(op, name, value)
		if err != nil {
			s.Fatal(err)
		}
		s.expect(of(m, matcher), want...)
	}
	f(storage.Equal, "module", "feed", c, d)
	f(storage.Equal, "module", "no such")
	f(storage.NotEqual, "module", "feed", a, b)
	f(storage.Regexp, "node", "a|c", a, c)
	f(storage.Regexp, "module", "d.*", a, b)
	f(storage.Regexp, "module", "isp") // anchored at both ends
	f(storage.NotRegexp, "node", "a|b", c, d)

	// A label that a series lacks counts as empty.
	f(storage.Equal, "node", "", d)
	f(storage.NotEqual, "node", "", a, b, c)
	f(storage.Regexp, "node", ".*", a, b, c, d)
	f(storage.Regexp, "node", ".+", a, b, c)
	f(storage.Regexp, "node", "a|", a, d)
	f(storage.NotRegexp, "node", ".+", d)
	f(storage.NotEqual, "other", "x", a, b, c, d)

	// The metric's name is a label as any other.
	re, err := storage.NewMatcher(storage.Regexp, storage.MetricName, m+"|no_such_metric")
	if err != nil {
		s.Fatal(err)
	}
	s.expect(storage.Query{Matchers: []storage.Matcher{re, storage.Eq("node", "b")}, Range: always()}, b)
}

func labels(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(
		with(series(m, "module", "dispatch", "node", "a"), t0, 1),
		with(series(m, "module", "feed", "node", "b"), t0, 1),
		with(series(m, "module", "feed", "process", "7"), t0, 1))
	ctx := context.Background()

	names := func(q storage.Query, want ...string) {
		s.Helper()
		if got, err := s.store.LabelNames(ctx, q); err != nil || !slices.Equal(got, want) {
			s.Errorf("label names of %v: got %q, %v; want %q", q.Matchers, got, err, want)
		}
	}
	values := func(name string, q storage.Query, want ...string) {
		s.Helper()
		if got, err := s.store.LabelValues(ctx, name, q); err != nil || !slices.Equal(got, want) {
			s.Errorf("values of %s of %v: got %q, %v; want %q", name, q.Matchers, got, err, want)
		}
	}
	names(of(m), storage.MetricName, "module", "node", "process")
	names(of(m, storage.Eq("module", "dispatch")), storage.MetricName, "module", "node")
	values("module", of(m), "dispatch", "feed")
	values("node", of(m, storage.Eq("module", "feed")), "b")
	values("no such label", of(m))
	values(storage.MetricName, of(m), m)

	all, err := s.store.LabelValues(ctx, storage.MetricName, storage.Query{Range: always()})
	if err != nil || !slices.Contains(all, m) || !slices.IsSorted(all) {
		s.Errorf("metric names without matchers: %d, %v; want %s among them, sorted", len(all), err, m)
	}
}

func listSeries(s *suite) {
	t0, m := float64(start()), s.metric()
	a := with(series(m, "module", "dispatch", "node", "业务\"\n"), t0, 1)
	b := with(series(m, "Module", "feed", "node", "b"), t0, 1, t0+minute, 2)
	s.write(a, b)
	list := func(q storage.Query, want ...storage.Series) {
		s.Helper()
		got := map[string]int{}
		err := s.store.Series(context.Background(), q, func(ls []storage.Label) error { got[name(ls)]++; return nil })
		if err != nil || len(got) != len(want) {
			s.Errorf("series of %v: got %v, %v; want %d", q.Matchers, got, err, len(want))
		}
		for _, w := range want {
			slices.SortFunc(w.Labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
			if n := got[name(w.Labels)]; n != 1 {
				s.Errorf("series of %v: %s is listed %d times", q.Matchers, name(w.Labels), n)
			}
		}
	}
	list(of(m), a, b)
	list(of(m, storage.Eq("module", "dispatch")), a)
	list(of(m, storage.Eq("module", "")), b)
	list(of(m, storage.Eq("module", "no such")))
	s.write(with(b, t0+2*minute, 3))
	list(of(m), a, b)

	q := of(m)
	q.MaxSeries = 1
	var limit *storage.LimitError
	if err := s.store.Series(context.Background(), q, func([]storage.Label) error { return nil }); !errors.As(err, &limit) || limit.Limit != 1 {
		s.Errorf("2 series with a limit of 1: got error %v, want a LimitError of 1", err)
	}
	stop := errors.New("enough")
	if err := s.store.Series(context.Background(), of(m), func([]storage.Label) error { return stop }); err != stop {
		s.Errorf("got error %v, want the visitor's", err)
	}
}

func seriesLimit(s *suite) {
	t0, m := float64(start()), s.metric()
	rows := []storage.Series{with(series(m, "n", "1"), t0, 1), with(series(m, "n", "2"), t0, 1), with(series(m, "n", "3"), t0, 1)}
	s.write(rows...)
	q := of(m)
	q.MaxSeries = 3
	s.expect(q, rows...)

	q.MaxSeries = 2
	err := s.store.Select(context.Background(), q, func(*storage.Block) error { return nil })
	var limit *storage.LimitError
	if !errors.As(err, &limit) || limit.Limit != 2 {
		s.Errorf("3 series with a limit of 2: got error %v, want a LimitError of 2", err)
	}
}

func visitorError(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(with(series(m, "n", "1"), t0, 1), with(series(m, "n", "2"), t0, 1))
	stop, calls := errors.New("enough"), 0
	err := s.store.Select(context.Background(), of(m), func(*storage.Block) error { calls++; return stop })
	if err != stop || calls != 1 {
		s.Errorf("got error %v after %d calls, want %v after 1", err, calls, stop)
	}
}

func canceled(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(with(series(m), t0, 1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := s.store.Select(ctx, of(m), func(*storage.Block) error { return nil })
	if !errors.Is(err, context.Canceled) {
		s.Errorf("select: got %v, want %v", err, context.Canceled)
	}
	if _, err = s.store.LabelNames(ctx, of(m)); !errors.Is(err, context.Canceled) {
		s.Errorf("label names: got %v, want %v", err, context.Canceled)
	}
	if err = s.store.Series(ctx, of(m), func([]storage.Label) error { return nil }); !errors.Is(err, context.Canceled) {
		s.Errorf("series: got %v, want %v", err, context.Canceled)
	}
}

func deleteSeries(s *suite) {
	t0, m := float64(start()), s.metric()
	a, b := with(series(m, "node", "a"), t0, 1), with(series(m, "node", "b"), t0, 2)
	s.write(a, b)
	n, err := s.store.Delete(context.Background(), []storage.Matcher{storage.Metric(m), storage.Eq("node", "a")})
	if err != nil || n != 1 {
		s.Fatalf("delete: %d, %v; want 1 series", n, err)
	}
	s.expect(of(m), b)

	// A series that was deleted can come back, without its past.
	again := with(series(m, "node", "a"), t0+minute, 3)
	s.write(again)
	s.expect(of(m), again, b)

	if _, err := s.store.Delete(context.Background(), nil); err == nil {
		s.Error("delete without a matcher: want an error")
	}
}
