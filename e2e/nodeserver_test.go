package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// served asks the real server how many workers of a module shall run and serve.
func served(w *Web, module string) (desired, serving int) {
	var answer struct {
		Data []struct {
			Module           string
			Desired, Serving int
		}
	}
	_, text := w.Do(w.Request("GET", "/api/v1/services", ""))
	if json.Unmarshal([]byte(text), &answer) != nil {
		return 0, 0 // it is down
	}
	for _, s := range answer.Data {
		if s.Module == module {
			return s.Desired, s.Serving
		}
	}
	return 0, 0
}

// ready counts the node's workers that serve, as its own page shows them.
func (n *Node) ready() (workers int) {
	for _, s := range n.Statuses() {
		if s.State == wire.Ready {
			workers++
		}
	}
	return workers
}

func TestNodeAndServerSurviveEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	token, file := filepath.Join(dir, "token"), filepath.Join(dir, "headroom.yml")
	first := freePorts(t, 10)[0]
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := func(workers int) {
		write(file, fmt.Sprintf(`
pool: {node_token_file: %s}
services:
- module: shop/web/front/cart
  mode: apply
  command: [%s]
  env: {%s: "{port}"}
  ports: {from: %d, to: %d}
  health: {kind: http, path: /}
  policy: {minimum: %d, maximum: 10}
`, token, workerProgram(t), workerEnv, first, first+9, workers))
	}
	write(token, "a token of a test, long enough\n")
	config(2)
	n := NewNode(t, "server: {token_file: "+token+"}\nlimits: {per_core: 50}\n")
	s := StartServer(t, "--config.file="+file)
	n.args[1] = "--server.url=" + s.URL
	n.Start()
	module := "shop/web/front/cart"
	serve := func(s *Server, want int) {
		t.Helper()
		Eventually(t, time.Minute, fmt.Sprintf("%d workers serve, as the server knows", want), func() bool {
			desired, serving := served(&s.Web, module)
			return desired == want && serving == want && n.ready() == want && len(inGroups(n.group)) == want
		})
	}
	serve(s, 2)
	before := n.Statuses()

	// The server dies, then a worker, then the daemon.
	s.Kill()
	var dead string
	for id, w := range before {
		dead = id
		_ = syscall.Kill(w.PID, syscall.SIGKILL)
		break
	}
	Eventually(t, nodeWithin, "there is another worker without the server", func() bool {
		return n.ready() == 2 && n.Statuses()[dead].PID != before[dead].PID
	})
	n.Kill()
	n.Start()
	Eventually(t, nodeWithin, "both are adopted without the server", func() bool { return n.ready() == 2 })
	for id, w := range n.Statuses() {
		if pid, err := pidOf(http.DefaultClient, w.Port); err != nil || pid != w.PID || id != dead && pid != before[id].PID {
			t.Errorf("%s: %+v, was %+v (%v)", id, w, before[id], err)
		}
	}

	// The server comes back, on another port: the node is told by its restart.
	config(4)
	again := s.Restart()
	n.Stop()
	n.args[1] = "--server.url=" + again.URL
	n.Start()
	serve(again, 4)
	for id := range before {
		if n.Statuses()[id].State != wire.Ready {
			t.Errorf("%s did not stay: %+v", id, n.Statuses()[id])
		}
	}
}
