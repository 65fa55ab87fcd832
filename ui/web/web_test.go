package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

var script = strings.Repeat("let headroom = 1;\n", 200)

var built = fstest.MapFS{
	"index.html": {Data: []byte(`<head><base href="/" /><script src="./assets/app-1a2b.js"></script>
<link rel="modulepreload" crossorigin href="./assets/en.js" data-for="en">
<link rel="modulepreload" crossorigin href="./assets/zh.js" data-for="zh">
<link rel="preload" as="fetch" href="./api/v1/status" />
<link rel="preload" as="fetch" href="./api/v1/warnings" data-for="table" />`)},
	"favicon.svg":        {Data: []byte(`<svg/>`)},
	"assets/app-1a2b.js": {Data: []byte(script)},
}

func ask(h http.Handler, method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestIndexKnowsItsDepth(t *testing.T) {
	for path, base := range map[string]string{
		"/":                     `<base href="./"`,
		"/index.html":           `<base href="./"`,
		"/alarms/":              `<base href="./../"`,
		"/module/Qzone":         `<base href="./../"`,
		"/module/Qzone/WNS/a":   `<base href="./../../../"`,
		"/module/Qzone/a%2Fb/c": `<base href="./../../../"`,
	} {
		r := ask(handler(built), http.MethodGet, path)
		if body := bodyOf(t, r); r.StatusCode != http.StatusOK || !strings.Contains(body, base) {
			t.Errorf("%s: %d %s, want %s", path, r.StatusCode, body, base)
		}
		if got := r.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestIndexFetchesEarlyWhatSuits(t *testing.T) {
	for _, c := range []struct{ path, accept, want string }{
		{"/", "", "en status warnings"},
		{"/", "en-GB,zh;q=0.5", "en status warnings"},
		{"/", "zh-CN,zh;q=0.9,en;q=0.8", "zh status warnings"},
		{"/?level=product", "zh", "zh status"},
		{"/?lang=en", "zh", "en status"},
		{"/?lang=zh", "en", "zh status"},
		{"/module/Qzone", "", "en status"},
	} {
		r := ask(handler(built), http.MethodGet, c.path, "Accept-Language", c.accept)
		var got []string
		for _, link := range regexp.MustCompile(`<link[^>]*/(\w+)[."]`).FindAllStringSubmatch(bodyOf(t, r), -1) {
			got = append(got, link[1])
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s in %q: %s; want %s", c.path, c.accept, got, c.want)
		}
	}
}

func TestAssets(t *testing.T) {
	h := handler(built)
	plain := ask(h, http.MethodGet, "/assets/app-1a2b.js")
	if got := bodyOf(t, plain); got != script {
		t.Errorf("script has %d bytes, want %d", len(got), len(script))
	}
	if got := plain.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control %q", got)
	}
	packed := ask(h, http.MethodGet, "/assets/app-1a2b.js", "Accept-Encoding", "gzip, br")
	reader, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatalf("not gzip: %v", err)
	}
	if got, _ := io.ReadAll(reader); string(got) != script {
		t.Error("the compressed script differs")
	}
	again := ask(h, http.MethodGet, "/assets/app-1a2b.js", "If-None-Match", plain.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("status with the same ETag is %d", again.StatusCode)
	}
}

func TestNotAPage(t *testing.T) {
	h := handler(built)
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/assets/app-old.js", http.StatusNotFound},
		{http.MethodGet, "/api/v1/nothing", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodHead, "/", http.StatusOK},
	} {
		r := ask(h, c.method, c.path)
		if r.StatusCode != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, r.StatusCode, c.want)
		}
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s %s: no content policy", c.method, c.path)
		}
	}
}

func TestWithoutBuild(t *testing.T) {
	r := ask(handler(fstest.MapFS{}), http.MethodGet, "/")
	if body := bodyOf(t, r); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make build") {
		t.Errorf("%d %s", r.StatusCode, body)
	}
}

func TestEmbeddedPages(t *testing.T) {
	if r := ask(Handler(), http.MethodGet, "/"); r.StatusCode != http.StatusOK && r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", r.StatusCode)
	}
}
