package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/flow/nodetools"
	"headroom/scaler/flow/tool"
	"headroom/scaler/pool"
	"headroom/scaler/task"
	"headroom/storage/state"
)

// taskServer is the part of the server that nodes do tasks for.
type taskServer struct {
	t     *testing.T
	url   string
	files string // its directory
	tools *tool.Catalog
	calls int
}

func startTaskServer(t *testing.T) *taskServer {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &taskServer{t: t, files: t.TempDir()}
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(err)
	p, err := pool.New(t.Context(), pool.Options{DB: db})
	must(err)
	c, err := config.Parse([]byte("timezone: UTC\nhierarchy: [business, module]\n"), "test.yml")
	must(err)
	settings, err := pool.SettingsOf(c)
	must(err)
	must(p.Configure(t.Context(), settings))
	access, err := pool.ReadAccess(c.Pool, false)
	must(err)
	files, err := task.OpenFiles(s.files)
	must(err)
	d := task.New(task.Options{Pool: p})
	sync := pool.NewHandler(p, access)
	send := &task.Handler{Dispatcher: d, Files: files, Check: sync.Check}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/nodes/{node}/sync", sync.ServeHTTP)
	mux.HandleFunc("POST /api/v1/write", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /api/v1/nodes/{node}/files/{sum}", func(w http.ResponseWriter, r *http.Request) {
		send.Serve(w, r, r.PathValue("node"), r.PathValue("sum"))
	})
	server := httptest.NewServer(mux)
	ctx, stop := context.WithCancel(context.Background())
	go func() { _ = p.Run(ctx) }()
	go func() { _ = d.Run(ctx) }()
	t.Cleanup(func() { p.Close(); stop(); server.Close(); must(errors.Join(files.Close(), db.Close())) })
	s.url, s.tools = server.URL, tool.NewCatalog(nodetools.Tools(d, files)...)
	return s
}

// call makes a call of a tool.
func (s *taskServer) call(name string, inputs map[string]any) (tool.Outputs, string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	s.calls++
	var log bytes.Buffer
	c := &tool.Call{Key: fmt.Sprintf("run/%s/%d", name, s.calls), Inputs: inputs, Log: &log}
	one := s.tools.Find(name)
	if plan, _, err := one.(tool.Planner).Plan(ctx, c); err != nil || !strings.HasPrefix(plan, "on node ") {
		s.t.Errorf("%s would %q, %v", name, plan, err)
	}
	out, err := one.Run(ctx, c)
	return out, log.String(), err
}

// want makes a call whose outputs are known.
func (s *taskServer) want(want tool.Outputs, name string, inputs map[string]any) {
	s.t.Helper()
	out, log, err := s.call(name, inputs)
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", name, err, log)
	}
	for k, v := range want {
		if !reflect.DeepEqual(out[k], v) {
			s.t.Errorf("%s: %s is %v; want %v", name, k, out[k], v)
		}
	}
	for _, p := range s.tools.Find(name).Describe().Outputs {
		if _, ok := out[p.Name]; !ok && p.Name != "truncated" {
			s.t.Errorf("%s gives no %s", name, p.Name)
		}
	}
}

func (s *taskServer) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.files, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

// taskNode starts a daemon that allows tasks, with flows' files in dir.
func (s *taskServer) node(dir string) *Node {
	n := NewNode(s.t, "tasks: {enabled: true, commands: ['/bin/*', '/usr/bin/*'], users: [root, nobody], packages: ['headroom-test-*'], files: ["+dir+"]}\n")
	n.args[1] = "--server.url=" + s.url
	n.Start()
	return n
}

