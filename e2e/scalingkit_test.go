package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"headroom/scaler"
	"headroom/scaler/pool"
)

// scaledModule is the service that is scaled.
const scaledModule = "shop/web"

// minutes is how long something may take that is decided at the end of a minute: what
// changes within a minute may count only in the next one.
const minutes = 4 * time.Minute

// Scaled is a server with a service, its load balancer, and a node that runs it.
type Scaled struct {
	*Server
	t     *testing.T
	node  *Node
	proxy string // URL of the load balancer
}

// demoscale is the program that the workers and the load are.
var demoscale = sync.OnceValues(func() (string, error) {
	path := filepath.Join(builtIn, "demoscale")
	build := exec.Command("go", "build", "-tags", "nomsgpack,netgo,osusergo", "-o", path, "headroom/bench/demoscale")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build demoscale: %w\n%s", err, out)
	}
	return path, os.Chmod(builtIn, 0o755) // any user runs it
})

// NewScaled starts all of it. The policy is a line of YAML. It returns when the least
// workers serve through the load balancer.
func NewScaled(t *testing.T, serviceTime, policy string) *Scaled {
	t.Helper()
	dir := t.TempDir()
	s := &Scaled{t: t}
	socket, ports := filepath.Join(dir, "haproxy.sock"), freePorts(t, 2)
	s.node = NewNode(t, "node: {address: 127.0.0.1}\nbalance:\n  proxies:\n  - {module: "+scaledModule+", kind: haproxy, socket: "+socket+", backend: web}\n")
	program, err := demoscale()
	if err != nil {
		t.Fatal(err)
	}
	file := File(t, "headroom.yml", scaledConfig(program, serviceTime, policy, nextPorts(t)))
	s.Server = StartServer(t, "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"), fmt.Sprintf("--web.listen-address=127.0.0.1:%d", ports[0]))
	s.proxy = fmt.Sprintf("http://127.0.0.1:%d/", ports[1])
	startHAProxy(t, dir, socket, ports[1])
	s.node.joins(s.URL)
	s.node.Start()
	Eventually(t, 2*time.Minute, "the least workers serve through the load balancer", func() bool {
		v := s.service()
		return v.Wanted > 0 && v.Serving == v.Wanted && s.reaches(v.Workers)
	})
	return s
}

const portsEach = 20 // of a service

var portsMutex sync.Mutex

// portsFrom are the first ports of the next service, below those that the kernel gives
// to connections; another run beside this one begins elsewhere.
var portsFrom = 10_000 + os.Getpid()%300*60

// nextPorts are free ports in a row that no other service of these tests has.
func nextPorts(t *testing.T) (from int) {
	t.Helper()
	portsMutex.Lock()
	defer portsMutex.Unlock()
	for range 100 {
		from, portsFrom = portsFrom, portsFrom+portsEach
		if allFree(from) {
			return from
		}
	}
	t.Fatal("no ports in a row are free")
	return 0
}

func allFree(from int) bool {
	for port := from; port < from+portsEach; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		l.Close()
	}
	return true
}

func scaledConfig(program, serviceTime, policy string, from int) string {
	return fmt.Sprintf(`hierarchy: [business, module]
rollup: {grace: 1s}
pool: {lost_after: 10s, grace: 5s}
services:
- module: %s
  mode: apply
  command: [%s, worker, --listen, "127.0.0.1:{port}", --service-time, %s]
  ports: {from: %d, to: %d}
  health: {kind: http, path: /healthz, interval: 200ms, timeout: 10s, failures: 30, restart: 0}
  latency: {source: tcp}
  drain: 4s
  policy: %s
`, scaledModule, program, serviceTime, from, from+portsEach-1, policy)
}

// startHAProxy starts a load balancer whose slots the node daemon fills.
func startHAProxy(t *testing.T, dir, socket string, port int) {
	t.Helper()
	program, err := exec.LookPath("haproxy")
	if err != nil {
		t.Skip("needs haproxy: ", err)
	}
	config := File(t, "haproxy.cfg", fmt.Sprintf(`global
	stats socket %s mode 600 level admin
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend web
	bind 127.0.0.1:%d
	default_backend web
backend web
	balance roundrobin
	option redispatch
	retries 3
	option httpchk GET /healthz
	timeout check 10s
	server-template w 1-20 localhost:1 init-addr last,libc,none weight 100 check inter 1s fall 20 disabled
`, socket, port))
	log := &output{}
	cmd := exec.Command(program, "-db", "-f", config)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("HAProxy wrote:\n%s", log)
		}
	})
	Eventually(t, startWithin, "HAProxy listens", func() bool { _, err := os.Stat(socket); return err == nil })
}

