package balance

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// lists is a server that tells lists, as Headroom's does.
type lists struct {
	*httptest.Server
	mu      sync.Mutex
	text    string
	version int
	changed chan struct{}
	status  int // other than 200: what it answers
	asked   []string
}

func startLists(t *testing.T) *lists {
	l := &lists{text: "[]", changed: make(chan struct{}), status: http.StatusOK}
	l.Server = httptest.NewServer(l)
	t.Cleanup(func() {
		l.CloseClientConnections()
		l.Close()
	})
	return l
}

func (l *lists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	l.asked = append(l.asked, r.URL.Path+"?"+r.URL.RawQuery)
	for l.status == http.StatusOK && r.Header.Get("If-None-Match") == l.etag() {
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-time.After(2 * time.Second):
			w.WriteHeader(http.StatusNotModified)
			return
		}
		l.mu.Lock()
	}
	defer l.mu.Unlock()
	w.Header().Set("ETag", l.etag())
	w.WriteHeader(l.status)
	fmt.Fprint(w, l.text)
}

func (l *lists) etag() string { return fmt.Sprintf("%q", strconv.Itoa(l.version)) }

func (l *lists) say(status int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status, l.text = status, text
	l.version++
	close(l.changed)
	l.changed = make(chan struct{})
}

// entry is one worker of a list.
func entry(w testWorker, weight int, state wire.State, agent string) group {
	g := group{Targets: []string{"127.0.0.1:" + itoa(w.port)}, Labels: map[string]string{
		labelWorker: w.id, labelNode: "node-1", labelWeight: strconv.Itoa(weight), labelState: string(state),
	}}
	if agent != "" {
		g.Labels[labelAgent] = agent
	}
	return g
}

