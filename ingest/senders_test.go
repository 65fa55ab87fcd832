package ingest_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"headroom/ingest"
	"headroom/ingest/graphite"
	"headroom/ingest/scrape"
	"headroom/internal/config"
	"headroom/internal/peers"
	"headroom/storage"
	"headroom/storage/embedded"
)

// headroom is the way in over a real store, on a free port.
type headroom struct {
	*ingest.Ingest
	store storage.Store
	url   string
	reg   *prometheus.Registry
}

func start(t *testing.T) *headroom {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), MemoryBytes: 64 << 20, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	in := ingest.New(ingest.Options{Store: store, Limits: config.Default().Ingest, Logger: log, Registerer: reg})
	gin.SetMode(gin.TestMode)
	r := gin.New()
	in.Register(r)
	srv := httptest.NewServer(r)
	t.Cleanup(func() {
		srv.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &headroom{in, store, srv.URL, reg}
}

// samples reads the values of the series that match.
func (h *headroom) samples(t *testing.T, matchers ...storage.Matcher) (values []float64, labels []storage.Label) {
	t.Helper()
	now := time.Now().UnixMilli()
	q := storage.Query{Matchers: matchers, Range: storage.TimeRange{From: now - 3600_000, To: now + 3600_000}}
	err := h.store.Select(context.Background(), q, func(b *storage.Block) error {
		values = append(values, b.Values...)
		labels = labels[:0]
		for _, l := range b.Labels {
			labels = append(labels, storage.Label{Name: strings.Clone(l.Name), Value: strings.Clone(l.Value)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values, labels
}

// await returns once at least n samples match.
func (h *headroom) await(t *testing.T, n int, matchers ...storage.Matcher) ([]float64, []storage.Label) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		values, labels := h.samples(t, matchers...)
		if len(values) >= n {
			return values, labels
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d samples of %v came within a minute, want %d", len(values), matchers, n)
		}
	}
}

// counter sums up one of Headroom's own counters over all labels that contain
// a value.
func (h *headroom) counter(t *testing.T, name, value string) (sum float64) {
	t.Helper()
	families, err := h.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == value {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

// exporter serves a page as a service would.
func exporter(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# TYPE headroom_load_percent gauge\nheadroom_load_percent{module=\"a\",node=\"n1\"} 42.5\nnothing NaN\n")
	}))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

// write puts a file into a new directory.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run starts a program and ends it with the test; its output is shown if the
// test fails.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", filepath.Base(program), out.String())
		}
	})
}

// peer finds a program that scripts/peers.sh builds, debian one of a package of
// scripts/install-test-tools.sh.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := peers.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func debian(t *testing.T, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("run scripts/install-test-tools.sh: %v", err)
	}
	return path
}

func TestDebianPrometheus(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	prometheusSends(t, h, debian(t, "/usr/bin/prometheus"), "")
}

func TestPrometheusRemoteWrite1(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	prometheusSends(t, h, peer(t, "prometheus"), "")
}

func TestPrometheusRemoteWrite2(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	prometheusSends(t, h, peer(t, "prometheus"), "protobuf_message: io.prometheus.write.v2.Request")
}

