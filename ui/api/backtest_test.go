package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"

	"headroom/analytics/backtest"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

func init() {
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
}

// backtests makes a function Backtests.
type backtests func(context.Context, backtest.Query, func(backtest.Step) error) (*backtest.Result, error)

func (f backtests) Run(ctx context.Context, q backtest.Query, step func(backtest.Step) error) (*backtest.Result, error) {
	return f(ctx, q, step)
}

// storedFleet keeps hours of the days before the worked example, of two of its modules.
func storedFleet(t *testing.T) *backtest.Stored {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), MemoryBytes: 256 << 20, WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tree := fleet.NewTree(levels)
	for module, days := range map[string]int{"SET_W13": 70, "SET_W02": 6} {
		n := tree.Add(fleet.Path{"Qzone", "WNS", "dispatch", module})
		row := storage.Series{Labels: rollup.Labels(n, levels, rollup.LoadPercent)}
		for at := minute.AddDate(0, 0, -days).Truncate(time.Hour); at.Before(minute); at = at.Add(time.Hour) {
			v := 30 + 10*math.Sin(float64(at.Hour())/24*2*math.Pi) + float64(at.YearDay()%7)
			row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v})
		}
		if err := store.Write(context.Background(), []storage.Series{row}); err != nil {
			t.Fatal(err)
		}
	}
	return &backtest.Stored{Tree: tree, Store: store}
}

// answerLines holds each line of an answer against the contract, and returns them.
func answerLines(t *testing.T, body io.Reader) (all []map[string]any) {
	t.Helper()
	doc, _ := contract()
	for scan := bufio.NewScanner(body); scan.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatalf("%q: %v", scan.Text(), err)
		}
		if err := doc.Components.Schemas["BacktestLine"].Value.VisitJSON(line); err != nil {
			t.Errorf("%.300s: %v", scan.Text(), err)
		}
		all = append(all, line)
	}
	return all
}

func TestBacktest(t *testing.T) {
	o, _ := options(t)
	o.Backtests = storedFleet(t)
	s := New(o)
	got := answerLines(t, get(t, s, "/api/v1/backtest?task=peak&path=Qzone/WNS&from=2026-09-20&asof=06:00").Body)
	if len(got) != 3 || got[0]["status"] != "running" || got[1]["done"] != 2.0 || got[1]["total"] != 2.0 || got[0]["rows"] != nil || got[2]["status"] != "success" {
		t.Fatalf("%v", got)
	}
	data := got[2]["data"].(map[string]any)
	if own := data["own"].(map[string]any); own["from"] != "2026-09-20" || own["to"] != "2026-11-21" || own["timezone"] != "Asia/Shanghai" || own["matched"] != 2.0 {
		t.Errorf("about %v", own)
	}
	if missing := data["missing"].([]any); len(missing) != 1 || !strings.Contains(missing[0].(map[string]any)["reason"].(string), "today's peak needs 7") {
		t.Errorf("missing %v", missing)
	}
	if choices := data["choices"].([]any); len(choices) != 1 || choices[0].(map[string]any)["series"] != "Qzone/WNS/dispatch/SET_W13" {
		t.Errorf("choices %v", choices)
	}

	got = answerLines(t, get(t, s, "/api/v1/backtest?task=growth&model=naive&limit=1&rows=true").Body)
	if text, _ := got[0]["rows"].(string); !strings.HasPrefix(text, "asof,target,forecast,lower,upper,actual\n") {
		t.Errorf("rows %.100q", text)
	}
	if own := got[1]["data"].(map[string]any)["own"].(map[string]any); own["replayed"] != 1.0 || own["from"] != "2026-07-25" {
		t.Errorf("of 120 days: %v", own)
	}
	got = answerLines(t, get(t, s, "/api/v1/backtest?task=band&level=business").Body)
	if missing := got[len(got)-1]["data"].(map[string]any)["missing"].([]any); len(missing) != 1 || missing[0].(map[string]any)["series"] != "Qzone" {
		t.Errorf("a group without loads: %v", missing)
	}
}