func listOf(groups ...group) string {
	text, err := json.Marshal(groups)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// startFollower follows until the end of the test, or until it is stopped.
func startFollower(t *testing.T, server, dir string, proxies ...Proxy) (f *Follower, stop func()) {
	t.Helper()
	if err := Config(proxies).Check("proxies"); err != nil {
		t.Fatal(err)
	}
	f, err := New(Options{Proxies: proxies, Server: server, Dir: dir, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { f.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return f, stop
}

// applied waits until a proxy has so many workers and no fault.
func applied(t *testing.T, f *Follower, workers int) {
	t.Helper()
	since := time.Now()
	eventually(t, fmt.Sprintf("the proxy has %d workers", workers), func() bool {
		s := f.Status()[0]
		if time.Since(since) > 10*time.Second {
			since = time.Now()
			t.Logf("%+v", s)
		}
		return s.Workers == workers && s.Applied.After(s.Fetched) && s.Fault == ""
	})
}

// haproxyOfSlots is a configuration with a server-template.
func haproxyOfSlots(dir, socket, front, host string, slots int) string {
	return fmt.Sprintf(`
global
	stats socket %s mode 600 level admin expose-fd listeners
	server-state-file %s
defaults
	mode http
	timeout connect 2s
	timeout client 10s
	timeout server 10s
	load-server-state-from-file global
frontend shop
	bind %s
	default_backend shop
backend shop
	balance roundrobin
	option redispatch
	server-template w 1-%d %s:1 init-addr last,libc,none weight 100 check inter 1s agent-check agent-port 1 agent-inter 1s disabled
`, socket, filepath.Join(dir, "state"), front, slots, host)
}

// Workers come, go and change places under traffic; HAProxy is reloaded; the follower
// and the server go away and come back. No request fails.
func TestHAProxyFollowsTheList(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, socket := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "s")
	reload := startHAProxy(t, socket, haproxyOfSlots(dir, socket, front, "localhost", 5))
	agent := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	answers := map[string]Answer{}
	workers := make([]testWorker, 5)
	for i := range workers {
		workers[i] = startWorker(t, fmt.Sprintf("shop-%d", i))
		answers[workers[i].id] = Answer{Port: workers[i].port, State: wire.Ready, Percent: 100}
	}
	agent.Set(answers)
	with := func(i int) group { return entry(workers[i], 100, wire.Ready, agent.Address().String()) }
	without := func(i, weight int, state wire.State) group { return entry(workers[i], weight, state, "") }

	server.say(http.StatusOK, listOf(with(0), with(1), without(2, 100, wire.Ready)))
	proxy := Proxy{Module: "shop/web", Proxy: "front", Kind: HAProxy, Socket: socket, Backend: "shop", StateFile: filepath.Join(dir, "state")}
	follower, stop := startFollower(t, server.URL, dir, proxy)
	applied(t, follower, 3)
	f := startTraffic(t, "http://"+front)
	f.untilShare(t, "shop-2", 0.3, 0.37)

	t.Log("overload, by the agent and by the list")
	answers["shop-1"] = Answer{Port: workers[1].port, State: wire.Ready, Percent: 25}
	agent.Set(answers)
	f.untilShare(t, "shop-1", 0.07, 0.16) // 1/9
	server.say(http.StatusOK, listOf(with(0), with(1), without(2, 25, wire.Ready)))
	f.untilShare(t, "shop-2", 0.1, 0.24) // 1/6

	t.Log("drain, by the agent and by the list")
	answers["shop-1"] = Answer{Port: workers[1].port, State: wire.Draining}
	agent.Set(answers)
	f.untilShare(t, "shop-1", 0, 0)
	server.say(http.StatusOK, listOf(with(0), with(1), without(2, 100, wire.Draining)))
	f.untilShare(t, "shop-0", 1, 1)

	t.Log("new workers take the slots of old ones")
	server.say(http.StatusOK, listOf(with(0), with(3), with(4), without(2, 100, wire.Ready)))
	f.untilShare(t, "shop-4", 0.2, 0.3)
	if s := f.split(t, 200); s["shop-1"] != 0 || len(s) != 4 {
		t.Errorf("got %v", s)
	}
	answers["shop-1"] = Answer{Port: workers[1].port, State: wire.Ready, Percent: 100}
	agent.Set(answers) // it says that it is there, and the list says that it is not
	if s := f.split(t, 1500); s["shop-1"] != 0 {
		t.Errorf("got %v", s)
	}

	t.Log("a reload, with the state file")
	answers["shop-3"] = Answer{Port: workers[3].port, State: wire.Ready, Percent: 0}
	agent.Set(answers)
	f.untilShare(t, "shop-3", 0, 0)
	time.Sleep(1100 * time.Millisecond) // the state file is there once a second
	reload()
	f.untilShare(t, "shop-4", 0.28, 0.38)
	answers["shop-3"] = Answer{Port: workers[3].port, State: wire.Ready, Percent: 100}
	agent.Set(answers)
	f.untilShare(t, "shop-3", 0.2, 0.3) // so its agent is asked by its name again

	t.Log("the follower is gone, then back without a server")
	time.Sleep(1100 * time.Millisecond)
	stop()
	server.say(http.StatusInternalServerError, "broken")
	reload()
	f.untilShare(t, "shop-3", 0.2, 0.3)
	follower, _ = startFollower(t, server.URL, dir, proxy)
	eventually(t, "the follower tells the server's fault", func() bool {
		s := follower.Status()[0]
		return s.Workers == 4 && !s.Applied.IsZero() && strings.Contains(s.Fault, "500 Internal Server Error: broken")
	})
	f.untilShare(t, "shop-3", 0.2, 0.3)
	server.say(http.StatusOK, "[]")
	eventually(t, "the follower keeps the last list", func() bool {
		return follower.Status()[0].Fault == errEmptied.Error()
	})
	f.untilShare(t, "shop-3", 0.2, 0.3)
	if len(server.asked) == 0 || server.asked[0] != "/api/v1/sd?module=shop%2Fweb&proxy=front&wait=30s" {
		t.Errorf("asked %q", server.asked)
	}
}

// Without a state file HAProxy is empty after a reload, until the follower sees it.
func TestSlotsAreFilledAgainAfterAReload(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, socket := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "s")
	reload := startHAProxy(t, socket, haproxyOfSlots(dir, socket, front, "127.0.0.1", 3))
	w := startWorker(t, "shop-0")
	server.say(http.StatusOK, listOf(entry(w, 100, wire.Ready, "")))
	f, _ := startFollower(t, server.URL, dir, Proxy{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "shop"})
	applied(t, f, 1)
	for range 3 {
		reload()
		took := eventually(t, "the worker is back", func() bool {
			id, err := answerOf(http.DefaultClient, "http://"+front)
			return err == nil && id == "shop-0"
		})
		t.Logf("the worker was back %s after the reload", took)
	}
}

// What the agent said of a worker must not stick to the slot.
func TestSlotOfAWorkerThatIsDownServesTheNextOne(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, socket := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "s")
	startHAProxy(t, socket, haproxyOfSlots(dir, socket, front, "localhost", 1))
	agent := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	a, b, c := startWorker(t, "shop-0"), startWorker(t, "shop-1"), startWorker(t, "shop-2")
	agent.Set(map[string]Answer{
		"shop-0": {State: wire.Backoff, Reason: "exit code 1"}, "shop-1": {State: wire.Ready, Percent: 0},
	})
	f, _ := startFollower(t, server.URL, dir, Proxy{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "shop"})
	answers := func(want string) func() bool {
		return func() bool {
			text, err := answerOf(http.DefaultClient, "http://"+front)
			return err == nil && text == want || err != nil && strings.HasPrefix(err.Error(), want)
		}
	}
	for range 2 {
		server.say(http.StatusOK, listOf(entry(a, 100, wire.Ready, agent.Address().String())))
		applied(t, f, 1)
		eventually(t, "the agent takes it down", answers("503"))
		server.say(http.StatusOK, listOf(entry(c, 100, wire.Ready, "")))
		eventually(t, "the next one serves", answers("shop-2"))
		server.say(http.StatusOK, listOf(entry(b, 100, wire.Ready, agent.Address().String())))
		applied(t, f, 1)
		eventually(t, "the agent drains it", answers("503"))
		server.say(http.StatusOK, listOf(entry(c, 50, wire.Ready, "")))
		eventually(t, "the next one serves", answers("shop-2"))
	}
}

func TestFaultsOfHAProxyAreTold(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, socket := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "s")
	config := haproxyOfSlots(dir, socket, front, "127.0.0.1", 1)
	startHAProxy(t, socket, strings.Replace(config, "weight 100 ", "", 1))
	a, b := startWorker(t, "shop-0"), startWorker(t, "shop-1")
	server.say(http.StatusOK, listOf(entry(a, 100, wire.Ready, ""), entry(b, 100, wire.Ready, "")))
	proxies := []Proxy{
		{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "shop", StateFile: filepath.Join(dir, "state")},
		{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "nothing"},
		{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "shop", Template: "x"},
		{Module: "shop", Kind: HAProxy, Socket: filepath.Join(dir, "none"), Backend: "shop"},
	}
	for i, want := range []string{
		"1 workers have no slot: server-template w of backend shop has but 1\n" +
			"server-template w of backend shop wants weight 100: a part of 1 is nothing\n" +
			"state_file is not written: server-template w of backend shop wants a host name",
		"Can't find backend.",
		"backend shop of HAProxy has no server-template x",
		"talk to HAProxy: dial unix",
	} {
		f, stop := startFollower(t, server.URL, t.TempDir(), proxies[i])
		eventually(t, want, func() bool { return strings.Contains(f.Status()[0].Fault, want) })
		stop()
	}
	if _, err := os.Stat(filepath.Join(dir, "state")); err == nil {
		t.Error("a state file was written that HAProxy reads wrongly")
	}
}

// A name that cannot be dialled must not take long to tell.
func TestHAProxyThatHangs(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := newHAProxy(Proxy{Socket: l.Addr().String(), Backend: "shop"}, map[string]string{}, quiet())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := h.apply(ctx, time.Now(), nil); err == nil {
		t.Error("no error")
	}
}
