package builtin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/tool"
	"headroom/storage/promql"
)

func TestMuteIsFoundAgain(t *testing.T) {
	w := newWorld(t)
	c := w.call("mute", map[string]any{"module": "shop/web", "nodes": []any{"n1"}, "effects": []any{`{alertname="NodeDown"}`}})
	if f := w.check("mute", c); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}
	first, err := w.find("mute").Run(t.Context(), c)
	must(t, err)
	if f := w.check("mute", c); f.State != tool.Done || f.Outputs["lease"] != first["lease"] {
		t.Errorf("after: %+v", f)
	}
	again, err := w.find("mute").Run(t.Context(), c)
	must(t, err)
	id := first["lease"].(string)
	if again["lease"] != id {
		t.Errorf("the second call gave lease %v after %v", again["lease"], id)
	}
	l, err := w.leases.Get(t.Context(), time.Now(), id)
	must(t, err)
	if l.Kind != "expand" || l.Who != "ann" || l.Note != "more load" || l.Run != "r1/one" {
		t.Errorf("lease %+v", l)
	}

	end := w.call("unmute", map[string]any{"lease": id})
	if f := w.check("unmute", end); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}
	out, err := w.find("unmute").Run(t.Context(), end)
	must(t, err)
	if out["hidden"] != int64(0) || !strings.Contains(out["summary"].(string), "done after") {
		t.Errorf("outputs %v", out)
	}
	if f := w.check("unmute", end); f.State != tool.Done {
		t.Errorf("after: %+v", f)
	}
	w.fails("unmute", map[string]any{"lease": "nothing"}, `lease "nothing": no such lease`, true)
	w.fails("mute", nil, "want the nodes or the paths", true)
	w.fails("mute", map[string]any{"module": "shop/web", "ttl": "5s"}, "ttl: want a minute or more", true)
	w.fails("mute", map[string]any{"module": "shop/web", "effects": []any{"{"}}, "effect[0]", true)
}

// answers is a querier with an answer for each time it is asked; the last one stays.
type answers struct {
	all   []func() ([]promql.Sample, error)
	asked int
}

func (a *answers) Instant(context.Context, string, time.Time) ([]promql.Sample, error) {
	n := min(a.asked, len(a.all)-1)
	a.asked++
	return a.all[n]()
}

func TestWaitPromQLWantsItWithoutABreak(t *testing.T) {
	w := newWorld(t)
	yes := func() ([]promql.Sample, error) { return []promql.Sample{{Value: 0}}, nil }
	no := func() ([]promql.Sample, error) { return nil, nil }
	broken := func() ([]promql.Sample, error) { return nil, errors.New("the store is away") }
	now := time.Unix(1_800_000_000, 0)
	w.opts.Now = func() time.Time { now = now.Add(10 * time.Second); return now }
	q := &answers{all: []func() ([]promql.Sample, error){no, yes, broken, yes, yes, no, yes, yes, yes, yes}}
	w.opts.Query = q
	c := w.call("wait-promql", map[string]any{"query": "up == 0", "for": "30s", "every": "1ms"})
	out, err := w.find("wait-promql").Run(t.Context(), c)
	must(t, err)
	if q.asked != 10 || out["series"] != int64(1) {
		t.Errorf("asked %d times: %v", q.asked, out)
	}
	if log := c.Log.(*strings.Builder).String(); !strings.Contains(log, "the query failed: the store is away") {
		t.Errorf("log %s", log)
	}

	w.opts.Query = &answers{all: []func() ([]promql.Sample, error){no}}
	w.do("wait-promql", map[string]any{"query": "up == 0", "want": "empty"})
	w.fails("wait-promql", map[string]any{"query": "up == 0"}, "it is not so: the result is empty: context deadline exceeded", false)
	w.fails("wait-promql", map[string]any{"query": "up =="}, "query: ", true)
}

