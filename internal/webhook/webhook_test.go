package webhook

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPost(t *testing.T) {
	var got *http.Request
	var body []byte
	status := http.StatusNoContent
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		if status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	defer srv.Close()
	h := Hook{URL: srv.URL + "/in?key=hidden", Secret: "Jefe", Headers: map[string]string{"X-Team": "infra"}, Client: NewClient(time.Minute)}
	post := func() error { return h.Post(t.Context(), "k1", []byte("{}"), time.Unix(1_700_000_000, 0), io.Discard) }
	if err := post(); err != nil {
		t.Fatal(err)
	}
	const want = "sha256=d3793e2b4103edfbd98cc19591832f5fad701d413db9fcae0ae7dab8184ed207" // printf '1700000000.{}' | openssl dgst -sha256 -hmac Jefe
	if h := got.Header; h.Get(TimestampHeader) != "1700000000" || h.Get(SignatureHeader) != want || h.Get(KeyHeader) != "k1" || h.Get("X-Team") != "infra" || string(body) != "{}" {
		t.Errorf("%v %s", got.Header, body)
	}
	h.Secret = ""
	if err := post(); err != nil || got.Header.Get(SignatureHeader) != "" || got.Header.Get(TimestampHeader) != "" {
		t.Errorf("%v %v", err, got.Header)
	}
	for code, final := range map[int]bool{400: true, 302: true, 404: true, 429: false, 500: false, 503: false} {
		status = code
		var f Final
		if err := post(); err == nil || errors.As(err, &f) != final || !strings.HasPrefix(err.Error(), "answered ") || got.URL.Path != "/in" {
			t.Errorf("%d: %v at %s", code, err, got.URL)
		}
	}
	srv.Close()
	if err := post(); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("no server: %v", err)
	}
}
