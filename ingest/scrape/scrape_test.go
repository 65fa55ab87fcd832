package scrape

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"headroom/internal/config"
	"headroom/storage"
)

// describe writes rows as PromQL would, without times and without durations.
func describe(rows []storage.Series) (out []string) {
	for _, s := range rows {
		var parts []string
		for _, l := range s.Labels {
			if l.Name != storage.MetricName {
				parts = append(parts, fmt.Sprintf("%s=%q", l.Name, l.Value))
			}
		}
		v := fmt.Sprint(s.Samples[0].Value)
		if value.IsStaleNaN(s.Samples[0].Value) {
			v = "stale"
		}
		name := storage.Value(s.Labels, storage.MetricName)
		if name == "scrape_duration_seconds" && v != "stale" {
			v = "some"
		}
		out = append(out, name+"{"+strings.Join(parts, ",")+"} "+v)
	}
	slices.Sort(out)
	return out
}

func wantRows(t *testing.T, rows []storage.Series, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := describe(rows); !slices.Equal(got, want) {
		t.Fatalf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

var own = []storage.Label{{Name: "instance", Value: "n1:9100"}, {Name: "job", Value: "node"}}

func parse(t *testing.T, p *page, body string) []storage.Series {
	t.Helper()
	rows, err := p.parse([]byte(body), "text/plain; version=0.0.4", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestPageJoinsLabels(t *testing.T) {
	const body = "a{job=\"x\",exported_job=\"y\",mode=\"idle\"} 1\n"
	wantRows(t, parse(t, newPage(own, false, &recorder{}), body), `a{exported_exported_job="x",exported_job="y",instance="n1:9100",job="node",mode="idle"} 1`)
	wantRows(t, parse(t, newPage(own, true, &recorder{}), body), `a{exported_job="y",instance="n1:9100",job="x",mode="idle"} 1`)
}

func TestPageDescribesMetrics(t *testing.T) {
	var r recorder
	const body = "# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds What\\nit is.\na_seconds_total 1\n# EOF\n"
	if _, err := newPage(nil, false, &r).parse([]byte(body), "application/openmetrics-text; version=1.0.0", 1000); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a_seconds|counter||", "a_seconds|||seconds", "a_seconds||What\nit is.|"}; !slices.Equal(r.told, want) {
		t.Errorf("told %q, want %q", r.told, want)
	}
}

func TestPageEndsSeries(t *testing.T) {
	p := newPage(nil, false, &recorder{})
	parse(t, p, "a 1\nb 1\nc 1 5000\n")
	wantRows(t, p.ended(1000))
	parse(t, p, "a 2\n")
	// c brought its own time, so only its target knows when it ends.
	wantRows(t, p.ended(2000), "b{} stale")
	wantRows(t, p.ended(2000))
	parse(t, p, "a 3\nb 3\n")
	wantRows(t, p.end(3000), "a{} stale", "b{} stale")

	// A refused page must not end what was never stored.
	parse(t, p, "a 4\n")
	if _, err := p.parse([]byte("a 5\nnew 5\nbad{\n"), "text/plain", 4000); err == nil {
		t.Fatal("a bad line was accepted")
	}
	wantRows(t, p.end(4000), "a{} stale")
}

func TestPageReadsOpenMetrics(t *testing.T) {
	p := newPage(nil, false, &recorder{})
	rows, err := p.parse([]byte("# TYPE a counter\na_total 1 1795348800.5 # {trace=\"x\"} 1\n# EOF\n"), "application/openmetrics-text; version=1.0.0", 1000)
	if err != nil {
		t.Fatal(err)
	}
	wantRows(t, rows, "a_total{} 1")
	if ms := rows[0].Samples[0].Timestamp; ms != 1795348800500 {
		t.Errorf("time %d", ms)
	}
}

func FuzzPage(f *testing.F) {
	f.Add("a{job=\"x\"} 1\n# HELP a b\na 1 5\n", "text/plain")
	f.Add("a_total 1 # {} 1\n# EOF\n", "application/openmetrics-text")
	f.Add("\x00\x01", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	f.Fuzz(func(t *testing.T, body, contentType string) {
		p := newPage(own, false, &recorder{})
		rows, err := p.parse([]byte(body), contentType, 1000)
		if err != nil {
			return
		}
		for _, r := range rows {
			if storage.Value(r.Labels, "job") != "node" {
				t.Errorf("%q took the target's job: %v", body, r.Labels)
			}
		}
		if n := len(p.end(2000)); n > len(rows) {
			t.Errorf("%q: %d series end, but there were %d samples", body, n, len(rows))
		}
	})
}

func FuzzTargets(f *testing.F) {
	f.Add(`[{"targets":["a:1","b/c"],"labels":{"__scheme__":"x","__param_a":"b"}}]`)
	f.Fuzz(func(t *testing.T, body string) {
		groups, err := parseTargets([]byte(body))
		if err != nil {
			return
		}
		for _, g := range groups {
			for _, address := range g.Targets {
				target, err := newTarget(&config.ScrapeConfig{}, address, g.Labels)
				if err == nil && (target.url.Scheme != "http" && target.url.Scheme != "https" || target.offset() >= target.interval()) {
					t.Errorf("%q became %s", address, target.url)
				}
			}
		}
	})
}

func TestTargets(t *testing.T) {
	f := func(c config.ScrapeConfig, address string, labels map[string]string, want string) {
		t.Helper()
		target, err := newTarget(&c, address, labels)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(target.url, target.labels); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}

	f(config.ScrapeConfig{JobName: "j"}, "n1:9100", nil, "http://n1:9100/metrics [{instance n1:9100} {job j}]")
	f(config.ScrapeConfig{JobName: "j", Scheme: "https", MetricsPath: "/m", Params: url.Values{"a": {"1", "2"}}}, "n1",
		map[string]string{"job": "k", "__param_b": "3", "__metrics_path__": "/other", "module": "x"},
		"https://n1/other?a=1&a=2&b=3 [{instance n1} {job k} {module x}]")
	for _, bad := range []string{"", "http://n1:9100", "n1:9100/metrics", "n1:port"} {
		if _, err := newTarget(&config.ScrapeConfig{}, bad, nil); err == nil {
			t.Errorf("%q is accepted as an address", bad)
		}
	}
}

// recorder keeps all that is written.
type recorder struct {
	mu   sync.Mutex
	rows []string
	told []string // about metrics: name|kind|help|unit
}

func (r *recorder) Describe(metric, kind, help, unit string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, strings.Join([]string{metric, kind, help, unit}, "|"))
}

func (r *recorder) Write(_ context.Context, _ string, rows []storage.Series) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, describe(rows)...)
	return nil
}

// await waits until all of want have been written, and returns what was.
func (r *recorder) await(t *testing.T, want ...string) []string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		r.mu.Lock()
		got := slices.Clone(r.rows)
		r.mu.Unlock()
		missing := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return slices.Contains(got, s) })
		if len(missing) == 0 {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("missing %q in\n  %s", missing, strings.Join(slices.Compact(slices.Sorted(slices.Values(got))), "\n  "))
		}
	}
}

