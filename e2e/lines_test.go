package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"headroom/internal/peers"
)

func TestLineProtocolsAndScrapingReachTheTable(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `load{module="scraped"} 41`)
	}))
	t.Cleanup(target.Close)
	graphite, statsd := freeAddress(t), freeAddress(t)
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", fmt.Sprintf(`
hierarchy: [module]
node_label: instance
signals: {load: {match: load}}
ingest: {graphite_listen_address: %q, statsd_listen_address: %q}
scrape_configs:
- job_name: tests
  scrape_interval: 2s
  static_configs: [{targets: [%q], labels: {rack: r1}}]
`, graphite, statsd, target.Listener.Addr().String())))

	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	sendLines(t, stop, "tcp", graphite, func() string {
		return fmt.Sprintf("load;module=graphite;instance=g1 42 %d\n", time.Now().Unix())
	})
	sendLines(t, stop, "udp", statsd, func() string { return "load:43|g|#module:statsd,instance:s1\n" })

	Eventually(t, tableWithin, "three modules, each with its load", func() bool {
		s.mustRun()
		rows := s.Rows("")
		return is(rows["scraped"].Load, 41) && is(rows["graphite"].Load, 42) && is(rows["statsd"].Load, 43)
	})
	if v := s.Query(`load{rack="r1",job="tests"}`, time.Time{}); len(v) != 1 || v[0].Metric["instance"] != target.Listener.Addr().String() {
		t.Errorf("the scraped series: %v", v)
	}
	if up, _ := s.Number(`up{job="tests"}`, time.Time{}); up != 1 {
		t.Errorf("up is %v; want 1", up)
	}
	target.Close()
	Eventually(t, 30*time.Second, "the lost target shows as down", func() bool {
		up, ok := s.Number(`up{job="tests"}`, time.Time{})
		return ok && up == 0
	})
}

func is(got *float64, want float64) bool { return got != nil && *got == want }

func freeAddress(t *testing.T) string {
	t.Helper()
	addr, err := peers.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// sendLines sends a line each second until stop is closed.
func sendLines(t *testing.T, stop <-chan struct{}, network, addr string, line func() string) {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatalf("%s %s: %v", network, addr, err)
	}
	go func() {
		defer conn.Close()
		for tick := time.NewTicker(time.Second); ; {
			if _, err := conn.Write([]byte(line())); err != nil {
				t.Errorf("%s %s: %v", network, addr, err)
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
}
