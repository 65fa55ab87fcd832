package pool

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// With these the test binary is a fleet of nodes that sync with a server.
const (
	nodesAt    = "HEADROOM_POOL_TEST_SERVER"
	nodesCount = "HEADROOM_POOL_TEST_NODES"
)

func TestMain(m *testing.M) {
	if server := os.Getenv(nodesAt); server != "" {
		n, _ := strconv.Atoi(os.Getenv(nodesCount))
		beNodes(server, n)
	}
	os.Exit(m.Run())
}

// beNodes syncs for ever, each node with a connection of its own.
func beNodes(server string, n int) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			time.Sleep(time.Duration(i) * 10 * time.Second / time.Duration(n))
			for {
				if err := beNode(server, i); err != nil && i%1000 == 0 {
					fmt.Fprintln(os.Stderr, err)
				}
				time.Sleep(time.Second)
			}
		})
	}
	all.Wait()
}

func beNode(server string, i int) error {
	conn, err := net.Dial("tcp", server)
	if err != nil {
		return err
	}
	defer conn.Close()
	in, have := bufio.NewReaderSize(conn, 512), ""
	for first := true; ; first = false {
		r := wire.Report{Version: "1.0.0", Boot: "0b9f7f4e-5e5c-4b1e-8f3d-0c8f2f6d1a11", Daemon: fmt.Sprint(i), Have: have, Load: wire.Load{CPU: 40.2, MemoryUsed: 1 << 33}}
		if first {
			r.Resources, r.Workers = &wire.Resources{Cores: 8, Memory: 32 << 30}, []wire.Status{}
		}
		body, _ := json.Marshal(r)
		_, err := fmt.Fprintf(conn, "POST /api/v1/nodes/n%d/sync?wait=10s HTTP/1.1\r\nHost: %s\r\nUser-Agent: headroom-node/1.0.0\r\nContent-Type: application/json\r\nIf-None-Match: %q\r\nContent-Length: %d\r\n\r\n%s",
			i, server, have, len(body), body)
		if err != nil {
			return err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode >= 400 {
			return fmt.Errorf("%s: %s, %w", answer.Status, text, err)
		}
		have = strings.Trim(answer.Header.Get("Etag"), `"`)
	}
}

// A fleet of nodes in another process, each waiting in its long poll; every node syncs
// each 10 s. A process may not open many more files here, so the number of nodes is
// what fits; the cost is given for one sync and for the whole fleet.
func BenchmarkFleetSyncs(b *testing.B) {
	nodes := 18_000
	p := fleetOf(b, 10, 1, 0)
	server := newServer(p)
	defer server.Close()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), nodesAt+"="+server.Listener.Addr().String(), nodesCount+"="+fmt.Sprint(nodes))
	child.Stderr = os.Stderr
	must(b, child.Start())
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	time.Sleep(25 * time.Second) // all have joined

	for range b.N {
		before, began := cpu(), time.Now()
		ready := p.Total("").Nodes[Ready]
		time.Sleep(30 * time.Second)
		used, took := cpu()-before, time.Since(began)
		syncs := float64(ready) * took.Seconds() / 10
		b.ReportMetric(float64(ready), "nodes")
		b.ReportMetric(float64(used.Microseconds())/syncs, "cpu-µs/sync")
		b.ReportMetric(float64(used)/syncs*fleetNodes/10/float64(time.Second), "cores/22400-nodes")
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys>>10)/float64(nodes), "KiB/node")
	b.Logf("heap %d MiB in use, %d MiB live, stacks %d MiB, system %d MiB", m.HeapInuse>>20, m.HeapAlloc>>20, m.StackInuse>>20, m.Sys>>20)
}
