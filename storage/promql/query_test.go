package promql

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"headroom/storage"
)

var t0 = time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)

// fleet is a store with the load of five devices, one sample a minute for an
// hour from t0: device i has i + minute.
func fleet() *memory {
	m := &memory{}
	for dev := range 5 {
		s := storage.Series{Labels: labelsOf("__name__", "load", "node", fmt.Sprint(dev), "module", "WNS")}
		for minute := range 60 {
			s.Samples = append(s.Samples, storage.Sample{
				Timestamp: t0.Add(time.Duration(minute) * time.Minute).UnixMilli(), Value: float64(dev + minute),
			})
		}
		_ = m.Write(context.Background(), []storage.Series{s})
	}
	return m
}

func labelsOf(pairs ...string) (ls []storage.Label) {
	for i := 0; i < len(pairs); i += 2 {
		ls = append(ls, storage.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return ls
}

func TestInstant(t *testing.T) {
	e := New(fleet(), Options{})
	f := func(query string, at time.Time, want ...float64) {
		t.Helper()
		got, err := e.Instant(t.Context(), query, at)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d samples, want %d", query, len(got), len(want))
		}
		for i := range got {
			if got[i].Value != want[i] && !(math.IsNaN(got[i].Value) && math.IsNaN(want[i])) {
				t.Errorf("%s: sample %d is %v, want %v", query, i, got[i].Value, want[i])
			}
		}
	}

	f(`load{node="3"}`, t0.Add(10*time.Minute), 13)
	f(`avg by (module) (load)`, t0.Add(10*time.Minute), 12)
	f(`sum_over_time(load{node="0"}[10m])`, t0.Add(9*time.Minute), 45)
	f(`load{node=~"1|2"} offset 30m`, t0.Add(40*time.Minute), 11, 12)
	f(`load{node!~"[0-3]"} @ end()`, t0, 4)
	f(`0/0`, t0, math.NaN())
	f(`load`, t0.Add(-time.Minute))

	// Ten minutes after the last sample nothing is current any more.
	f(`load`, t0.Add(70*time.Minute))
}

func TestInstantKeepsLabels(t *testing.T) {
	got, err := New(fleet(), Options{}).Instant(t.Context(), `load{node="2"}`, t0)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v; want one sample", got, err)
	}
	want := labelsOf("__name__", "load", "module", "WNS", "node", "2")
	if fmt.Sprint(got[0].Labels) != fmt.Sprint(want) || got[0].Time != t0.UnixMilli() {
		t.Errorf("got %v at %d, want %v at %d", got[0].Labels, got[0].Time, want, t0.UnixMilli())
	}
}

func TestRange(t *testing.T) {
	e := New(fleet(), Options{})
	got, err := e.Range(t.Context(), `max(load)`, t0, t0.Add(30*time.Minute), 10*time.Minute)
	if err != nil || len(got) != 1 || len(got[0].Samples) != 4 {
		t.Fatalf("got %v, %v; want one series of 4 samples", got, err)
	}
	for i, s := range got[0].Samples {
		if want := float64(4 + 10*i); s.Value != want {
			t.Errorf("sample %d is %v, want %v", i, s.Value, want)
		}
	}
}

// A forecast's samples lie after now; they are read like any others.
func TestRangeInTheFuture(t *testing.T) {
	m := &memory{}
	ahead := time.Now().Add(20 * 24 * time.Hour).Truncate(time.Minute)
	_ = m.Write(t.Context(), []storage.Series{{
		Labels:  labelsOf("__name__", "load_forecast"),
		Samples: []storage.Sample{{Timestamp: ahead.UnixMilli(), Value: 41}},
	}})
	got, err := New(m, Options{}).Range(t.Context(), `load_forecast`, ahead.Add(-time.Hour), ahead.Add(time.Hour), time.Hour)
	if err != nil || len(got) != 1 || len(got[0].Samples) != 1 || got[0].Samples[0].Value != 41 {
		t.Fatalf("got %v, %v; want one sample of 41", got, err)
	}
}

func TestErrorsHaveAKind(t *testing.T) {
	f := func(name string, want Kind, opts Options, store *memory, query string) {
		t.Helper()
		_, err := New(store, opts).Instant(t.Context(), query, t0.Add(10*time.Minute))
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if KindOf(err) != want {
			t.Errorf("%s: %q is of kind %d, want %d", name, err, KindOf(err), want)
		}
	}

	f("syntax", BadQuery, Options{}, fleet(), `sum(`)
	f("expression", BadQuery, Options{}, fleet(), `load{node=~"("}`)
	f("range vector", BadQuery, Options{}, fleet(), `load[5m]`)
	f("many to many", Execution, Options{}, fleet(), `load * on (module) load`)
	f("series", TooMuch, Options{MaxSeries: 4}, fleet(), `load`)
	f("samples read", TooMuch, Options{MaxSamples: 30}, fleet(), `sum(sum_over_time(load[10m]))`)
	f("samples made", TooMuch, Options{MaxSamples: 30}, fleet(), `sum_over_time(vector(1)[1h:1m])`)
	f("samples of all queries", Busy, Options{MaxTotal: 30}, fleet(), `sum(sum_over_time(load[10m]))`)
	f("store", Storage, Options{}, &memory{fail: errors.New("disk gone")}, `load`)
	f("timeout", Timeout, Options{Timeout: time.Millisecond}, &memory{hang: make(chan struct{})}, `load`)
}

func TestCanceledQuery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(fleet(), Options{}).Instant(ctx, `load`, t0)
	if KindOf(err) != Canceled {
		t.Errorf("%v is of kind %d, want Canceled", err, KindOf(err))
	}
}

func TestRunWaitsForASlotOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{hang: make(chan struct{})}
		e := New(store, Options{MaxConcurrent: 1, MaxWait: 5 * time.Second})
		ask := func() error {
			a, err := e.Run(t.Context(), Request{Query: "load", Start: t0})
			if err == nil {
				a.Close()
			}
			return err
		}
		first := make(chan error)
		go func() { first <- ask() }()
		synctest.Wait()

		began := time.Now()
		if err := ask(); KindOf(err) != Busy {
			t.Errorf("second query: %v, want busy", err)
		}
		if waited := time.Since(began); waited != 5*time.Second {
			t.Errorf("second query waited %s, want 5s", waited)
		}
		close(store.hang)
		if err := <-first; err != nil {
			t.Errorf("first query: %v", err)
		}
		if err := ask(); err != nil {
			t.Errorf("third query: %v", err)
		}
	})
}

// The minute's own queries must get through when users hold every slot.
func TestInstantNeedsNoSlot(t *testing.T) {
	e := New(fleet(), Options{MaxConcurrent: 1})
	leave, err := e.gate.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if _, err := e.Instant(t.Context(), "load", t0); err != nil {
		t.Error(err)
	}
}

func TestSamplesAreGivenBack(t *testing.T) {
	e := New(fleet(), Options{})
	for _, query := range []string{"load", "load * on (module) load", "sum("} {
		_, _ = e.Instant(t.Context(), query, t0.Add(10*time.Minute))
		if n := e.budget.held.Load(); n != 0 {
			t.Errorf("%d samples held after %q, want none", n, query)
		}
	}
}
