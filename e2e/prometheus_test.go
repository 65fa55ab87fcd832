package e2e

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"headroom/internal/peers"
)

// machines is the configuration of README's "With samples of its own", quick
// enough for a test.
const machines = `
hierarchy: [job]
node_label: instance
signals:
  load:
    query: 100 * (1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[1m])))
`

// This is the whole way: Debian's exporters and Prometheus send to Headroom,
// and a second Headroom looks at that Prometheus. Both see the same machine.
func TestBesidePrometheus(t *testing.T) {
	t.Parallel()
	config := File(t, "headroom.yml", machines)
	own := StartServer(t, "--config.file="+config)
	prometheus := startPrometheus(t, own.URL)
	shadow := StartServer(t, "--config.file="+config, "--prometheus.url="+prometheus)
	bare := StartServer(t, "--prometheus.url="+prometheus)

	loads := [2]map[time.Time]float64{{}, {}}
	Eventually(t, 2*tableWithin, "both tables show the same two minutes", func() bool {
		both := 0
		for i, s := range []*Server{own, shadow} {
			s.mustRun()
			if r := s.Rows("")["machines"]; r.Load != nil {
				loads[i][r.At.UTC()] = *r.Load
			}
		}
		for at := range loads[0] {
			if _, ok := loads[1][at]; ok {
				both++
			}
		}
		return both >= 2
	})
	for at, load := range loads[0] {
		// The sender's queue may hold back the newest scrapes of the minute.
		if other, ok := loads[1][at]; ok && math.Abs(load-other) > 5 {
			t.Errorf("at %v the load is %v by remote write and %v in shadow mode", at, load, other)
		}
	}
	const load = `100 * (1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[1m])))`
	other := Web{t: t, URL: prometheus}
	at := time.Now()
	Eventually(t, 30*time.Second, "once all scrapes have arrived, a query has the same answer here and there", func() bool {
		got, ok := own.Number(load, at)
		want, okToo := other.Number(load, at)
		return ok && okToo && math.Abs(got-want) < 1e-9
	})
	if v := own.Query(`namedprocess_namegroup_num_procs{job="processes"}`, time.Time{}); len(v) == 0 {
		t.Error("no series of process-exporter")
	}

	Eventually(t, tableWithin, "shadow mode without a configuration is ready and has the job", func() bool {
		return bare.Ready() && known(bare.Rows("")["machines"].Load)
	})
	if status, _ := shadow.Post("/api/v1/import/prometheus", "x 1\n"); status/100 == 2 {
		t.Errorf("shadow mode takes samples: %d", status)
	}
}

// startPrometheus runs Debian's Prometheus, which scrapes Debian's exporters
// and sends everything to a server.
func startPrometheus(t *testing.T, server string) (url string) {
	t.Helper()
	node, processes, addr := freeAddress(t), freeAddress(t), freeAddress(t)
	peers.Start(t, "http://"+node+"/metrics", debian(t, "prometheus-node-exporter"), "--web.listen-address="+node)
	names := File(t, "processes.yml", "process_names:\n- name: '{{.Comm}}'\n  cmdline: ['.+']\n")
	peers.Start(t, "http://"+processes+"/metrics", debian(t, "prometheus-process-exporter"), "-web.listen-address="+processes, "-config.path="+names)
	config := File(t, "prometheus.yml", fmt.Sprintf(`
global: {scrape_interval: 2s}
scrape_configs:
- {job_name: machines, static_configs: [{targets: [%q]}]}
- {job_name: processes, static_configs: [{targets: [%q]}]}
remote_write:
- url: %s/api/v1/write
  queue_config: {batch_send_deadline: 500ms}
`, node, processes, server))
	peers.Start(t, "http://"+addr+"/-/ready", debian(t, "prometheus"), "--config.file="+config,
		"--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+addr)
	return "http://" + addr
}

// debian finds a program of a Debian package.
func debian(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v; run scripts/install-test-tools.sh", err)
	}
	return path
}

func TestARemoteStoreInPlaceOfTheEmbeddedOne(t *testing.T) {
	t.Parallel()
	vm := peers.StartVictoriaMetrics(t)
	dir := t.TempDir()
	s := StartServer(t, "--storage.path="+dir, "--config.file="+File(t, "headroom.yml", fmt.Sprintf(`
storage: {remote: {write_url: "%s/api/v1/write", query_url: %q}}
`, vm, vm)))
	start := importHistory(t, &s.Web, time.Now())
	sendLive(t, &s.Web, start)
	Eventually(t, tableWithin, "the table is full", func() bool {
		s.mustRun()
		return full(s.Rows(""), s.Orders())
	})
	r := s.Rows("")[fleet[0].id()]
	other := Web{t: t, URL: vm}
	for _, store := range []*Web{&s.Web, &other} {
		Eventually(t, time.Minute, "the row's load is in the other store and can be asked for", func() bool {
			v, ok := store.Number(fmt.Sprintf("last_over_time(headroom_module_load_percent{module=%q}[1m])", r.Path[3]), r.At.Add(59*time.Second))
			return ok && v > 0
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "store")); err == nil {
		t.Error("an embedded store was made as well")
	}
}
