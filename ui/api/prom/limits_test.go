package prom

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/promql"
)

// stubborn is a store that fails, or that does not answer before it is let go.
type stubborn struct {
	storage.Store
	fail    error
	hang    chan struct{}
	entered chan struct{} // told of each Select, unless nil
}

func (s stubborn) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	if s.fail != nil {
		return s.fail
	}
	if s.entered != nil {
		s.entered <- struct{}{}
	}
	select {
	case <-s.hang:
		return s.Store.Select(ctx, q, f)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestLimits(t *testing.T) {
	store := filled(t)
	hangs := stubborn{Store: store, hang: make(chan struct{})}
	f := func(name string, s storage.Store, limits promql.Options, params string, status int, errorType, text string) {
		t.Helper()
		resp, body := get(t, serve(t, s, limits, Options{})+"/api/v1/query?time=1767229200&"+params)
		if resp.StatusCode != status || body.ErrorType != errorType || !strings.Contains(body.Error, text) {
			t.Errorf("%s: %d %s %q; want %d %s %q", name, resp.StatusCode, body.ErrorType, body.Error, status, errorType, text)
		}
	}

	f("series", store, promql.Options{MaxSeries: 2}, "query=load", 422, "execution", "more than 2 series")
	f("samples", store, promql.Options{MaxSamples: 10}, "query=sum(sum_over_time(load[10m]))", 422, "execution", "more than 10 samples")
	f("store", stubborn{fail: errors.New("disk gone")}, promql.Options{}, "query=load", 500, "internal", "disk gone")
	f("engine's time", hangs, promql.Options{Timeout: time.Millisecond}, "query=load", 503, "timeout", "")
	f("request's time", hangs, promql.Options{}, "query=load&timeout=1ms", 503, "timeout", "")
}

func TestBusy(t *testing.T) {
	store := stubborn{Store: filled(t), hang: make(chan struct{}), entered: make(chan struct{})}
	target := serve(t, store, promql.Options{MaxConcurrent: 1, MaxWait: time.Millisecond}, Options{}) + "/api/v1/query?query=load&time=1767229200"
	first := make(chan int)
	go func() {
		resp, _ := get(t, target)
		first <- resp.StatusCode
	}()
	<-store.entered

	resp, body := get(t, target)
	if resp.StatusCode != http.StatusServiceUnavailable || body.ErrorType != "unavailable" || resp.Header.Get("Retry-After") == "" {
		t.Errorf("second query: %d %s, Retry-After %q; want 503 unavailable with a time", resp.StatusCode, body.ErrorType, resp.Header.Get("Retry-After"))
	}
	close(store.hang)
	if status := <-first; status != http.StatusOK {
		t.Errorf("first query: %d, want 200", status)
	}
}

func TestFormIsLimited(t *testing.T) {
	form := url.Values{"query": {strings.Repeat("1+", maxForm)}}
	resp, err := http.PostForm(serve(t, filled(t), promql.Options{}, Options{})+"/api/v1/query", form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("%d, want 400", resp.StatusCode)
	}
}

type envelope struct {
	Status, ErrorType, Error string
	Data                     json.RawMessage
}

func get(t *testing.T, target string) (*http.Response, envelope) {
	t.Helper()
	resp, err := http.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body envelope
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return resp, body
}
