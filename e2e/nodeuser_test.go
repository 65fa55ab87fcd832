package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A server with users turns tokens away before it looks at them. A node logs in as a
// user for what shall run, and for its samples.
func TestANodeLogsInAsAUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	web := write("web.yml", fmt.Sprintf("basic_auth_users: {nodes: %q}\n", secret))
	token, password := write("token", "a token of a test, long enough\n"), write("password", "correct horse\n")
	first := freePorts(t, 10)[0]
	s := StartServer(t, "--web.config.file="+web, "--config.file="+write("headroom.yml", fmt.Sprintf(`
services:
- module: shop/web/front/cart
  mode: apply
  command: [%s]
  env: {%s: "{port}"}
  ports: {from: %d, to: %d}
  health: {kind: http, path: /}
  policy: {minimum: 2}
`, workerProgram(t), workerEnv, first, first+9)))
	asked := func(path string) string {
		req := s.Request("GET", path, "")
		req.SetBasicAuth("nodes", "correct horse")
		_, text := s.Do(req)
		return text
	}

	n := NewNode(t, "server: {token_file: "+token+"}\nlimits: {per_core: 50}\n")
	n.args[1] = "--server.url=" + s.URL
	n.Start()
	Eventually(t, nodeWithin, "the node is told how it may log in", func() bool {
		return strings.Contains(n.output.String(), "see server.username and server.password_file")
	})
	n.Stop()

	n = NewNode(t, "server: {username: nodes, password_file: "+password+"}\nlimits: {per_core: 50}\nmeasure: {interval: 1s}\n")
	n.args[1] = "--server.url=" + s.URL
	n.Start()
	Eventually(t, time.Minute, "two workers serve", func() bool {
		var answer struct {
			Data struct{ Total struct{ Serving int } }
		}
		err := json.Unmarshal([]byte(asked("/api/v1/pool")), &answer)
		return err == nil && answer.Data.Total.Serving == 2 && n.ready() == 2
	})
	Eventually(t, time.Minute, "the node's samples arrive", func() bool {
		return strings.Contains(asked("/api/v1/query?query=headroom_node_load_percent"), `"value":[`)
	})
}

func TestATokenBesideUsersIsAnError(t *testing.T) {
	t.Parallel()
	token := File(t, "token", "a token of a test, long enough\n")
	status, _, errs := Run(t, "serve", "--storage.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0",
		"--web.config.file="+File(t, "web.yml", fmt.Sprintf("basic_auth_users: {nodes: %q}\n", secret)),
		"--config.file="+File(t, "headroom.yml", "pool: {node_token_file: "+token+"}\n"))
	if status != 1 || !strings.Contains(errs, "server.username and server.password_file") {
		t.Errorf("exit status %d: %s", status, errs)
	}
}
