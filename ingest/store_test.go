package ingest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"headroom/internal/config"
	"headroom/storage"
)

// recorder keeps what is written to it, for tests of what arrives.
type recorder struct {
	storage.Store // the methods that ingest never calls

	mu      sync.Mutex
	samples map[string]map[int64]float64 // by series as it is written in PromQL
	err     error                        // what Write answers
	hold    chan struct{}                // if set, Write waits for it to be closed
}

func (s *recorder) Write(_ context.Context, rows []storage.Series) error {
	if s.hold != nil {
		<-s.hold
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	for _, row := range rows {
		name := seriesName(row.Labels)
		if s.samples[name] == nil {
			s.samples[name] = map[int64]float64{}
		}
		for _, sample := range row.Samples {
			s.samples[name][sample.Timestamp] = sample.Value
		}
	}
	return nil
}

func seriesName(labels []storage.Label) string {
	var parts []string
	for _, l := range labels {
		if l.Name != storage.MetricName {
			parts = append(parts, fmt.Sprintf("%s=%q", strings.Clone(l.Name), l.Value))
		}
	}
	slices.Sort(parts)
	return storage.Value(labels, storage.MetricName) + "{" + strings.Join(parts, ",") + "}"
}

// lines lists what is there, a sample a line, sorted.
func (s *recorder) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for name, samples := range s.samples {
		for _, ms := range slices.Sorted(maps.Keys(samples)) {
			v := fmt.Sprint(samples[ms])
			if decimal.IsStaleNaN(samples[ms]) {
				v = "stale"
			}
			out = append(out, fmt.Sprintf("%s %s @%d", name, v, ms))
		}
	}
	slices.Sort(out)
	return out
}

// testNow is the clock of the tests.
var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type server struct {
	*recorder
	*Ingest
	handler  http.Handler
	registry *prometheus.Registry
	log      *strings.Builder
}

// newServer starts an Ingest on a recorder; change adjusts its options.
func newServer(t testing.TB, change func(*Options)) *server {
	t.Helper()
	gin.SetMode(gin.TestMode)
	s := &server{recorder: &recorder{samples: map[string]map[int64]float64{}}, registry: prometheus.NewRegistry(), log: &strings.Builder{}}
	opts := Options{
		Store: s.recorder, Limits: config.Default().Ingest, Retention: 400 * 24 * time.Hour,
		Logger: slog.New(slog.NewTextHandler(s.log, nil)), Registerer: s.registry,
		Now: func() time.Time { return testNow },
	}
	if change != nil {
		change(&opts)
	}
	s.Ingest = New(opts)
	r := gin.New()
	s.Register(r)
	s.handler = r
	return s
}

// push sends a body and returns status and answer.
func (s *server) push(path, body string, header ...string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Body)
	return w.Code, string(b)
}

func (s *server) want(t *testing.T, lines ...string) {
	t.Helper()
	slices.Sort(lines)
	if got := s.lines(); !slices.Equal(got, lines) {
		t.Fatalf("the store has\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

// metric reads one of Headroom's own, by name and label values in the order of
// their names.
func (s *server) metric(t *testing.T, name string, values ...string) float64 {
	t.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var have []string
			for _, l := range m.GetLabel() {
				have = append(have, l.GetValue())
			}
			if slices.Equal(have, values) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return math.NaN()
}

func TestOwnMetricsAreWellFormed(t *testing.T) {
	s := newServer(t, nil)
	s.push("/api/v1/import/prometheus", "a 1\n")
	problems, err := testutil.GatherAndLint(s.registry)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", problems, err)
	}
}
