package pool

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/node/wire"
)

func TestSyncOverHTTP(t *testing.T) {
	w := newWorld(t, oneService)
	server := newServer(w.Pool)
	defer server.Close()
	ask := func(query, have, body string) (code int, version, text string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, server.URL+"/api/v1/nodes/n%2F1/sync"+query, strings.NewReader(body))
		must(t, err)
		if have != "" {
			r.Header.Set("If-None-Match", have)
		}
		answer, err := server.Client().Do(r)
		must(t, err)
		defer answer.Body.Close()
		all, err := io.ReadAll(answer.Body)
		must(t, err)
		return answer.StatusCode, answer.Header.Get("Etag"), string(all)
	}
	const full = `{"version":"1","boot":"b","daemon":"d","resources":{"cores":4,"memory":8589934592},"load":{"cpu":1},"workers":[]}`

	code, version, text := ask("", "", full)
	var d wire.Desired
	if err := json.Unmarshal([]byte(text), &d); code != 200 || err != nil || version != fmt.Sprintf("%q", d.Version) || d.Node != "n/1" {
		t.Fatalf("%d %s %s", code, version, text)
	}
	if code, _, text := ask("?wait=0s", version, `{"daemon":"d","workers":null}`); code != 304 || text != "" {
		t.Errorf("%d %s", code, text)
	}
	if code, _, _ := ask("?x=1&wait=0s", "W/"+version, `{"daemon":"d"}`); code != 304 {
		t.Errorf("a weak version: %d", code)
	}
	w.plan(2)
	if code, other, text := ask("?wait=10s", version, `{"daemon":"d"}`); code != 200 || other == version || !strings.Contains(text, `"command":["/bin/web"`) {
		t.Errorf("%d %s %s", code, other, text)
	}

	f := func(code int, query, body, want string) {
		t.Helper()
		got, _, text := ask(query, "", body)
		if got != code || !strings.Contains(text, want) || !strings.HasPrefix(text, `{"error":`) {
			t.Errorf("%d %s; want %d and %q", got, text, code, want)
		}
	}
	f(400, "?wait=soon", full, `\"soon\"`)
	f(400, "", "{", "bad report")
	f(400, "", `{"daemon":""}`, "daemon's id")
	f(428, "", `{"daemon":"other","boot":"x"}`, "tell resources and all workers") // a daemon that has just started
	f(409, "", `{"daemon":"d","boot":"b"}`, "this one is d (boot b)")
	f(413, "", strings.Repeat(" ", maxReport+1), "8388608 bytes")
}

func TestAccess(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	shared := config.Pool{NodeTokenFile: file("one", " 0123456789abcdef\n")}
	each := config.Pool{NodeTokensFile: file("each", "# nodes\nn1 n1-0123456789abcdef\n\nn2 n2-0123456789abcdef # no\n")}
	if _, err := ReadAccess(each, false); err == nil || !strings.Contains(err.Error(), "each:4: want") {
		t.Errorf("a bad line: %v", err)
	}
	each.NodeTokensFile = file("each", "# nodes\nn1 n1-0123456789abcdef\n\nn2 n2-0123456789abcdef\n")

	f := func(c config.Pool, authenticated bool, want error, node, token string, change func(*http.Request)) {
		t.Helper()
		a, err := ReadAccess(c, authenticated)
		must(t, err)
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if r.RemoteAddr = "10.0.0.9:1234"; token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if change != nil {
			change(r)
		}
		if got := a.Check(r, node); !errors.Is(got, want) {
			t.Errorf("%+v, %s, %q: %v; want %v", c, node, token, got, want)
		}
	}
	here := func(r *http.Request) { r.RemoteAddr = "127.0.0.1:1234" }
	proxied := func(r *http.Request) { here(r); r.Header.Set("X-Forwarded-For", "10.0.0.9") }
	f(config.Pool{}, false, ErrNoToken, "n1", "", nil)
	f(config.Pool{}, false, nil, "n1", "", here)
	f(config.Pool{}, false, ErrNoToken, "n1", "", proxied)
	f(config.Pool{}, true, nil, "n1", "", nil)
	f(shared, false, nil, "n1", "0123456789abcdef", nil)
	f(shared, true, ErrWrongToken, "n1", "0123456789abcdeg", here)
	f(shared, true, ErrWrongToken, "n1", "", nil)
	f(each, false, nil, "n1", "n1-0123456789abcdef", nil)
	f(each, false, ErrWrongToken, "n2", "n1-0123456789abcdef", nil)
	f(each, false, ErrWrongToken, "n3", "", nil)

	certificate := func(names ...string) func(*http.Request) {
		return func(r *http.Request) {
			cert := &x509.Certificate{Subject: pkix.Name{CommonName: names[0]}, DNSNames: names[1:]}
			r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{cert}}}
		}
	}
	f(each, false, nil, "n3", "", certificate("n3"))
	f(each, false, nil, "n3", "", certificate("x", "n3"))
	f(each, false, ErrWrongToken, "n3", "", certificate("n4", "x"))

	for _, bad := range []config.Pool{{NodeTokenFile: "/none"}, {NodeTokensFile: "/none"}, {NodeTokenFile: file("short", "x")}} {
		if _, err := ReadAccess(bad, false); err == nil || !strings.Contains(err.Error(), "pool.node_token") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestNobodyWithoutATokenIsAnswered(t *testing.T) {
	w := newWorld(t, oneService)
	token := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(token, []byte("0123456789abcdef"), 0o600))
	access, err := ReadAccess(config.Pool{NodeTokenFile: token}, false)
	must(t, err)
	h := NewHandler(w.Pool, access)
	answer := httptest.NewRecorder()
	h.Serve(answer, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}")), "n1")
	if answer.Code != 401 || !strings.Contains(answer.Body.String(), "Bearer") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if len(w.Nodes()) > 0 {
		t.Error("it has joined")
	}
}