func TestHTTP(t *testing.T) {
	w := newWorld(t)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	defer other.Close()
	made := map[string]bool{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /json", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, `{"ready": true, "n": 3}`) })
	mux.HandleFunc("GET /here", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/json", http.StatusFound) })
	mux.HandleFunc("GET /there", func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, other.URL, http.StatusFound) })
	mux.HandleFunc("POST /things", func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"name":"a"}` || r.Header.Get("Authorization") != "Bearer x" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("body %s, headers %v", body, r.Header)
		}
		made[r.Header.Get("Idempotency-Key")] = true
		rw.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("GET /things/a", func(rw http.ResponseWriter, r *http.Request) {
		if len(made) == 0 {
			http.NotFound(rw, r)
		}
	})
	mux.HandleFunc("GET /busy", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	srv := httptest.NewServer(mux)
	defer srv.Close()

	for _, path := range []string{"/json", "/here"} {
		out := w.do("http", map[string]any{"url": srv.URL + path, "expect_body": `"ready": true`})
		if body := out["body"].(map[string]any); body["n"] != 3.0 || out["status"] != int64(200) {
			t.Errorf("%s: outputs %v", path, out)
		}
	}
	post := w.call("http", map[string]any{
		"url": srv.URL + "/things", "method": "POST", "headers": map[string]any{"Authorization": "Bearer x"},
		"body": map[string]any{"name": "a"}, "expect_status": []any{int64(201)}, "check_url": srv.URL + "/things/a",
	})
	if f := w.check("http", post); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}
	_, err := w.find("http").Run(t.Context(), post)
	must(t, err)
	if f := w.check("http", post); f.State != tool.Done || !made["r1/one/1"] {
		t.Errorf("after: %+v, keys %v", f, made)
	}
	delete(post.Inputs, "check_url")
	if f := w.check("http", post); f.State != tool.Unknown {
		t.Errorf("without a check: %+v", f)
	}
	post.Inputs["repeatable"] = true
	if f := w.check("http", post); f.State != tool.NotDone {
		t.Errorf("repeatable: %+v", f)
	}

	w.fails("http", map[string]any{"url": srv.URL + "/there"}, "another host that nothing is sent to", true)
	w.fails("http", map[string]any{"url": srv.URL + "/none"}, "the answer has status 404: 404 page not found", true)
	w.fails("http", map[string]any{"url": srv.URL + "/busy"}, "the answer has status 503: it is empty", false)
	w.fails("http", map[string]any{"url": srv.URL + "/json", "expect_body": "false"}, `does not match "false"`, false)
	w.fails("http", map[string]any{"url": srv.URL + "/json", "expect_body": "("}, "expect_body: ", true)
	w.fails("http", map[string]any{"url": "file:///etc/passwd"}, "url: want an http or https address", true)
	w.fails("http", map[string]any{"url": "http://127.0.0.1:1/?token=s3cr3t"}, "GET http://127.0.0.1:1/: dial", false)
}

func TestAllowed(t *testing.T) {
	f := func(pattern, command string, want bool) {
		t.Helper()
		if err := builtin.Allowed([]string{pattern}, strings.Fields(command)); (err == nil) != want {
			t.Errorf("%q allows %q: %v", pattern, command, err)
		}
	}

	f("/bin/echo", "/bin/echo", true)
	f("/bin/echo", "/bin/echo a", false)
	f("/bin/echo *", "/bin/echo a", true)
	f("/bin/echo *", "/bin/echo a b", false)
	f("/bin/echo ...", "/bin/echo a b", true)
	f("/bin/echo ...", "/bin/echo", true)
	f("/bin/echo a ...", "/bin/echo", false)
	f("/bin/rsync --delete * host-*:/data", "/bin/rsync --delete /a/b host-3:/data", true)
	f("/bin/echo a.c", "/bin/echo abc", false)

	// A star in the program's path is no slash, and no way leads out of a folder.
	f("/opt/tools/*", "/opt/tools/deploy", true)
	f("/opt/tools/*", "/opt/tools/x/deploy", false)
	f("/opt/*/deploy", "/opt/../deploy", false)
	f("*", "echo", false)
	f("...", "/bin/echo", false)
	if err := builtin.Allowed(nil, []string{"/bin/echo"}); err == nil || !strings.Contains(err.Error(), "flows.local_commands allows none") {
		t.Errorf("error %v", err)
	}
}

func TestLocalCommand(t *testing.T) {
	w := newWorld(t)
	w.fails("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "echo"}}, "flows.local_commands allows none", true)
	w.opts.Commands = func() []string { return []string{"/bin/sh -c *"} }
	out := w.do("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "read a; echo $a $X $HEADROOM_RUN $PWD; exit 3"}, "stdin": "hello\n", "env": map[string]any{"X": "y"}, "exit_codes": []any{int64(3)}})
	if out["exit_code"] != int64(3) || out["stdout"] != "hello y r1 /\n" {
		t.Errorf("outputs %v", out)
	}
	w.fails("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "true"}, "env": map[string]any{"LD_PRELOAD": "/tmp/x.so", "A=B": "c"}}, "LD_PRELOAD may not be set", true)
	w.fails("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "echo oops >&2; exit 2"}}, "/bin/sh ended with code 2: oops", false)
	w.fails("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "exec sleep 100"}}, "it was ended: context deadline exceeded", false)
	c := w.call("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "true"}})
	if f := w.check("local-command", c); f.State != tool.Unknown {
		t.Errorf("found %+v", f)
	}
}

func TestPeopleAndHooks(t *testing.T) {
	w := newWorld(t)
	_, err := w.find("approval").Run(t.Context(), w.call("approval", map[string]any{"question": "go on?", "who": []any{"ann"}}))
	var wait *tool.WaitFor
	if !errors.As(err, &wait) || wait.What != "go on?" || len(wait.Who) != 1 {
		t.Errorf("error %v", err)
	}
	c := w.call("run-tests", map[string]any{"module": "shop/web"})
	out, err := w.find("run-tests").Run(t.Context(), c)
	must(t, err)
	if log := c.Log.(*strings.Builder).String(); out["done"] != false || !strings.Contains(log, "nobody has put a tool of the name run-tests into flows.tools_dir") {
		t.Errorf("outputs %v, log %s", out, log)
	}
	if out := w.do("no-op", map[string]any{"says": "hello"}); out["says"] != "hello" {
		t.Errorf("outputs %v", out)
	}
	if out := w.do("value", map[string]any{"value": int64(3)}); out["value"] != int64(3) {
		t.Errorf("outputs %v", out)
	}
}

func TestWebhookTellsOfTheChange(t *testing.T) {
	w := newWorld(t)
	var got string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Header.Get("X-Token") + " " + string(body)
	}))
	defer srv.Close()
	if out := w.do("webhook", nil); out["sent"] != false {
		t.Errorf("outputs %v", out)
	}
	const want = `{"flow":"expand","n":2,"module":"","run":"r1","step":"one","who":"ann","why":"more load"}`
	body := map[string]any{"n": int64(2), "run": "another"}
	w.opts.Hook = func() builtin.Hook { return builtin.Hook{URL: srv.URL, Headers: map[string]string{"X-Token": "t"}} }
	if out := w.do("webhook", map[string]any{"body": body}); out["sent"] != true || got != "t "+strings.Replace(want, `"n":2,"module":""`, `"module":"","n":2`, 1) {
		t.Errorf("outputs %v, sent %s", out, got)
	}

	// The configured headers are for the configured address only.
	w.opts.Hook = func() builtin.Hook {
		return builtin.Hook{URL: "http://127.0.0.1:1", Headers: map[string]string{"X-Token": "t"}}
	}
	if w.do("webhook", map[string]any{"url": srv.URL}); strings.Contains(got, "t {") || !strings.HasPrefix(got, " {") {
		t.Errorf("sent %s", got)
	}
}

// Every tool can be planned, and tells what its description promises.
func TestDescriptions(t *testing.T) {
	w := newWorld(t)
	for _, one := range builtin.New(w.opts) {
		d := one.Describe()
		if _, ok := one.(tool.Planner); !ok {
			t.Errorf("%s cannot be planned", d.Name)
		}
		if _, ok := one.(tool.Checker); !ok && !d.Repeatable {
			t.Errorf("%s is neither repeatable nor can it be checked", d.Name)
		}
		if d.Title == "" || d.Doc == "" || d.Source != builtin.Source {
			t.Errorf("%s: %+v", d.Name, d)
		}
	}
}

// A tool that was killed with the server does not go on beside its successor.
func TestCommandsEndWithTheServer(t *testing.T) {
	if os.Getenv("HEADROOM_TEST_SERVER") != "" {
		w := newWorld(t)
		w.opts.Commands = func() []string { return []string{"/bin/sh ..."} }
		_, _ = w.find("local-command").Run(context.Background(), w.call("local-command", map[string]any{"command": []any{"/bin/sh", "-c", "echo $$ > " + filepath.Join(os.Getenv("HEADROOM_TEST_SERVER"), "pid") + "; exec sleep 1000"}}))
		return
	}
	dir := t.TempDir()
	server := startSelf(t, "TestCommandsEndWithTheServer", dir)
	pid := waitForPID(t, filepath.Join(dir, "pid"))
	must(t, server.Kill())
	_, _ = server.Wait()
	for end := time.Now().Add(10 * time.Second); running(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the command runs on")
		}
	}
}
