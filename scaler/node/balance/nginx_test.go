package balance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// startNginx runs a configuration that includes a file of upstream servers.
func startNginx(t *testing.T, dir, front, upstreams string) (test, reload []string) {
	t.Helper()
	program, file := need(t, "nginx"), filepath.Join(dir, "nginx.conf")
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "\t%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	config := fmt.Sprintf(`%s
worker_processes 2;
pid %s/pid;
error_log %s/error.log;
events { worker_connections 256; }
http {
	access_log off;
%s	include %s;
	server {
		listen %s;
		location / {
			proxy_pass http://shop;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
		}
	}
}
`, user, dir, dir, temp.String(), upstreams, front)
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(upstreams); err != nil {
		empty := (&nginx{p: Proxy{Backend: "shop"}}).render(nil)
		if err := os.WriteFile(upstreams, empty, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	at := []string{program, "-e", dir + "/error.log", "-c", file}
	start(t, append(slices.Clone(at), "-g", "daemon off;")...)
	eventually(t, "nginx runs", func() bool {
		pid, err := os.ReadFile(dir + "/pid")
		return err == nil && len(pid) > 0
	})
	return append(slices.Clone(at), "-t"), append(slices.Clone(at), "-s", "reload")
}

func TestNginxFollowsTheList(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, upstreams := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "shop.conf")
	test, reload := startNginx(t, dir, front, upstreams)
	workers := make([]testWorker, 3)
	for i := range workers {
		workers[i] = startWorker(t, fmt.Sprintf("shop-%d", i))
	}
	with := func(i, weight int, state wire.State) group { return entry(workers[i], weight, state, "") }
	server.say(http.StatusOK, listOf(with(0, 100, wire.Ready), with(1, 100, wire.Ready)))
	proxy := Proxy{Module: "shop/web", Kind: Nginx, Path: upstreams, Backend: "shop", Test: test, Reload: reload, Every: wire.Duration(300 * time.Millisecond)}
	f, stop := startFollower(t, server.URL, dir, proxy)
	applied(t, f, 2)
	eventually(t, "nginx has them", func() bool {
		_, err := answerOf(http.DefaultClient, "http://"+front)
		return err == nil
	})
	load := startTraffic(t, "http://"+front)
	load.untilShare(t, "shop-1", 0.4, 0.6)
	server.say(http.StatusOK, listOf(with(0, 100, wire.Ready), with(1, 25, wire.Ready)))
	load.untilShare(t, "shop-1", 0.12, 0.28) // 1/5
	server.say(http.StatusOK, listOf(with(0, 100, wire.Ready), with(1, 0, wire.Ready), with(2, 100, wire.Ready)))
	load.untilShare(t, "shop-1", 0, 0)
	load.untilShare(t, "shop-2", 0.4, 0.6)
	server.say(http.StatusOK, listOf(with(0, 100, wire.Draining), with(2, 100, wire.Ready)))
	load.untilShare(t, "shop-2", 1, 1)
	server.say(http.StatusOK, listOf(with(1, 100, wire.Ready), with(2, 100, wire.Ready)))
	load.untilShare(t, "shop-1", 0.4, 0.6)

	stop()
	server.say(http.StatusBadGateway, "")
	f, _ = startFollower(t, server.URL, dir, proxy)
	eventually(t, "the last list is told again", func() bool {
		s := f.Status()[0]
		return s.Workers == 2 && !s.Applied.IsZero() && strings.Contains(s.Fault, "502")
	})
	load.untilShare(t, "shop-1", 0.4, 0.6)
}

func TestNginxWithoutWorkersIsValid(t *testing.T) {
	t.Parallel()
	dir, server := t.TempDir(), startLists(t)
	front, upstreams := "127.0.0.1:"+itoa(freePort(t)), filepath.Join(dir, "shop.conf")
	test, reload := startNginx(t, dir, front, upstreams)
	w := startWorker(t, "shop-0")
	server.say(http.StatusOK, listOf(entry(w, 100, wire.Ready, "")))
	f, _ := startFollower(t, server.URL, dir, Proxy{
		Module: "shop", Kind: Nginx, Path: upstreams, Backend: "shop", Test: test, Reload: reload, Every: wire.Duration(time.Millisecond), Empty: "apply",
	})
	get := func() string {
		text, err := answerOf(http.DefaultClient, "http://"+front)
		if err != nil {
			return err.Error()
		}
		return text
	}
	eventually(t, "nginx has the worker", func() bool { return get() == "shop-0" })
	server.say(http.StatusOK, "[]")
	eventually(t, "nginx has none", func() bool { return strings.Contains(get(), "502") })
	applied(t, f, 0)
}

// commandsOf stands for the programs of nginx, in virtual time.
type commandsOf struct {
	ran  []string
	fail map[string]error
}

func (c *commandsOf) run(_ context.Context, argv []string) error {
	c.ran = append(c.ran, argv[0])
	return c.fail[argv[0]]
}

func newTestNginx(t *testing.T) (*nginx, *commandsOf) {
	n := newNginx(Proxy{
		Kind: Nginx, Module: "shop", Path: filepath.Join(t.TempDir(), "shop.conf"), Test: []string{"test"}, Reload: []string{"reload"},
		Every: wire.Duration(5 * time.Second),
	}, quiet())
	c := &commandsOf{fail: map[string]error{}}
	n.run = c.run
	return n, c
}

func (c *commandsOf) want(t *testing.T, ran ...string) {
	t.Helper()
	if !slices.Equal(c.ran, ran) {
		t.Errorf("ran %q, want %q", c.ran, ran)
	}
	c.ran = nil
}

func text(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReloadsOfNginxAreRare(t *testing.T) {
	n, c := newTestNginx(t)
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	apply := func(ports ...int) bool {
		t.Helper()
		var targets []target
		for _, port := range ports {
			targets = append(targets, testTarget(port))
		}
		settled, err := n.apply(t.Context(), now, targets)
		if err != nil {
			t.Error(err)
		}
		return settled
	}
	if !apply(9001) {
		t.Error("not settled")
	}
	c.want(t, "test", "reload")
	now = now.Add(time.Second)
	if apply(9001, 9002) {
		t.Error("settled too early")
	}
	now = now.Add(time.Second)
	apply(9001, 9002, 9003)
	c.want(t)
	now = now.Add(3 * time.Second)
	if !apply(9001, 9002, 9003) {
		t.Error("not settled")
	}
	c.want(t, "test", "reload")
	now = now.Add(time.Hour)
	apply(9001, 9002, 9003)
	c.want(t)
}

func TestListThatNginxRefusesIsTakenBack(t *testing.T) {
	n, c := newTestNginx(t)
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	c.fail["test"] = errors.New("unexpected }")
	if _, err := n.apply(t.Context(), now, []target{testTarget(9001)}); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(n.p.Path); err == nil {
		t.Error("a file is there, and there was none")
	}
	c.want(t, "test")
	old := "server 127.0.0.1:9000;\n"
	if err := os.WriteFile(n.p.Path, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	now = now.Add(29 * time.Second)
	settled, err := n.apply(t.Context(), now, []target{testTarget(9001)})
	if settled || err == nil || !strings.Contains(err.Error(), "unexpected }") {
		t.Errorf("settled %v, %v", settled, err)
	}
	c.want(t) // not again so soon
	now = now.Add(time.Second)
	n.apply(t.Context(), now, []target{testTarget(9001)})
	c.want(t, "test")
	if got := text(t, n.p.Path); got != old {
		t.Errorf("got %q", got)
	}
	n.apply(t.Context(), now, []target{testTarget(9002)}) // another list is tried at once
	c.want(t, "test")
	c.fail["test"] = nil
	now = now.Add(30 * time.Second)
	if settled, err := n.apply(t.Context(), now, []target{testTarget(9002)}); !settled || err != nil {
		t.Errorf("settled %v, %v", settled, err)
	}
	c.want(t, "test", "reload")
	if got := text(t, n.p.Path); !strings.Contains(got, "127.0.0.1:9002") {
		t.Errorf("got %q", got)
	}
}

func TestReloadThatFailsIsTriedAgain(t *testing.T) {
	n, c := newTestNginx(t)
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	c.fail["reload"] = errors.New("no nginx runs")
	n.apply(t.Context(), now, []target{testTarget(9001)})
	c.want(t, "test", "reload")
	if got := text(t, n.p.Path); !strings.Contains(got, "127.0.0.1:9001") {
		t.Errorf("got %q: nginx would start with the old list", got)
	}
	c.fail["reload"] = nil
	now = now.Add(30 * time.Second)
	if settled, err := n.apply(t.Context(), now, []target{testTarget(9001)}); !settled || err != nil {
		t.Errorf("settled %v, %v", settled, err)
	}
	c.want(t, "test", "reload")
}

func TestRender(t *testing.T) {
	soft, drained, six := testTarget(9002), testTarget(9003), testTarget(9004)
	soft.weight, drained.state = 25, wire.Draining
	six.ip = netip.MustParseAddr("2001:db8::1")
	n := &nginx{p: Proxy{Module: "shop\n} server {", Backend: "shop"}}
	want := `# Workers of shop } server {, written by headroom-node: changes are lost.
upstream shop {
	server 127.0.0.1:9001 weight=100;
	server 127.0.0.1:9002 weight=25;
	server 127.0.0.1:9003 down;
	server [2001:db8::1]:9004 weight=100;
}
`
	if got := string(n.render([]target{testTarget(9001), soft, drained, six})); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRun(t *testing.T) {
	if err := run(t.Context(), []string{"true"}); err != nil {
		t.Error(err)
	}
	err := run(t.Context(), []string{"sh", "-c", "echo one; echo two >&2; exit 3"})
	if err == nil || err.Error() != "sh -c echo one; echo two >&2; exit 3: exit status 3: one two" {
		t.Errorf("got %v", err)
	}
	if err := run(t.Context(), []string{"/nothing/there"}); !errors.Is(err, os.ErrNotExist) && !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