func prometheusSends(t *testing.T, h *headroom, program, message string) {
	file := write(t, "prometheus.yml", fmt.Sprintf(`
global: {scrape_interval: 1s, external_labels: {replica: r1}}
scrape_configs:
- {job_name: app, static_configs: [{targets: ['%s']}]}
remote_write:
- url: %s/api/v1/write
  queue_config: {batch_send_deadline: 1s}
  %s
`, exporter(t), h.url, message))
	run(t, program, "--config.file="+file, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0")

	values, labels := h.await(t, 2, storage.Metric("headroom_load_percent"), storage.Eq("module", "a"))
	if values[0] != 42.5 || storage.Value(labels, "job") != "app" || storage.Value(labels, "replica") != "r1" {
		t.Errorf("%v %v", values, labels)
	}
	if n := h.counter(t, "headroom_ingest_requests_total", "204"); n == 0 {
		t.Error("no request was answered with 204")
	}
	if n := h.counter(t, "headroom_ingest_requests_total", "400"); n > 0 {
		t.Errorf("%v requests were refused", n)
	}
	if n := h.counter(t, "headroom_ingest_rejected_samples_total", "nan"); n == 0 {
		t.Error("the NaN was not counted")
	}
}

func TestVmagent(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	file := write(t, "scrape.yml", fmt.Sprintf("scrape_configs:\n- {job_name: app, scrape_interval: 1s, static_configs: [{targets: ['%s']}]}\n", exporter(t)))
	run(t, peer(t, "vmagent"), "-promscrape.config="+file, "-remoteWrite.url="+h.url+"/api/v1/write",
		"-remoteWrite.tmpDataPath="+t.TempDir(), "-remoteWrite.flushInterval=1s", "-httpListenAddr=127.0.0.1:0")
	if values, _ := h.await(t, 2, storage.Metric("headroom_load_percent"), storage.Eq("job", "app")); values[0] != 42.5 {
		t.Error(values)
	}
}

// Headroom scrapes by itself what Prometheus would.
func TestScrapeOfNodeExporter(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	address, err := peers.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	run(t, debian(t, "/usr/bin/prometheus-node-exporter"), "--web.listen-address="+address)
	m := scrape.New(scrape.Options{Sink: h.Sink("scrape"), MaxBody: 64 << 20, Logger: slog.New(slog.DiscardHandler)})
	m.Apply([]config.ScrapeConfig{{
		JobName: "node", ScrapeInterval: config.Duration(time.Second),
		StaticConfigs: []config.StaticConfig{{Targets: []string{address}, Labels: map[string]string{"module": "a"}}},
	}})
	background(t, m.Run)
	values, labels := h.await(t, 1, storage.Metric("node_cpu_seconds_total"), storage.Eq("mode", "idle"), storage.Eq("cpu", "0"))
	if values[0] <= 0 || storage.Value(labels, "module") != "a" || storage.Value(labels, "instance") != address {
		t.Errorf("%v %v", values, labels)
	}
	h.await(t, 1, storage.Metric("up"))
}

func TestCollectdOverGraphite(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	s, err := graphite.Listen("127.0.0.1:0", graphite.Options{Sink: h.Sink("graphite"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	background(t, s.Run)
	_, port, _ := strings.Cut(s.Addr(), ":")
	dir := t.TempDir()
	file := write(t, "collectd.conf", fmt.Sprintf(`
Hostname "n1"
BaseDir "%[1]s"
PIDFile "%[1]s/pid"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin load
LoadPlugin write_graphite
<Plugin write_graphite>
  <Node headroom>
    Host "127.0.0.1"
    Port "%[2]s"
    Protocol "tcp"
    Prefix "collectd."
    LogSendErrors true
  </Node>
</Plugin>
`, dir, port))
	run(t, debian(t, "/usr/sbin/collectd"), "-f", "-C", file)
	h.await(t, 2, storage.Metric("collectd.n1.load.load.shortterm"))
	if n := h.counter(t, "headroom_ingest_rejected_samples_total", "malformed"); n > 0 {
		t.Errorf("%v of collectd's lines were not understood", n)
	}
}

func TestOpenTelemetrySDK(t *testing.T) {
	t.Parallel() // it mostly waits for the sender
	h := start(t)
	for _, compression := range []otlpmetrichttp.Compression{otlpmetrichttp.NoCompression, otlpmetrichttp.GzipCompression} {
		e, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpointURL(h.url+"/opentelemetry/v1/metrics"), otlpmetrichttp.WithCompression(compression))
		if err != nil {
			t.Fatal(err)
		}
		p := sdk.NewMeterProvider(sdk.WithReader(sdk.NewPeriodicReader(e)))
		meter := p.Meter("app")
		load, _ := meter.Float64Gauge("headroom_load_percent")
		load.Record(t.Context(), 42.5, metric.WithAttributes(attribute.String("module", "a")))
		latency, _ := meter.Float64Histogram("latency", metric.WithUnit("s"))
		latency.Record(t.Context(), 0.25)
		if err := p.Shutdown(t.Context()); err != nil { // flushes, and fails if it was refused
			t.Fatal(err)
		}
	}
	if values, _ := h.await(t, 2, storage.Metric("headroom_load_percent"), storage.Eq("module", "a")); values[0] != 42.5 {
		t.Error(values)
	}
	h.await(t, 1, storage.Metric("latency_count"))
	h.await(t, 1, storage.Metric("latency_bucket"), storage.Eq("le", "5"))
}

// background runs a part until the test ends.
func background(t *testing.T, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
