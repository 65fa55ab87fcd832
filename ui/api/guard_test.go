package api

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func gunzip(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesOfOtherSitesCannotWrite(t *testing.T) {
	opts, _ := options(t)
	opts.ExternalURL, _ = url.Parse("https://capacity.example/headroom/")
	s := New(opts)
	f := func(host, local string, want int, headers ...string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPut, "http://"+host+"/api/v1/modules/Qzone/note", strings.NewReader(`{"note":"x"}`))
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(local), Port: 7480}))
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		if w := ask(t, s, r); w.Code != want {
			t.Errorf("%s %v: %d %s; want %d", host, headers, w.Code, w.Body, want)
		}
	}

	// Programs.
	f("headroom.corp:7480", "10.0.0.1", 200)
	f("anything.at.all", "127.0.0.1", 200)

	// The server's own pages.
	f("localhost:7480", "127.0.0.1", 200, "Sec-Fetch-Site", "same-origin")
	f("127.0.0.1:7480", "127.0.0.1", 200, "Origin", "http://127.0.0.1:7480")
	f("headroom.corp:7480", "10.0.0.1", 200, "Sec-Fetch-Site", "same-origin")
	f("capacity.example", "127.0.0.1", 200, "Sec-Fetch-Site", "same-origin")

	// Behind a proxy that rewrites Host.
	f("127.0.0.1:7480", "127.0.0.1", 200, "Origin", "https://capacity.example")

	// Others.
	f("localhost:7480", "127.0.0.1", 403, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	f("localhost:7480", "127.0.0.1", 403, "Sec-Fetch-Site", "same-site")
	f("headroom.corp:7480", "10.0.0.1", 403, "Origin", "https://evil.example")

	// A name of theirs that resolves to this machine.
	f("evil.example:7480", "127.0.0.1", 403, "Sec-Fetch-Site", "same-origin", "Origin", "http://evil.example:7480")
}

func TestReload(t *testing.T) {
	opts, _ := options(t)
	post := func() *httptest.ResponseRecorder {
		return ask(t, New(opts), httptest.NewRequest(http.MethodPost, "/-/reload", nil))
	}
	if w := post(); w.Code != 403 || !strings.Contains(w.Body.String(), "--web.enable-lifecycle") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	opts.Registerer = nil
	opts.Reload = func(context.Context) error { return errors.New("line 3: what?") }
	if w := post(); w.Code != 500 || !strings.Contains(w.Body.String(), "line 3") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	opts.Reload = func(context.Context) error { return nil }
	if w := post(); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMetricsAndPages(t *testing.T) {
	opts, _ := options(t)
	opts.Pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "page "+r.URL.Path) })
	s := New(opts)
	get(t, s, "/api/v1/warnings")
	body := get(t, s, "/metrics").Body.String()
	if want := `headroom_http_requests_total{code="200",handler="/api/v1/warnings",method="GET"} 1`; !strings.Contains(body, want) {
		t.Errorf("no %s in\n%s", want, body)
	}
	plain := func(method, target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(method, target, nil))
		return w
	}
	if w := plain("GET", "/module/x"); w.Code != 200 || w.Body.String() != "page /module/x" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := plain("GET", "/api/v1/nothing"); w.Code != 404 || !strings.Contains(w.Body.String(), `"not_found"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := plain("POST", "/api/v1/warnings"); w.Code != 405 || w.Header().Get("Allow") != "GET" || !strings.Contains(w.Body.String(), `"method_not_allowed"`) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := plain("GET", "/debug/pprof/"); strings.Contains(w.Body.String(), "goroutine") {
		t.Error("pprof is served unasked")
	}
}
