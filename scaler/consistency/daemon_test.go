package consistency

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/allocate"
	daemon "headroom/scaler/node"
	"headroom/scaler/node/settings"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/storage/state"
)

// house is a server's pool and consistency, which can be started anew, behind its HTTP
// handler, and the directory of its declarations.
type house struct {
	t       testing.TB
	dir     string
	cfg     config.Config
	url     string
	bytes   atomic.Int64 // that went over the wire
	asks    atomic.Int64
	handler atomic.Pointer[http.Handler]

	db   *state.DB
	pool *pool.Pool
	*Consistency
	stop func()
}

const houseConfig = `
timezone: UTC
hierarchy: [business, module]
pool: {lost_after: 5s}
services:
- {module: shop/web, mode: apply, command: [/bin/sleep, "60"], ports: {from: 29000, to: 29009}, health: {kind: none}}
consistency: {dir: declared}
`

func newHouse(t testing.TB, declared string) *house {
	h := &house{t: t, dir: t.TempDir()}
	must(t, os.MkdirAll(filepath.Join(h.dir, "declared", "files"), 0o755))
	must(t, os.WriteFile(filepath.Join(h.dir, "declared", "web.yml"), []byte(declared), 0o600))
	must(t, os.WriteFile(filepath.Join(h.dir, "declared", "files", "app.conf"), []byte("listen 80;\n"), 0o600))
	cfg, err := config.Parse([]byte(houseConfig), "test.yml")
	must(t, err)
	h.cfg = cfg
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asks.Add(1)
		r.SetPathValue("node", "n1")
		(*h.handler.Load()).ServeHTTP(w, r)
	}))
	s.Listener = counted{s.Listener, &h.bytes}
	s.Start()
	h.url = s.URL
	h.open()
	t.Cleanup(func() { h.close(); s.CloseClientConnections(); s.Close() })
	return h
}

func (h *house) open() {
	settings, err := pool.SettingsOf(h.cfg)
	must(h.t, err)
	h.db, err = state.Open(filepath.Join(h.dir, "state.db"))
	must(h.t, err)
	h.pool, err = pool.New(h.t.Context(), pool.Options{DB: h.db})
	must(h.t, err)
	must(h.t, h.pool.Configure(h.t.Context(), settings))
	h.Consistency, err = New(h.t.Context(), Options{DB: h.db, Fleet: poolFleet{h.pool}})
	must(h.t, err)
	declared, err := SettingsOf(h.cfg, h.dir)
	must(h.t, err)
	h.Configure(declared)
	h.pool.Declare(h.Consistency)
	access, err := pool.ReadAccess(config.Pool{}, true)
	must(h.t, err)
	var handler http.Handler = pool.NewHandler(h.pool, access)
	h.handler.Store(&handler)
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() { _ = h.pool.Run(ctx) })
	parts.Go(func() { _ = h.Run(ctx) })
	h.stop = func() { cancel(); parts.Wait() }
}

func (h *house) close() {
	h.pool.Close()
	h.stop()
	_ = h.db.Close()
}

// poolFleet is the pool as the fleet.
type poolFleet struct{ *pool.Pool }

func (p poolFleet) Hosts() (all []Host) {
	for _, h := range p.Pool.Hosts() {
		all = append(all, Host(h))
	}
	return all
}
func (p poolFleet) Seen() map[string][]string { return nil }

// counted counts what goes over its connections.
type counted struct {
	net.Listener
	bytes *atomic.Int64
}

func (c counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, c.bytes}, err
}

type countedConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (c countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

func (c countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.bytes.Add(int64(n))
	return n, err
}

// runDaemon runs the node daemon itself.
func (h *house) runDaemon() {
	h.t.Helper()
	if os.Geteuid() != 0 {
		h.t.Skip("the node daemon needs root for control groups")
	}
	s := settings.Default()
	s.Server.URL, s.Node.Name, s.Node.Address = h.url, "n1", "127.0.0.1"
	s.Cgroup.Root = fmt.Sprintf("headroom-test-%d-consistency", os.Getpid())
	s.Inventory.Interval = wire.Duration(time.Second)
	d, err := daemon.New(daemon.Options{
		Settings: s, StatePath: filepath.Join(h.dir, "node"), StopWorkers: true, Version: "test", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		h.t.Skip("no node daemon can run here: ", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var run sync.WaitGroup
	run.Go(func() {
		if err := d.Run(ctx); err != nil {
			h.t.Error(err)
		}
	})
	h.t.Cleanup(func() { cancel(); run.Wait() })
}

// until waits for something that happens soon.
func until(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

// states are the items of the node that are not ok.
func (h *house) states() string {
	d, err := h.Module("shop/web", "")
	must(h.t, err)
	var all []string
	for _, n := range d.List {
		if n.Reason != "" && n.State == NodeUnknown {
			all = append(all, "unknown")
		}
		for _, i := range n.Items {
			all = append(all, string(i.State)+" "+strings.ReplaceAll(i.Item, h.dir, ""))
		}
	}
	return strings.Join(all, ", ")
}

func (h *house) until(want string) {
	h.t.Helper()
	got := "not looked at"
	for end := time.Now().Add(30 * time.Second); got != want; time.Sleep(20 * time.Millisecond) {
		if got = h.states(); time.Now().After(end) {
			h.t.Fatalf("it stays at %q; want %q", got, want)
		}
	}
}

// The node daemon itself looks at real files, processes, ports and the machine's own
// packages, and tells the server's own handler.
func TestTheDaemonItself(t *testing.T) {
	out, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", "dpkg").Output()
	if err != nil {
		t.Skip("there is no dpkg here: ", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	self := filepath.Base(os.Args[0])
	etc := t.TempDir()
	h := newHouse(t, fmt.Sprintf(`modules:
- module: shop/web
  nodes: [n1]
  packages: [{name: dpkg, version: %q}, {name: no-such-package, version: absent}]
  files: [{path: %s/app.conf, mode: "0640", source: app.conf}, {path: %s/old, absent: true}]
  processes: [{name: %q}]
  ports: [{port: %d, process: %q}]
`, string(out), etc, etc, self, l.Addr().(*net.TCPAddr).Port, self))
	conf := filepath.Join(etc, "app.conf")
	text := func(s string) {
		t.Helper()
		must(t, os.WriteFile(conf, []byte(s), 0o640))
	}
	text("listen 80;\n")
	h.runDaemon()
	h.until("")
	until(t, "its machine is known", func() bool { v := h.Environment(nil); return v.Nodes == 1 && v.Unknown == 0 })

	text("listen 81;\n")
	h.until("different file:" + conf)
	first := h.since()
	if in := h.pool.Input(time.Now()); !strings.Contains(fmt.Sprint(in.Services[0].Closed), "its content is another one") {
		t.Errorf("the node is not closed: %v", in.Services[0].Closed)
	}
	h.plan(1)
	if n := h.workers(); n != 0 {
		t.Errorf("an inconsistent node got %d workers", n)
	}
	must(t, os.WriteFile(filepath.Join(etc, "old"), nil, 0o600))
	h.until("different file:" + conf + ", extra file:" + filepath.Join(etc, "old"))

	// The server starts anew: it knows since when, and is told all again.
	h.close()
	h.open()
	h.until("different file:" + conf + ", extra file:" + filepath.Join(etc, "old"))
	if again := h.since(); !again.Equal(first) {
		t.Errorf("since %s; it was since %s", again, first)
	}
	text("listen 80;\n")
	must(t, os.Remove(filepath.Join(etc, "old")))
	h.until("")
	h.plan(1)
	if n := h.workers(); n != 1 {
		t.Errorf("a consistent node got %d workers", n)
	}
	must(t, l.Close())
	h.until(fmt.Sprintf("missing port:%d", l.Addr().(*net.TCPAddr).Port))
}

func (h *house) since() time.Time {
	d, err := h.Module("shop/web", "n1")
	must(h.t, err)
	return d.List[0].Items[0].Since
}

// plan places workers as the loop does.
func (h *house) plan(workers int) {
	h.t.Helper()
	in := h.pool.Input(time.Now())
	for i := range in.Services {
		in.Services[i].Workers = workers
	}
	_, err := h.pool.Apply(context.Background(), time.Now(), pool.Plan{Input: in, Result: allocate.Plan(in)})
	must(h.t, err)
}

func (h *house) workers() int {
	s, err := h.pool.Service("shop/web")
	must(h.t, err)
	return len(s.Workers)
}

// inventoryBytes are those of an exchange that are there for the inventory while nothing
// changes: what the report says of it, and the server's clock in the answer.
func inventoryBytes(b *testing.B) float64 {
	sum := strings.Repeat("0", 20)
	with, err := json.Marshal(wire.Report{Declared: sum[:16], Found: &wire.Found{Declared: sum[:16], Sum: sum, Base: sum}})
	must(b, err)
	without, err := json.Marshal(wire.Report{})
	must(b, err)
	clock := fmt.Sprintf("%s: %d 10000\r\n", wire.ClockHeader, time.Now().UnixMilli())
	return float64(len(with) - len(without) + len(clock))
}

// BenchmarkWire tells what a minute of syncs takes on the wire, both ways with all
// headers, with 2,000 files and 50 packages declared of which nothing changes, and with
// nothing declared.
func BenchmarkWire(b *testing.B) {
	etc := b.TempDir()
	var declared strings.Builder
	declared.WriteString("modules:\n- module: shop/web\n  nodes: [n1]\n  packages:\n")
	for i := range 50 {
		fmt.Fprintf(&declared, "  - {name: no-such-%d, version: absent}\n", i)
	}
	declared.WriteString("  files:\n")
	for i := range 2000 {
		path := filepath.Join(etc, fmt.Sprintf("conf-%04d", i))
		must(b, os.WriteFile(path, []byte(path), 0o600))
		fmt.Fprintf(&declared, "  - {path: %s, mode: \"0600\"}\n", path)
	}
	for name, text := range map[string]string{"declared": declared.String(), "nothing": "modules: []\n"} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b, text)
			h.runDaemon()
			if name == "declared" {
				until(b, "it is known", func() bool {
					d, err := h.Module("shop/web", "")
					return err == nil && len(d.List) == 1 && d.List[0].State == Consistent
				})
			}
			time.Sleep(4 * time.Second)
			bytes, asks := h.bytes.Load(), h.asks.Load()
			for b.Loop() {
				time.Sleep(5 * time.Second) // in which the server answers a few times
			}
			b.ReportMetric(6*inventoryBytes(b), "B/minute-of-inventory")
			b.ReportMetric(6*float64(h.bytes.Load()-bytes)/float64(h.asks.Load()-asks), "B/minute") // of an answer each 10 s
		})
	}
}
