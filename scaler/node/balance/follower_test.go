package balance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

const twoWorkers = `[
	{"targets":["10.0.0.2:9001"],"labels":{"__meta_headroom_worker":"shop-2","__meta_headroom_weight":"25","__meta_headroom_state":"ready","__meta_headroom_agent":"10.0.0.2:7482"}},
	{"targets":["10.0.0.1:9001","10.0.0.1:9002"],"labels":{"__meta_headroom_state":"draining"}},
	{"targets":["node-3:9001"]}
]`

func TestParse(t *testing.T) {
	got, err := parse([]byte(twoWorkers))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, w := range got {
		lines = append(lines, fmt.Sprintf("%s %s %d %s %s:%d %v", w.address, w.name(), w.weight, w.state, w.agentHost, w.agentPort, w.serves()))
	}
	want := `10.0.0.1:9001 10.0.0.1:9001 100 draining :0 false
10.0.0.1:9002 10.0.0.1:9002 100 draining :0 false
10.0.0.2:9001 shop-2 25 ready 10.0.0.2:7482 true
node-3:9001 node-3:9001 100 ready :0 true`
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestListThatIsNotUnderstoodIsRefusedWhole(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	f(`null`, "want an array, got null")
	f(`{"status":"error"}`, "cannot unmarshal object")
	f(`[{"targets":["10.0.0.1:9001"]}`, "unexpected end")
	f(`[{"targets":["10.0.0.1"]}]`, `[0].targets[0]: want host:port, got "10.0.0.1"`)
	f(`[{"targets":["a:1"]},{"targets":["a:1","a:0"]}]`, `[1].targets[1]: want a port of 1 … 65535, got "a:0"`)
	f(`[{"targets":["a:1","a:1"]}]`, `"a:1" is there twice`)
	f(`[{"targets":["a; shutdown:1"]}]`, "want host:port")
	f(`[{"targets":["a:1"],"labels":{"__meta_headroom_worker":"w1; disable frontend f"}}]`, "want letters, digits")
	f(`[{"targets":["a:1"],"labels":{"__meta_headroom_worker":"w1\n"}}]`, "want letters, digits")
	f(`[{"targets":["a:1"],"labels":{"__meta_headroom_weight":"101"}}]`, `want 0 … 100, got "101"`)
	f(`[{"targets":["a:1"],"labels":{"__meta_headroom_agent":"a"}}]`, `__meta_headroom_agent: want host:port, got "a"`)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(twoWorkers))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parse(text)
		if err != nil {
			return
		}
		for _, w := range list {
			if strings.ContainsAny(w.address+w.worker+w.agentHost, "; \n\\{}") {
				t.Errorf("%q gives a proxy %+v", text, w)
			}
		}
	})
}