// joins has the daemon sync with a real server.
func (n *Node) joins(server string) {
	for i, arg := range n.args {
		if strings.HasPrefix(arg, "--server.url=") {
			n.args[i] = "--server.url=" + server
		}
	}
}

// service is how the service is, with its workers; empty while the server is away.
func (s *Scaled) service() (v pool.ServiceView) {
	s.t.Helper()
	s.Ask("/api/v1/services/"+url.PathEscape(scaledModule), &v)
	return v
}

// newest is the decision of the last minute; nil before the first.
func (s *Scaled) newest() *scaler.Record {
	s.t.Helper()
	var list struct{ Decisions []scaler.Record }
	if !s.Ask("/api/v1/decisions?newest=true", &list) || len(list.Decisions) == 0 {
		return nil
	}
	return &list.Decisions[0]
}

// decided waits for a minute's decision that is as wanted.
func (s *Scaled) decided(sentence string, ok func(*scaler.Record) bool) (d *scaler.Record) {
	s.t.Helper()
	last := ""
	Eventually(s.t, minutes, sentence, func() bool {
		d = s.newest()
		if d != nil && d.ID != last {
			last = d.ID
			s.t.Logf("%s: %s %d → %d (wanted %d): %s", d.At.Format("15:04"), d.Direction, d.Current, d.Desired, d.Wanted, d.Reason)
		}
		return d != nil && ok(d)
	})
	return d
}

// reaches tells whether the load balancer sends requests to all of these workers.
func (s *Scaled) reaches(workers []pool.Worker) bool {
	answered := map[string]bool{}
	for range 4 * len(workers) {
		if who, err := ask(s.proxy); err == nil {
			answered[who] = true
		}
	}
	for _, w := range workers {
		if w.Stop == nil && !answered[w.Address] {
			return false
		}
	}
	return true
}

// ask returns the address of the worker that answers.
func ask(url string) (string, error) {
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", answer.StatusCode)
	}
	return strings.TrimSpace(string(text)), err
}

// traffic is a generator of requests.
type traffic struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  bytes.Buffer
	end  sync.Once
	what string
}

// send sends so many requests a second through the load balancer until end.
func (s *Scaled) send(rate string) *traffic {
	s.t.Helper()
	program, err := demoscale()
	if err != nil {
		s.t.Fatal(err)
	}
	load := &traffic{t: s.t, what: rate + " requests a second", cmd: exec.Command(program, "load", "--url="+s.proxy, "--rates="+rate, "--each=1h")}
	load.cmd.Stdout, load.cmd.Stderr = &load.out, &load.out
	load.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := load.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(load.stop)
	return load
}

var summary = regexp.MustCompile(`(\d+) requests, (\d+) errors`)

// stop ends the traffic and fails the test if a request failed.
func (l *traffic) stop() {
	l.end.Do(func() {
		_ = l.cmd.Process.Signal(syscall.SIGTERM)
		_ = l.cmd.Wait()
		m := summary.FindStringSubmatch(l.out.String())
		if m == nil {
			l.t.Errorf("%s: no summary in\n%s", l.what, &l.out)
			return
		}
		l.t.Logf("%s: %s", l.what, m[0])
		if requests, _ := strconv.Atoi(m[1]); requests == 0 || m[2] != "0" {
			l.t.Errorf("%s: %s\n%s", l.what, m[0], &l.out)
		}
	})
}

// processes are those of the workers that shall run, by id.
func processes(v pool.ServiceView) map[string]int { return processesOn(v, "") }

// processesOn are those on one node; with an empty name, on all.
func processesOn(v pool.ServiceView, node string) map[string]int {
	all := map[string]int{}
	for _, w := range v.Workers {
		if w.Stop == nil && (node == "" || w.Node == node) {
			all[w.ID] = w.PID
		}
	}
	return all
}