// start runs a Manager over a recorder until the test ends.
func start(t *testing.T, configs ...config.ScrapeConfig) (*Manager, *recorder) {
	var r recorder
	m := New(Options{Sink: &r, MaxBody: 1 << 10, Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	m.Apply(configs)
	return m, &r
}

// server serves a page that the test can change, and answers http_sd.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	body string
	code int
}

func newServer(t *testing.T) *server {
	s := &server{code: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.URL.Path == "/sd" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(s.code)
		_, _ = w.Write([]byte(s.body))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(code int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code, s.body = code, body
}

func (s *server) address() string { return s.Listener.Addr().String() }

func job(name string, s *server) config.ScrapeConfig {
	return config.ScrapeConfig{
		JobName: name, ScrapeInterval: config.Duration(20 * time.Millisecond), ScrapeTimeout: config.Duration(10 * time.Second),
		StaticConfigs: []config.StaticConfig{{Targets: []string{s.address()}, Labels: map[string]string{"instance": "n1"}}},
	}
}

func TestScraping(t *testing.T) {
	s := newServer(t)
	s.serve(200, "a 1\nb 1\n")
	m, r := start(t, job("j", s))
	r.await(t, `a{instance="n1",job="j"} 1`, `b{instance="n1",job="j"} 1`, `up{instance="n1",job="j"} 1`,
		`scrape_samples_scraped{instance="n1",job="j"} 2`, `scrape_duration_seconds{instance="n1",job="j"} some`)

	s.serve(200, "a 2\n")
	if got := r.await(t, `b{instance="n1",job="j"} stale`); slices.Contains(got, `a{instance="n1",job="j"} stale`) {
		t.Error("a ended as well")
	}
	s.serve(500, "")
	r.await(t, `a{instance="n1",job="j"} stale`, `up{instance="n1",job="j"} 0`)
	if st := m.Targets(); len(st) != 1 || st[0].Health != "down" || !strings.Contains(st[0].Error, "500") {
		t.Errorf("%+v", st)
	}
	s.serve(200, strings.Repeat("a 1\n", 1<<10))
	r.await(t, `scrape_samples_scraped{instance="n1",job="j"} 0`)

	s.serve(200, "a 3\n")
	r.await(t, `a{instance="n1",job="j"} 3`)
	m.Apply(nil)
	r.await(t, `up{instance="n1",job="j"} stale`, `scrape_duration_seconds{instance="n1",job="j"} stale`)
	if st := m.Targets(); len(st) != 0 {
		t.Errorf("%+v", st)
	}
}

// A restart must end no series: they go on.
func TestStoppingEndsNothing(t *testing.T) {
	s := newServer(t)
	s.serve(200, "a 1\n")
	var r *recorder
	t.Run("run", func(t *testing.T) {
		_, r = start(t, job("j", s))
		r.await(t, `a{instance="n1",job="j"} 1`)
	})
	for _, row := range r.rows {
		if strings.HasSuffix(row, "stale") || strings.HasPrefix(row, "up") && strings.HasSuffix(row, " 0") {
			t.Errorf("%s was written at the end", row)
		}
	}
}

func TestDiscovery(t *testing.T) {
	s, sd := newServer(t), newServer(t)
	s.serve(200, "a 1\n")
	sd.serve(200, fmt.Sprintf(`[{"targets":[%q],"labels":{"module":"x","instance":"n1"}}]`, s.address()))
	c := config.ScrapeConfig{
		JobName: "j", ScrapeInterval: config.Duration(20 * time.Millisecond), ScrapeTimeout: config.Duration(10 * time.Second),
		HTTPSDConfigs: []config.HTTPSDConfig{{URL: sd.URL + "/sd", RefreshInterval: config.Duration(20 * time.Millisecond)}},
	}
	_, r := start(t, c)
	r.await(t, `a{instance="n1",job="j",module="x"} 1`)

	// While discovery fails the last targets stay.
	sd.serve(500, "")
	s.serve(200, "a 2\n")
	r.await(t, `a{instance="n1",job="j",module="x"} 2`)
	sd.serve(200, `[]`)
	r.await(t, `up{instance="n1",job="j",module="x"} stale`)
}