// Whatever a node sends, it is an answer with a reason or a desired state.
func FuzzSync(f *testing.F) {
	w := newWorld(f, oneService, "n1")
	w.plan(2)
	h := NewHandler(w.Pool, &Access{authenticated: true})
	f.Add("n1", "wait=0s", `{"daemon":"n1-daemon","load":{"cpu":5},"workers":[{"id":"x","state":"ready"}]}`)
	f.Add("n2", "wait=-1s", `{"daemon":"d","resources":{"cores":1e9,"memory":1},"workers":[]}`)
	f.Add("", "", `{"daemon":"d","resources":{"cores":1,"memory":1},"workers":[{"id":"../x","service":"shop/web"}]}`)
	f.Fuzz(func(t *testing.T, node, query, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if r.URL.RawQuery = query; strings.Contains(query, "wait") {
			r.URL.RawQuery = "wait=0s"
		}
		answer := httptest.NewRecorder()
		h.Serve(answer, r, node)
		if code := answer.Code; code != 200 && code != 304 && (code < 400 || code >= 500) {
			t.Errorf("%d %s", code, answer.Body)
		}
		must(t, w.Settle(t.Context()))
	})
}

// Nodes, plans, orders and readers at once.
func TestConcurrentUse(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		done := make(chan struct{})
		for i := range 8 {
			go func() {
				defer func() { done <- struct{}{} }()
				name, have := fmt.Sprint("n", i), ""
				for range 20 {
					d, changed, err := p.Sync(ctx, name, simpleReport(name, have), have, 3*time.Second)
					if err != nil {
						t.Error(err)
						return
					}
					if changed {
						have = d.Version
					}
				}
			}()
		}
		go func() {
			for i := range 20 {
				start(t, p, 1+i%5)
				_ = p.Cordon(ctx, "n1", "li", "")
				_ = p.Uncordon(ctx, "n1", "li", "")
				_, _ = json.Marshal([]any{p.Nodes(), p.Services(), p.Total(""), p.Standings(time.Now()), p.By("rack")})
				_, _ = p.Targets(ctx, "shop/web", "", "", time.Second)
				time.Sleep(time.Second)
			}
			done <- struct{}{}
		}()
		for range 9 {
			<-done
		}
	})
}

// What a node says is passed on to proxies, which refuse a whole list for one word
// that they do not understand.
func TestAReportHasBounds(t *testing.T) {
	f := func(want string, change func(*wire.Report)) {
		t.Helper()
		r := &wire.Report{Daemon: "d", Resources: &wire.Resources{Cores: 4, Memory: 1 << 30, Address: "fd00::1", Agent: 7482, Labels: map[string]string{"rack": "r1"}},
			Workers: []wire.Status{{ID: "w", Weight: 100}}}
		change(r)
		err := check("n1", r)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	f("", func(*wire.Report) {})
	f(`got "10.0.0.1; }"`, func(r *wire.Report) { r.Resources.Address = "10.0.0.1; }" })
	f("agent's port", func(r *wire.Report) { r.Resources.Agent = 70000 })
	f(`got 120 of worker "w"`, func(r *wire.Report) { r.Workers[0].Weight = 120 })
	f("got -1 of worker", func(r *wire.Report) { r.Workers[0].Weight = -1 })
	f(`got 201 of label "rack"`, func(r *wire.Report) { r.Resources.Labels["rack"] = strings.Repeat("x", 201) })
	f("at most 64 labels", func(r *wire.Report) {
		for i := range 64 {
			r.Resources.Labels[fmt.Sprint(i)] = ""
		}
	})
}
