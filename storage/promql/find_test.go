package promql

import (
	"slices"
	"testing"
	"time"

	"headroom/storage"
)

var always = storage.TimeRange{From: 0, To: 1 << 50}

func TestSeries(t *testing.T) {
	e := New(fleet(), Options{})
	f := func(limit, want int, selectors ...string) {
		t.Helper()
		sel, err := e.ParseSelectors(selectors)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Series(t.Context(), sel, always, limit)
		if err != nil || len(got) != want {
			t.Errorf("%v limit %d: %v, %v; want %d series", selectors, limit, got, err, want)
		}
	}

	f(0, 5, `load`)
	f(2, 2, `load`)
	f(0, 3, `load{node=~"1|2"}`, `{node=~"2|3"}`) // each once
	f(0, 0, `nothing`)
}

func TestSelectorOfEverythingIsRefused(t *testing.T) {
	for _, s := range []string{`{}`, `{node=~".*"}`, `{node!="1"}`, `{`, `load +`} {
		if _, err := New(fleet(), Options{}).ParseSelectors([]string{s}); KindOf(err) != BadQuery {
			t.Errorf("%s: %v, want a bad query", s, err)
		}
	}
}

func TestLabels(t *testing.T) {
	e := New(fleet(), Options{})
	sel, err := e.ParseSelectors([]string{`load{node="1"}`, `load{node="4"}`})
	if err != nil {
		t.Fatal(err)
	}
	names, err := e.LabelNames(t.Context(), sel, always)
	if want := []string{"__name__", "module", "node"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("names %v, %v; want %v", names, err, want)
	}
	values, err := e.LabelValues(t.Context(), "node", sel, always)
	if want := []string{"1", "4"}; err != nil || !slices.Equal(values, want) {
		t.Errorf("values %v, %v; want %v", values, err, want)
	}
	if all, err := e.LabelValues(t.Context(), "node", nil, always); err != nil || len(all) != 5 {
		t.Errorf("values of all series %v, %v; want 5", all, err)
	}
}

func TestListingsHaveATimeLimit(t *testing.T) {
	e := New(&memory{hang: make(chan struct{})}, Options{Timeout: time.Millisecond})
	sel, err := e.ParseSelectors([]string{"load"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Series(t.Context(), sel, always, 0); KindOf(err) != Timeout {
		t.Errorf("%v, want a timeout", err)
	}
}
