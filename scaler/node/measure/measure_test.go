package measure

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headroom/scaler/node/send"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// node is a Measure in virtual time over files that the test writes.
type node struct {
	*Measure
	t       *testing.T
	now     time.Time
	running []worker.Running
	last    map[string]worker.Slice
}

func newNode(t *testing.T, change func(*Options)) *node {
	t.Helper()
	n := &node{t: t, now: time.Unix(1e9, 0)}
	o := Options{
		Node: "n1", Workers: func() []worker.Running { return n.running },
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&o)
	}
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	m.cores = 4
	m.OnSlice(func(_ time.Time, all map[string]worker.Slice) { n.last = all })
	n.Measure = m
	return n
}

// virtual closes it when the test ends; who calls Run has it closed by that.
func (n *node) virtual() *node {
	n.t.Cleanup(n.close)
	n.proc = n.t.TempDir()
	n.begin(n.now)
	return n
}

// second lets one pass. Its sample of the connections is real.
func (n *node) second() {
	n.now = n.now.Add(time.Second)
	n.sample()
	n.end(context.Background(), n.now)
	n.begin(n.now)
}

func (n *node) write(name, format string, args ...any) string {
	n.t.Helper()
	name = filepath.Join(n.proc, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(name, fmt.Appendf(nil, format, args...), 0o644); err != nil {
		n.t.Fatal(err)
	}
	return filepath.Dir(name)
}

// process writes a /proc/PID with so much CPU time in ticks and two open files.
func (n *node) process(pid, cpu int) {
	n.t.Helper()
	n.write(fmt.Sprintf("%d/stat", pid), "%d (w) S 1 1 1 0 -1 0 0 0 0 0 %d 0 0 0 20 0 3 0 1 0 %d 0\n", pid, cpu, 100)
	n.write(fmt.Sprintf("%d/fd/0", pid), "")
	n.write(fmt.Sprintf("%d/fd/1", pid), "")
}

// values are the series now, with the name of each and what it has besides business
// and node.
func (n *node) values() map[string]float64 {
	all := map[string]float64{}
	for _, s := range n.Series(n.now) {
		name := s.Name
		for _, l := range s.Labels {
			if l.Name != "business" && l.Name != "node" {
				name += " " + l.Value
			}
		}
		all[name] = s.Value
	}
	return all
}

func (n *node) want(name string, want float64) {
	n.t.Helper()
	got, ok := n.values()[name]
	if !ok || math.Abs(got-want) > 1e-9 {
		n.t.Errorf("%s is %v (%v), want %v", name, got, ok, want)
	}
}

func run(id string, pid, port int, spec *wire.Service) worker.Running {
	return worker.Running{Worker: wire.Worker{ID: id, Service: "shop", Port: port}, Spec: spec, PID: pid}
}

func spec(source, metric string) *wire.Service {
	return &wire.Service{
		Labels:  map[string]string{"business": "shop", "Zone": ""},
		Latency: wire.Latency{Source: source, Metric: metric},
		Limits:  wire.Limits{CPUPercent: 50},
	}
}

func TestProcessesAreRead(t *testing.T) {
	n := newNode(t, nil).virtual()
	n.process(7, 250)
	n.running = []worker.Running{run("w1", 7, 0, spec("none", ""))}
	n.running[0].Restarts = 3
	n.second() // it is there from the next slice on
	n.second()
	n.want("headroom_process_cpu_seconds_total w1", 2.5)
	n.want("headroom_process_resident_memory_bytes w1", 100*pageSize)
	n.want("headroom_process_threads w1", 3)
	n.want("headroom_process_open_fds w1", 2)
	n.want("headroom_process_restarts_total w1", 3)
	for _, name := range []string{"headroom_busy_seconds_total w1", "headroom_worker_pending w1", "headroom_worker_weight w1"} {
		if v, ok := n.values()[name]; ok {
			t.Errorf("%s is %v, though nobody knows", name, v)
		}
	}

	n.write("7/fd/2", "")
	n.second()
	n.want("headroom_process_open_fds w1", 2) // counted once a minute
	for range 60 {
		n.second()
	}
	n.want("headroom_process_open_fds w1", 3)

	n.running = nil
	n.second()
	if got := n.values(); len(n.services)+len(n.subjects) != 0 || len(got) > 2 {
		t.Errorf("left: %v", got)
	}
}

// What a worker used before it was restarted counts for its service, and that of the
// new process as well.
func TestRestartedProcess(t *testing.T) {
	n := newNode(t, nil).virtual()
	n.process(7, 1000)
	n.running = []worker.Running{run("w1", 7, 0, spec("none", ""))}
	n.second()
	n.second()
	n.want("headroom_load_percent", 0)

	n.process(7, 1100)
	n.second()
	os.RemoveAll(filepath.Join(n.proc, "7"))
	n.process(8, 50)
	n.running = slices.Clone(n.running)
	n.running[0].PID = 8
	n.second()
	n.second()
	// 1.5 s in 3 s of 4 cores × 50 %
	n.want("headroom_load_percent", 25)
	n.want("headroom_process_cpu_seconds_total w1", 0.5)
}

func TestGroupsOfV2(t *testing.T) {
	n := newNode(t, nil).virtual()
	n.process(7, 100)
	leaf := n.write("shop/w1/cpu.stat", "usage_usec 5000000\n")
	group := n.write("shop/cpu.stat", "usage_usec 9000000\nnr_periods 10\nnr_throttled 2\nthrottled_usec 0\n")
	w := run("w1", 7, 0, spec("none", ""))
	w.Leaf, w.Group = leaf, worker.Group{CPU: group, V2: true}
	n.running = []worker.Running{w}
	n.second()
	n.second()
	n.want("headroom_process_cpu_seconds_total w1", 5) // its children's too
	n.want("headroom_service_throttled_seconds_total", 0)

	n.write("shop/cpu.stat", "usage_usec 10000000\nnr_periods 20\nnr_throttled 7\nthrottled_usec 1500000\n")
	n.second()
	if got := n.last["w1"]; got.Throttled != 1.5 || got.ThrottledShare != 0.5 {
		t.Errorf("%+v", got)
	}
	n.want("headroom_load_percent", 50) // 1 s in 1 s of 2 cores
	n.want("headroom_service_throttled_seconds_total", 1.5)
	n.second()
	if got := n.last["w1"]; got.Throttled != 0 || got.ThrottledShare != 0.5 {
		t.Errorf("the share is over five slices: %+v", got)
	}
	for range 5 {
		n.second()
	}
	if got := n.last["w1"]; !math.IsNaN(got.ThrottledShare) {
		t.Errorf("no period has passed in five slices: %+v", got)
	}
}

func TestGroupsOfV1(t *testing.T) {
	n := newNode(t, nil).virtual()
	n.process(7, 100)
	group := n.write("shop/cpu.stat", "nr_periods 10\nnr_throttled 2\nthrottled_time 0\n")
	w := run("w1", 7, 0, spec("none", ""))
	w.Group = worker.Group{CPU: group}
	n.running = []worker.Running{w}
	n.second()
	n.second()
	n.values()
	n.process(7, 200)
	n.write("shop/cpu.stat", "nr_periods 11\nnr_throttled 3\nthrottled_time 500000000\n")
	n.second()
	if got := n.last["w1"]; got.Throttled != 0.5 || got.ThrottledShare != 1 {
		t.Errorf("%+v", got)
	}
	n.want("headroom_load_percent", 50) // by its workers, since v1 has the usage elsewhere
}

func TestStatsDCounts(t *testing.T) {
	n := newNode(t, nil).virtual()
	s := spec("statsd", "http")
	n.running = []worker.Running{run("w1", 0, 8001, s), run("w2", 0, 8002, s), run("w3", 0, 8003, spec("haproxy", ""))}
	n.second()
	n.second()
	if _, ok := n.values()["headroom_requests_total w1"]; ok {
		t.Error("nothing has come, and it is counted")
	}
	n.inbox.datagram("statsd", []byte("http:100|ms|#worker:w1\nhttp:300|ms|#worker:w1\ndb:9|ms|#worker:w1\nhttp:20|ms|@0.1|#port:8002\r\n\nhttp:1|ms|#worker:gone\nhttp:x|ms|#worker:w1\nn:1|c\nhttp:1|ms|#worker:w3"))
	n.second()
	if got := n.last["w1"]; got.Requests != 2 || math.Abs(got.Busy-0.4) > 1e-9 || math.Abs(got.Latency-0.2) > 1e-9 {
		t.Errorf("%+v", got)
	}
	if got := n.inbox.outcomes("statsd"); got != (outcomes{used: 3, malformed: 1, unknown: 1}) {
		t.Errorf("%+v", got)
	}
	n.second()
	if got := n.last["w1"]; got.Requests != 0 || got.Busy != 0 || !math.IsNaN(got.Latency) {
		t.Errorf("an idle slice: %+v", got)
	}
	got := n.values()
	for name, want := range map[string]float64{
		"headroom_requests_total w1": 2, "headroom_busy_seconds_total w1": 0.4, "headroom_worker_latency_seconds w1": 0.2,
		"headroom_requests_total w2": 10, "headroom_busy_seconds_total w2": 0.2,
	} {
		if math.Abs(got[name]-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if _, ok := got["headroom_requests_total w3"]; ok {
		t.Error("a timer counts for a worker whose source is HAProxy")
	}
}

func TestThePortOfAWorkerThatHasEndedIsAnothers(t *testing.T) {
	n := newNode(t, nil).virtual()
	s := spec("statsd", "")
	n.running = []worker.Running{run("old", 0, 8001, s), run("new", 7, 8001, s)}
	n.second()
	n.inbox.datagram("statsd", []byte("http:100|ms|#port:8001"))
	n.second()
	if got := n.last["new"]; got.Requests != 1 {
		t.Errorf("%+v; want the request of its port", got)
	}
}

// Root may get answers that a worker may not.
func TestAWorkerCannotHaveTheDaemonAskOthers(t *testing.T) {
	var asked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer other.Close()
	sly := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer sly.Close()
	if _, err := newScraper().get(t.Context(), sly.URL, "d"); err == nil || asked.Load() {
		t.Errorf("a redirect was followed: %v", err)
	}
}

func TestScrapesCountFromTheFirstOn(t *testing.T) {
	var sum, count atomic.Int64
	var broken atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stats" || broken.Load() {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "d_sum %d\nd_count %d\n", sum.Load(), count.Load())
	}))
	defer srv.Close()
	_, text, _ := net.SplitHostPort(srv.Listener.Addr().String())
	port, _ := strconv.Atoi(text)
	s := spec("metrics", "d")
	s.Latency.Path = "/stats"
	n := newNode(t, nil).virtual()
	n.running = []worker.Running{run("w1", 7, port, s)}
	five := func() {
		for range 5 {
			n.second()
			n.scraper.all.Wait()
		}
	}
	sum.Store(1000) // of a life before ours
	count.Store(5000)
	five()
	if _, ok := n.values()["headroom_requests_total w1"]; ok {
		t.Error("what was before is counted")
	}
	sum.Add(10)
	count.Add(20)
	five()
	five()
	n.want("headroom_requests_total w1", 20)
	n.want("headroom_busy_seconds_total w1", 10)
	sum.Add(2)
	count.Add(10)
	five()
	if got := n.last["w1"]; math.Abs(got.Requests-2) > 1e-9 || math.Abs(got.Busy-0.4) > 1e-9 || math.Abs(got.Latency-0.2) > 1e-9 {
		t.Errorf("five seconds' ten requests are not two a second: %+v", got)
	}

	sum.Store(1) // started anew
	count.Store(4)
	n.running = slices.Clone(n.running)
	n.running[0].PID = 8
	five()
	five()
	n.want("headroom_requests_total w1", 34)
	sum.Store(0) // and again, within the same process
	count.Store(3)
	five()
	five()
	n.want("headroom_requests_total w1", 37)
	broken.Store(true)
	five()
	five()
	if got := n.last["w1"]; !math.IsNaN(got.Requests) {
		t.Errorf("a worker that does not answer has a rate: %+v", got)
	}
	n.want("headroom_requests_total w1", 37)
}