func TestResolve(t *testing.T) {
	addresses := map[string][]netip.Addr{
		"node-1": {netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.1")},
		"node-2": nil,
	}
	var asked int
	lookup := func(_ context.Context, host string) ([]netip.Addr, error) {
		asked++
		if host == "node-3" {
			return nil, errors.New("no such host")
		}
		return addresses[host], nil
	}
	list, err := parse([]byte(`[{"targets":["node-1:1","node-1:2","node-2:1","node-3:1","10.0.0.7:1","[::1]:1"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]netip.Addr{"node-3": netip.MustParseAddr("10.0.0.3"), "gone": netip.MustParseAddr("10.0.0.8")}
	f := func(want string) {
		t.Helper()
		resolved, err := resolve(t.Context(), lookup, list, known)
		var all []string
		for _, r := range resolved {
			all = append(all, r.at().String())
		}
		if got := fmt.Sprint(strings.Join(all, " "), " ", err); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("10.0.0.7:1 [::1]:1 10.0.0.1:1 10.0.0.1:2 10.0.0.3:1 look up node-2: it has no address")
	if asked != 3 {
		t.Errorf("asked %d times for 3 names", asked)
	}
	addresses["node-1"] = append(addresses["node-1"], netip.MustParseAddr("10.0.0.0")) // an address that comes first, and the old one is still good
	addresses["node-2"] = []netip.Addr{netip.MustParseAddr("10.0.0.2")}
	f("10.0.0.7:1 [::1]:1 10.0.0.1:1 10.0.0.1:2 10.0.0.2:1 10.0.0.3:1 <nil>")
	if _, there := known["gone"]; there {
		t.Error("a host that nobody names is remembered")
	}
}

func TestConfigIsChecked(t *testing.T) {
	err := Config{
		{},
		{Module: "shop", Kind: HAProxy, Socket: "here", Backend: "a b", Template: ";", StateFile: "state"},
		{Module: "shop", Kind: Nginx, Path: "x", Backend: "{", Every: -1, Empty: "maybe"},
		{Module: "shop", Kind: FileSD, Path: "/a"},
		{Module: "other", Kind: FileSD, Path: "/a"},
	}.Check("balance.proxies")
	want := `balance.proxies[0].module: want the id of a module, got ""
balance.proxies[0].kind: want haproxy, nginx or file_sd, got ""
balance.proxies[1].socket: want an absolute path or host:port, got "here"
balance.proxies[1].backend: want the name of a backend, got "a b"
balance.proxies[1].template: want the prefix of a server-template, got ";"
balance.proxies[1].state_file: want an absolute path, got "state"
balance.proxies[2].path: want an absolute path, got "x"
balance.proxies[2].backend: want the name of an upstream, got "{"
balance.proxies[2].every: want a duration that is not negative, got "-1ns"
balance.proxies[2].empty: want keep or apply, got "maybe"
balance.proxies[4]: file_sd /a is in balance.proxies[3] already`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// noted is a sink that remembers what it got.
type noted struct {
	lists []string
	err   error
}

func (n *noted) apply(_ context.Context, _ time.Time, targets []target) (bool, error) {
	var all []string
	for _, t := range targets {
		all = append(all, fmt.Sprintf("%s=%d", t.address, t.weight))
	}
	n.lists = append(n.lists, strings.Join(all, " "))
	return n.err == nil, n.err
}

func newTestFollow(t *testing.T, dir string, change func(*Proxy)) (*follow, *noted) {
	t.Helper()
	p := Proxy{Module: "shop", Kind: Nginx, Path: "/shop.conf"}
	if change != nil {
		change(&p)
	}
	f := newFollow(Options{Dir: dir, Log: quiet()}, p.WithDefaults())
	n := &noted{}
	f.sink = n
	return f, n
}

func (n *noted) want(t *testing.T, lists ...string) {
	t.Helper()
	if fmt.Sprintf("%q", n.lists) != fmt.Sprintf("%q", lists) {
		t.Errorf("the proxy got %q, want %q", n.lists, lists)
	}
	n.lists = nil
}

// told plays one answer of the server.
func (f *follow) told(t *testing.T, etag, text string, err error) {
	t.Helper()
	n := news{text: []byte(text), etag: etag, err: err}
	if err == nil {
		if n.list, n.err = parse(n.text); n.err != nil {
			n.text = nil
		}
	}
	f.hear(t.Context(), n)
	f.bring(t.Context())
}

const one, two = `[{"targets":["10.0.0.1:9001"]}]`, `[{"targets":["10.0.0.1:9001"]},{"targets":["10.0.0.1:9002"]}]`

func TestServerThatFailsEmptiesNoProxy(t *testing.T) {
	f, n := newTestFollow(t, t.TempDir(), nil)
	f.told(t, "", "", errors.New("503 Service Unavailable"))
	n.want(t) // nothing is known: the proxy keeps what it has
	f.told(t, "1", two, nil)
	n.want(t, "10.0.0.1:9001=100 10.0.0.1:9002=100")
	for _, bad := range []string{``, `null`, `{}`, `[{"targets":["x"]}]`} {
		f.told(t, "2", bad, nil)
		n.want(t, "10.0.0.1:9001=100 10.0.0.1:9002=100")
		if s := f.state(); s.Fault == "" || s.Workers != 2 {
			t.Errorf("%q: got %+v", bad, s)
		}
	}
	f.told(t, "1", "", errSame)
	if s := f.state(); s.Fault != "" || s.Fetched.IsZero() {
		t.Errorf("got %+v", s)
	}
}

func TestEmptyListIsKeptUnlessItMayBeApplied(t *testing.T) {
	draining := `[{"targets":["10.0.0.1:9001"],"labels":{"__meta_headroom_state":"draining"}}]`
	for _, empty := range []string{`[]`, draining} {
		f, n := newTestFollow(t, t.TempDir(), nil)
		f.told(t, "1", one, nil)
		f.told(t, "2", empty, nil)
		n.want(t, "10.0.0.1:9001=100", "10.0.0.1:9001=100")
		want := "the server says that no worker serves: the last list is kept"
		if s := f.state(); s.Fault != want {
			t.Errorf("got %q, want %q", s.Fault, want)
		}
		f.told(t, "", "", errors.New("timeout"))
		f.told(t, "2", "", errSame)
		if s := f.state(); s.Fault != want {
			t.Errorf("got %q, want %q", s.Fault, want)
		}
		n.lists = nil
		f.told(t, "3", two, nil)
		n.want(t, "10.0.0.1:9001=100 10.0.0.1:9002=100")
		if s := f.state(); s.Fault != "" {
			t.Errorf("got %q", s.Fault)
		}
	}
	f, n := newTestFollow(t, t.TempDir(), func(p *Proxy) { p.Empty = "apply" })
	f.told(t, "1", one, nil)
	f.told(t, "2", `[]`, nil)
	n.want(t, "10.0.0.1:9001=100", "")
}

// A proxy that never had a worker may be told so.
func TestFirstListMayBeEmpty(t *testing.T) {
	f, n := newTestFollow(t, t.TempDir(), nil)
	f.told(t, "1", `[]`, nil)
	n.want(t, "")
}

func TestLastListComesFromDisk(t *testing.T) {
	dir := t.TempDir()
	f, _ := newTestFollow(t, dir, nil)
	f.told(t, "7", two, nil)
	f.told(t, "8", `[]`, nil) // kept: neither is on disk

	f, n := newTestFollow(t, dir, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var etag string
	f.ask = func(_ context.Context, e string) ([]byte, string, error) {
		etag = e
		cancel()
		return nil, "", errors.New("the server is away")
	}
	f.run(ctx)
	if etag != "7" || len(n.lists) == 0 || n.lists[0] != "10.0.0.1:9001=100 10.0.0.1:9002=100" {
		t.Errorf("asked with %q, the proxy got %q", etag, n.lists)
	}

	other, n := newTestFollow(t, dir, func(p *Proxy) { p.Module = "other" })
	if other.list != nil {
		t.Error("a list of another module is taken")
	}
	n.want(t)
}

func TestTornFileOnDiskIsTold(t *testing.T) {
	dir := t.TempDir()
	f, _ := newTestFollow(t, dir, nil)
	f.told(t, "7", two, nil)
	file := keptFile(dir, f.p)
	whole := text(t, file)
	if err := os.WriteFile(file, []byte(whole[:len(whole)/2]), 0o644); err != nil {
		t.Fatal(err)
	}
	f, n := newTestFollow(t, dir, nil)
	if s := f.state(); !strings.Contains(s.Fault, "read the last list: "+file) {
		t.Errorf("got %+v", s)
	}
	f.told(t, "8", two, nil)
	n.want(t, "10.0.0.1:9001=100 10.0.0.1:9002=100")
	if s := f.state(); s.Fault != "" {
		t.Errorf("got %+v", s)
	}
}

func TestFolderThatCannotBeWrittenIsTold(t *testing.T) {
	dir := t.TempDir()
	f, n := newTestFollow(t, filepath.Join(dir, "missing"), nil)
	f.told(t, "7", two, nil)
	n.want(t, "10.0.0.1:9001=100 10.0.0.1:9002=100") // the proxy is served all the same
	if s := f.state(); !strings.Contains(s.Fault, "no such file or directory") {
		t.Errorf("got %+v", s)
	}
}

func TestHostsThatCannotBeLookedUpKeepTheProxy(t *testing.T) {
	f, n := newTestFollow(t, t.TempDir(), nil)
	f.lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("no answer") }
	f.told(t, "1", `[{"targets":["node-1:9001"]}]`, nil)
	n.want(t)
	if s := f.state(); !strings.Contains(s.Fault, "look up node-1: no answer") {
		t.Errorf("got %+v", s)
	}
	f.lookup = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}
	f.told(t, "1", "", errSame)
	n.want(t, "node-1:9001=100")
}

func TestServerIsAskedWithWhatItWants(t *testing.T) {
	server := startLists(t)
	server.say(http.StatusOK, one)
	text, etag, err := fetch(t.Context(), http.DefaultClient, server.URL+"/", Proxy{Module: "a/b c"}, "")
	if err != nil || string(text) != one || etag != `"1"` {
		t.Errorf("got %s, %s, %v", text, etag, err)
	}
	if want := "/api/v1/sd?module=a%2Fb+c&wait=30s"; server.asked[0] != want {
		t.Errorf("asked %s, want %s", server.asked[0], want)
	}
	if _, _, err := fetch(t.Context(), http.DefaultClient, server.URL, Proxy{Module: "a"}, etag); !errors.Is(err, errSame) {
		t.Errorf("got %v", err)
	}
	server.say(http.StatusForbidden, `{"error":"no right"}`)
	if _, _, err := fetch(t.Context(), http.DefaultClient, server.URL, Proxy{Module: "a"}, etag); err == nil || !strings.Contains(err.Error(), `403 Forbidden: {"error":"no right"}`) {
		t.Errorf("got %v", err)
	}
}

// Prometheus reads what is written.
func TestFileSD(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	path := filepath.Join(dir, "shop.json")
	server.say(http.StatusOK, twoWorkers)
	f, _ := startFollower(t, server.URL, dir, Proxy{Module: "shop", Kind: FileSD, Path: path})
	applied(t, f, 4)
	var groups []group
	if err := json.Unmarshal([]byte(text(t, path)), &groups); err != nil || len(groups) != 4 {
		t.Errorf("got %+v, %v", groups, err)
	}
	if g := groups[2]; g.Targets[0] != "10.0.0.2:9001" || g.Labels[labelWorker] != "shop-2" || g.Labels[labelState] != string(wire.Ready) {
		t.Errorf("got %+v", g)
	}
	config := filepath.Join(dir, "prometheus.yml")
	yaml := fmt.Sprintf("scrape_configs:\n- job_name: shop\n  file_sd_configs:\n  - files: [%s]\n", path)
	if err := os.WriteFile(config, []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(need(t, "promtool"), "check", "config", config).CombinedOutput()
	if err != nil {
		t.Errorf("promtool: %v: %s", err, output)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the file is there again", func() bool { _, err := os.Stat(path); return err == nil })
}