// A command is begun once, though the daemon is killed while it runs, again and again.
func TestACommandOutlivesKillsOfTheDaemon(t *testing.T) {
	t.Parallel()
	s, dir := startTaskServer(t), t.TempDir()
	n := s.node(dir)
	type answer struct {
		out tool.Outputs
		log string
		err error
	}
	done := make(chan answer)
	script := fmt.Sprintf("echo begun; echo x >>%s/effects; while [ ! -e %s/go ]; do sleep 0.05; done; echo ended; exit 5", dir, dir)
	Eventually(t, nodeWithin, "the node joins", func() bool {
		_, _, err := s.call("node-scan", map[string]any{"node": n.name})
		return err == nil
	})
	go func() {
		out, log, err := s.call("node-command", map[string]any{"node": n.name, "command": []any{"/bin/sh", "-c", script}, "user": "root", "accept": []any{int64(5)}})
		done <- answer{out, log, err}
	}()
	effects := func() string { text, _ := os.ReadFile(dir + "/effects"); return string(text) }
	Eventually(t, nodeWithin, "it has begun", func() bool { return effects() != "" })
	for range 3 {
		n.Kill()
		n.Start()
	}
	n.Kill()
	if err := os.WriteFile(dir+"/go", nil, 0o600); err != nil { // it ends while there is no daemon
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	n.Start()
	a := <-done
	if a.err != nil || a.out["exit_code"] != int64(5) || a.out["stdout"] != "begun\nended\n" || a.log != "begun\nended\n" || effects() != "x\n" {
		t.Errorf("%+v, effects %q", a, effects())
	}
}

func TestToolsActOnANode(t *testing.T) {
	t.Parallel()
	s, dir := startTaskServer(t), t.TempDir()
	n := s.node(dir)
	node := func(inputs map[string]any) map[string]any { inputs["node"] = n.name; return inputs }
	Eventually(t, nodeWithin, "the node joins", func() bool { _, _, err := s.call("node-scan", node(map[string]any{})); return err == nil })

	s.write("app/etc/a", "one")
	s.write("app/b", "two")
	s.want(tool.Outputs{"changed_count": int64(2), "changed": []any{"b", "etc/a"}}, "sync-files", node(map[string]any{"source": "app", "target": dir + "/app", "mode": "0640"}))
	s.want(tool.Outputs{"changed_count": int64(0)}, "sync-files", node(map[string]any{"source": "app", "target": dir + "/app", "mode": "0640", "delete": true}))
	s.want(tool.Outputs{"changed_count": int64(1)}, "sync-files", node(map[string]any{"source": "app/b", "target": dir + "/single"}))
	s.write("conf.tmpl", "{{range .ports}}{{$.node}}:{{.}}\n{{end}}")
	for _, changed := range []bool{true, false} {
		s.want(tool.Outputs{"changed": changed}, "write-template", node(map[string]any{"template": "conf.tmpl", "target": dir + "/conf", "values": map[string]any{"ports": []any{int64(80), int64(81)}}}))
	}
	if text, _ := os.ReadFile(dir + "/conf"); string(text) != n.name+":80\n"+n.name+":81\n" {
		t.Errorf("%q", text)
	}
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "bin/x", Size: 1, Mode: 0o755}), second(w.Write([]byte("x"))), w.Close()); err != nil {
		t.Fatal(err)
	}
	s.write("x.tar", packed.String())
	s.want(tool.Outputs{"changed": true}, "install-archive", node(map[string]any{"file": "x.tar", "target": dir + "/x"}))

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	address := server.Listener.Addr().String()
	port := strings.TrimPrefix(address, "127.0.0.1:")
	name := filepath.Base(os.Args[0])
	s.want(tool.Outputs{"status": int64(200), "bytes": int64(5)}, "test-http", node(map[string]any{"url": server.URL, "contains": "hello", "within": "5s"}))
	s.want(nil, "test-tcp", node(map[string]any{"address": address, "within": 5 * time.Second}))
	var number int64
	fmt.Sscan(port, &number)
	s.want(tool.Outputs{"listeners": map[string]any{port: name}}, "scan-ports", node(map[string]any{"ports": []any{number}, "listening": true}))
	s.want(tool.Outputs{"counts": map[string]any{"headroom-none": int64(0)}}, "scan-processes", node(map[string]any{"names": []any{"headroom-none"}, "at_least": int64(0)}))

	fails := func(name string, inputs map[string]any, final bool, says string) {
		t.Helper()
		if _, _, err := s.call(name, node(inputs)); err == nil || !strings.Contains(err.Error(), says) || tool.IsFinal(err) != final {
			t.Errorf("%s: final %v, %v; want %q", name, tool.IsFinal(err), err, says)
		}
	}
	fails("scan-processes", map[string]any{"names": []any{"headroom-none"}, "at_least": int64(2)}, false, "runs 0 of headroom-none; want at least 2 of each")
	fails("scan-ports", map[string]any{"ports": []any{number}, "listening": false}, false, fmt.Sprintf("%q listens at %s", name, port))
	fails("node-command", map[string]any{"command": []any{"/sbin/reboot"}}, true, "refuses it: program \"/sbin/reboot\" is none of those that flows may run on this node (tasks.commands)")
	fails("install-package", map[string]any{"name": "openssh-server"}, true, "(tasks.packages)")
	fails("write-template", map[string]any{"text": "x", "target": "/etc/passwd"}, true, "(tasks.files)")
	fails("node-command", map[string]any{"command": []any{"/bin/sh", "-c", "exit 3"}}, false, "it exited with 3")

	aPackage(t, s, n)
	memory := n.Metric("process_resident_memory_bytes")
	var bytes float64
	if fmt.Sscan(memory, &bytes); bytes > 24<<20 {
		t.Errorf("the daemon has %s bytes after all that", memory)
	}
	t.Logf("the daemon has %.1f MiB", bytes/(1<<20))
}

func second(_ int, err error) error { return err }

// aPackage installs a package from the server's file, and removes it.
func aPackage(t *testing.T, s *taskServer, n *Node) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Log("no packages are tried: there is no dpkg-deb")
		return
	}
	name := fmt.Sprintf("headroom-test-%d-%d", os.Getpid(), time.Now().UnixNano())
	root := t.TempDir()
	control := "Package: " + name + "\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: of a test\n"
	if err := errors.Join(os.Chmod(root, 0o755), os.Mkdir(root+"/DEBIAN", 0o755), os.WriteFile(root+"/DEBIAN/control", []byte(control), 0o644)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("dpkg-deb", "-b", root, s.files+"/p.deb").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("dpkg", "--purge", name).Run() })
	inputs := map[string]any{"node": n.name, "name": name, "file": "p.deb", "format": "deb"}
	s.want(tool.Outputs{"version": "1.0", "changed": true}, "install-package", inputs)
	s.want(tool.Outputs{"version": "1.0", "changed": false}, "install-package", inputs)
	s.want(tool.Outputs{"version": "", "changed": true}, "install-package", map[string]any{"node": n.name, "name": name, "absent": true})
}

func TestANodeThatAllowsNothingRefusesTasks(t *testing.T) {
	t.Parallel()
	s := startTaskServer(t)
	n := NewNode(t, "")
	n.args[1] = "--server.url=" + s.url
	n.Start()
	Eventually(t, nodeWithin, "it refuses even to look", func() bool {
		_, _, err := s.call("node-scan", map[string]any{"node": n.name})
		return err != nil && strings.Contains(err.Error(), "set tasks.enabled in its configuration")
	})
}