func TestLabelsAreSortedAndNeverEmpty(t *testing.T) {
	got := labelsOf(map[string]string{"service": "s", "business": "b", "module": "", "node": "theirs"}, send.Label{Name: "node", Value: "n1"}, send.Label{Name: "process", Value: "w"})
	want := []send.Label{{Name: "business", Value: "b"}, {Name: "node", Value: "n1"}, {Name: "process", Value: "w"}, {Name: "service", Value: "s"}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestNewTellsAllThatIsWrong(t *testing.T) {
	_, err := New(Options{StatsD: "nowhere", HAProxy: "127.0.0.1:99999"})
	if err == nil || !strings.Contains(err.Error(), "listen for statsd") || !strings.Contains(err.Error(), "listen for haproxy") {
		t.Error(err)
	}
}

// A real worker, whose connections, log lines and timers come over real sockets.
func TestRun(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Millisecond)
		io.WriteString(w, "done")
	})}
	go srv.Serve(l)
	defer srv.Close()
	port := l.Addr().(*net.TCPAddr).Port

	n := newNode(t, func(o *Options) {
		o.Slice, o.StatsD, o.HAProxy = 200*time.Millisecond, "127.0.0.1:0", "127.0.0.1:0"
		o.Weight = func(string) (int, bool) { return 75, true }
	})
	pid := os.Getpid()
	n.running = []worker.Running{
		run("t", pid, port, spec("tcp", "")), run("s", pid, 1, spec("statsd", "")), run("h", pid, 2, spec("haproxy", "")),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	stop := func(addr net.Addr, text string) func() {
		c, err := net.Dial("udp", addr.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return func() { c.Write([]byte(text)) }
	}
	timer, log := stop(n.StatsDAddr(), "x:5|ms|#worker:s"), stop(n.HAProxyAddr(), "hr1 b/h 0 0 5 5 200 0/0 98\n")
	want := []string{
		"headroom_busy_seconds_total t", "headroom_requests_total t", "headroom_worker_latency_seconds t",
		"headroom_requests_total s", "headroom_requests_total h", "headroom_process_resident_memory_bytes t",
		"headroom_node_load_percent", "headroom_node_memory_used_bytes", "headroom_load_percent",
		"headroom_node_latency_lines_total used haproxy",
	}
	missing := want
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		timer()
		log()
		if answer, err := http.Get("http://" + l.Addr().String()); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		n.now = time.Now()
		got := n.values()
		missing = slices.DeleteFunc(missing, func(name string) bool { return got[name] > 0 })
		if len(missing) == 0 && got["headroom_worker_weight t"] == 75 {
			break
		}
	}
	if len(missing) > 0 {
		t.Errorf("missing: %q", missing)
	}
	if all, err := n.Connections("t"); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := n.Connections("nobody"); all != nil || err != nil {
		t.Errorf("%+v, %v", all, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
