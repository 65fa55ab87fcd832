package e2e

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/scaler/request"
)

// expanded is a server over TLS with a service that no machine can run yet.
type expanded struct {
	*Server
	t       *testing.T
	machine *Machine
	node    *Node // the machine's daemon
	proxy   string
	pack    string // name of the service's package
}

// A module gets a fresh machine: from the request's approval over a real package, a file
// that is made for it, and its worker, to requests that come through the load balancer.
func TestAModuleIsExpandedToAFreshMachine(t *testing.T) {
	t.Parallel()
	s := newExpanded(t)
	Eventually(t, time.Minute, "the machine is seen to lack what the module declares", func() bool {
		return strings.Contains(s.get("/api/v1/consistency?path=shop"), "1 of 1 inconsistent")
	})
	Eventually(t, 90*time.Second, "the pool says why the module has no worker", func() bool { // once a minute, a little after its end
		return strings.Contains(s.get("/api/v1/pool"), "inconsistent")
	})
	if _, err := ask(s.proxy); err == nil {
		t.Fatal("somebody answers before there is a worker")
	}

	asked := s.request(fmt.Sprintf(`{"kind":"machines","who":"ann","why":"sale on Friday","machines":{"module":%q,"devices":1,"needed_by":%q,"nodes":[%q]}}`,
		scaledModule, time.Now().AddDate(0, 0, 7).Format(time.DateOnly), s.machine.Name))
	if status, body := s.Post("/api/v1/requests/"+asked.ID, `{"action":"approve","who":"ann","why":"mine"}`); status != 403 {
		t.Errorf("ann approves her own request: %d %s; want 403", status, body)
	}
	began := time.Now()
	if status, body := s.Post("/api/v1/requests/"+asked.ID, `{"action":"approve","who":"boss","why":"within the budget"}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	Eventually(t, 2*time.Minute, "a worker answers through the load balancer", func() bool {
		_, err := ask(s.proxy)
		return err == nil
	})
	t.Logf("from the approval to traffic: %v (to reach: 60 s and what the tools take)", time.Since(began).Round(time.Millisecond))
	var service pool.ServiceView
	s.Ask("/api/v1/services/"+url.PathEscape(scaledModule), &service)
	if w := service.Workers; len(w) != 1 || w[0].Node != s.machine.Name || !strings.HasPrefix(w[0].Address, s.machine.Address+":") {
		t.Errorf("the workers are %+v; want one of %s", w, s.machine.Name)
	}
	s.followed(asked.ID)
	Eventually(t, time.Minute, "the machine is as declared", func() bool {
		return strings.Contains(s.get("/api/v1/consistency?path=shop"), `"inconsistent":0`)
	})
	s.only()
}

// followed waits until the request is done, and looks at its run.
func (s *expanded) followed(id string) {
	s.t.Helper()
	var r request.Request
	var run flow.Run
	Eventually(s.t, time.Minute, "the run of the request comes to an end", func() bool {
		if s.Ask("/api/v1/requests/"+id, &r); r.Run == "" {
			return false
		}
		s.Ask("/api/v1/runs/"+r.Run, &run)
		return r.State.Over() || run.State == flow.Waiting
	})
	if r.State != request.Done || run.State != flow.Done || run.Source.ID != id || run.Module != scaledModule {
		s.t.Errorf("request %s: %s, run %s: %s", r.State, r.Reason, run.State, run.Reason)
	}
	for _, step := range run.Steps {
		if step.State != flow.StepDone && step.State != flow.StepSkipped {
			s.t.Errorf("step %s is %s: %s", step.Path, step.State, step.Reason)
		}
		if step.Tool != "" && len(step.Attempts) > 0 {
			s.t.Logf("%-40s %v", step.Path, step.Ended.Sub(step.Started).Round(time.Millisecond))
		}
	}
}

// only sees to it that what was installed is on the machine, and not here.
func (s *expanded) only() {
	s.t.Helper()
	pid := s.node.cmd.Process.Pid
	for _, path := range []string{"/opt/" + s.pack + "/worker", "/etc/" + s.pack + ".conf"} {
		if _, err := os.Stat(path); err == nil || !s.machine.Has(pid, path) {
			s.t.Errorf("%s: here %v, on the machine %v; want it there alone", path, err == nil, s.machine.Has(pid, path))
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/root/etc/%s.conf", pid, s.pack))
	if want := "zone = blue\n"; err != nil || string(text) != want {
		s.t.Errorf("the configuration is %q, %v; want %q", text, err, want)
	}
}

func (s *expanded) get(path string) string {
	s.t.Helper()
	status, body := s.Get(path)
	if status != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	return body
}

func (s *expanded) request(body string) (r request.Request) {
	s.t.Helper()
	status, text := s.Post("/api/v1/requests", body)
	if err := json.Unmarshal([]byte(text), &struct{ Data *request.Request }{&r}); err != nil || status != http.StatusOK {
		s.t.Fatalf("%d %s", status, text)
	}
	return r
}

func newExpanded(t *testing.T) *expanded {
	t.Helper()
	m := NewMachine(t)
	s := &expanded{t: t, machine: m, pack: fmt.Sprintf("headroom-e2e-shop-%d", os.Getpid())}
	dir := t.TempDir()
	roots := certificate(t, dir, m.Here)
	s.files(dir)
	port := freePorts(t, 2)
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	web := write("web.yml", "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n")
	write("declared/shop.yml", s.say("modules:\n- module: MODULE\n  node_labels: ['role=\"shop\"']\n  packages: [{name: PACK}]\n  files: [{path: /etc/PACK.conf, template: shop.conf, values: {zone: blue}}]\n"))
	write("declared/files/shop.conf", "zone = {{.Values.zone}}\n")
	token := write("token", "of-all-nodes-a-secret\n")
	file := write("headroom.yml", s.say(expandedConfig)+"pool: {node_token_file: "+token+"}\n")
	s.Server = StartServer(t, "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"), "--web.config.file="+web, fmt.Sprintf("--web.listen-address=0.0.0.0:%d", port[0]))
	s.URL = fmt.Sprintf("https://127.0.0.1:%d", port[0])
	s.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}

	socket := filepath.Join(dir, "haproxy.sock")
	s.proxy = fmt.Sprintf("http://127.0.0.1:%d/", port[1])
	startHAProxy(t, dir, socket, port[1])
	trust := "server: {token_file: " + token + ", tls: {ca_file: " + filepath.Join(dir, "cert.pem") + "}}\n"
	balancer := NewNode(t, trust+"node: {address: 127.0.0.1}\nbalance:\n  proxies:\n  - {module: "+scaledModule+", kind: haproxy, socket: "+socket+", backend: web}\n")
	balancer.joins(s.URL)
	balancer.Start()
	s.node = NewNode(t, trust+s.say("node: {name: NAME, address: ADDRESS, labels: {role: shop}}\ntasks: {enabled: true, packages: [PACK], files: [/etc]}\ninventory: {interval: 1s}\n"))
	s.node.machine, s.node.name = m, m.Name
	s.node.args = s.node.args[:1] // the name is in its file
	s.node.args = append(s.node.args, fmt.Sprintf("--server.url=https://%s:%d", m.Here, port[0]))
	s.node.Start()
	return s
}

// say puts names into a text.
func (s *expanded) say(text string) string {
	return strings.NewReplacer("MODULE", scaledModule, "PACK", s.pack, "NAME", s.machine.Name, "ADDRESS", s.machine.Address).Replace(text)
}

// Without role=shop the balancer's machine would run workers too.
const expandedConfig = `hierarchy: [business, module]
rollup: {grace: 1s}
consistency: {dir: declared, files_dir: declared/files}
flows: {files_dir: files}
requests:
  approvers: [{who: [boss]}]
  flows:
  - kind: machines
    flow: expand-module
    inputs:
      module: "${module}"
      nodes: "${nodes}"
      packages: [{name: PACK, file: PACK.deb}]
      templates: [{template: shop.conf, target: /etc/PACK.conf, mode: "0644"}]
      values: {zone: blue}
      processes: [worker]
services:
- module: MODULE
  mode: apply
  nodes: ['role="shop"']
  command: [/opt/PACK/worker, worker, --listen, ":{port}"]
  ports: {from: 21000, to: 21019}
  health: {kind: http, path: /healthz, interval: 200ms, timeout: 10s, failures: 30, restart: 0}
  latency: {source: none}
  drain: 1s
  policy: {minimum: 1, maximum: 4, predictive: false}
`

// files are what the server has for nodes: the package, and the template of its
// configuration.
func (s *expanded) files(dir string) {
	s.t.Helper()
	program, err := demoscale()
	if err != nil {
		s.t.Fatal(err)
	}
	root := filepath.Join(dir, "package")
	for name, text := range map[string]string{
		"package/DEBIAN/control": s.say("Package: PACK\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.com>\nDescription: a worker\n"),
		"files/shop.conf":        "zone = {{.Values.zone}}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, line := range [][]string{
		{"install", "-D", "-m", "0755", program, filepath.Join(root, "opt", s.pack, "worker")},
		{"dpkg-deb", "--build", "--root-owner-group", "-Znone", root, filepath.Join(dir, "files", s.pack+".deb")},
	} {
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			s.t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
}