func TestBacktestFaults(t *testing.T) {
	o, _ := options(t)
	o.Backtests = storedFleet(t)
	s := New(o)
	for target, want := range map[string]string{
		"":                               "want one of [band deviation peak growth]",
		"task=luck":                      "band, deviation, peak, growth",
		"task=peak&model=oracle":         "classic, naive, calibrated",
		"task=peak&path=Qzome":           "no such node",
		"task=peak&level=room":           "business, product",
		"task=peak&coverage=95":          "share between 0 and 1",
		"task=peak&asof=noon":            "time of day as 12:00",
		"task=peak&horizon=1h":           "whole days",
		"task=peak&horizon=9999d":        "1 to 3660 days",
		"task=peak&from=2026-11-22":      "before the last one, 2026-11-21",
		"task=peak&from=2020-01-01":      "up to 399",
		"task=peak&limit=3001":           "up to 3000 nodes",
		"task=peak&rows=many":            "true or false",
		"task=peak&from=soon&to=someday": "2006-01-02",
	} {
		if w := get(t, s, "/api/v1/backtest?"+target); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %q", target, w.Code, w.Body, want)
		}
	}
}

func TestBacktestsAreMadeOneAtATime(t *testing.T) {
	o, _ := options(t)
	o.Backtests = backtests(func(context.Context, backtest.Query, func(backtest.Step) error) (*backtest.Result, error) {
		return nil, backtest.ErrBusy
	})
	w := get(t, New(o), "/api/v1/backtest?task=peak")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "one at a time") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// What fails after the first line is the last line.
func TestBacktestThatFailsHalfway(t *testing.T) {
	o, _ := options(t)
	o.Backtests = backtests(func(_ context.Context, _ backtest.Query, step func(backtest.Step) error) (*backtest.Result, error) {
		return nil, errors.Join(step(backtest.Step{Done: 1, Total: 2, Series: "a"}), errors.New("the disk is gone"))
	})
	w := get(t, New(o), "/api/v1/backtest?task=peak")
	if got := answerLines(t, w.Body); w.Code != 200 || len(got) != 2 || got[1]["status"] != "error" || got[1]["error"] != "the disk is gone" {
		t.Errorf("%d %v", w.Code, got)
	}
}

// A backtest ends when its asker leaves, and when the server closes.
func TestBacktestIsCalledOff(t *testing.T) {
	f := func(end func(s *Server, answer *http.Response)) {
		t.Helper()
		o, _ := options(t)
		ended := make(chan error, 1)
		o.Backtests = backtests(func(ctx context.Context, _ backtest.Query, step func(backtest.Step) error) (*backtest.Result, error) {
			if err := step(backtest.Step{Done: 1, Total: 2, Series: "a"}); err != nil {
				t.Error(err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(30 * time.Second):
			}
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		s := New(o)
		srv := httptest.NewServer(s.Handler())
		defer srv.Close()
		resp, err := http.Get(srv.URL + "/api/v1/backtest?task=peak")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		end(s, resp)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
	f(func(_ *Server, answer *http.Response) { _ = answer.Body.Close() })
	f(func(s *Server, _ *http.Response) { s.Close() })
}

// A backtest may take longer than a request may take to come in, and an answer to
// leave.
func TestBacktestOutlivesTheServersTimeLimits(t *testing.T) {
	o, _ := options(t)
	synctest.Test(t, func(t *testing.T) {
		o.Backtests = backtests(func(ctx context.Context, _ backtest.Query, step func(backtest.Step) error) (*backtest.Result, error) {
			for i := range 3 {
				time.Sleep(10 * time.Minute)
				if err := errors.Join(ctx.Err(), step(backtest.Step{Done: i + 1, Total: 3})); err != nil {
					return nil, err
				}
			}
			return &backtest.Result{}, nil
		})
		server, client := net.Pipe()
		s := New(o)
		srv := s.HTTPServer()
		go func() { _ = srv.Serve(&oneConn{conns: make(chan net.Conn, 1), first: server}) }()
		defer srv.Close()
		defer s.Close()
		if _, err := io.WriteString(client, "GET /api/v1/backtest?task=peak HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(client)
		if err != nil || strings.Count(string(answer), `"running"`) != 3 || !strings.Contains(string(answer), `"success"`) {
			t.Errorf("%v\n%s", err, answer)
		}
	})
}

// oneConn is a listener with one connection.
type oneConn struct {
	conns chan net.Conn
	first net.Conn
	once  sync.Once
}

func (l *oneConn) Accept() (net.Conn, error) {
	l.once.Do(func() { l.conns <- l.first })
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	close(l.conns)
	return nil
}

func (l *oneConn) Addr() net.Addr { return l.first.LocalAddr() }
