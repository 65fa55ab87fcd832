package chat

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// post sends a signed request.
func (w *world) post(body string) *httptest.ResponseRecorder {
	w.Helper()
	at := strconv.FormatInt(w.now.Unix(), 10)
	return w.request(http.MethodPost, "webhook", body, timestampHeader, at, signatureHeader, "sha256="+signed("s3cret", at, ".", body))
}

func TestWebhook(t *testing.T) {
	w := newWorld(t)
	const restart = `{"user":"ann","text":"restart push n9"}`
	wantCode(t, w.post(restart), 200, `"text":"ann asked for it: restart_workers of QQ/push on n9: done in 2 s"`, `"public":true`)
	wantCode(t, w.post(restart), 409, "came before")
	wantCode(t, w.post(`{"user":"ann","text":"restart push n9","id":"2"}`), 200)
	w.now = w.now.Add(time.Second)
	wantCode(t, w.post(restart), 200)
	w.wantDid("restart QQ/push on n9 by ann: ", "restart QQ/push on n9 by ann: ", "restart QQ/push on n9 by ann: ")
	wantCode(t, w.post(`{"user":"eve","text":"restart push"}`), 200, "I do not know you", `"public":false`)
	for _, body := range []string{"", "{", `{"text":"help"}`, `{"user":"ann","role":"operator"}`} {
		wantCode(t, w.post(body), 400, "want JSON as")
	}
	w.wantDid()
}

func TestWebhookSignatures(t *testing.T) {
	w := newWorld(t)
	const body = `{"user":"ann","text":"help"}`
	f := func(at, signature string, code int) {
		t.Helper()
		wantCode(t, w.request(http.MethodPost, "webhook", body, timestampHeader, at, signatureHeader, signature), code)
	}
	now := strconv.FormatInt(w.now.Unix(), 10)
	right := signed("s3cret", now, ".", body)
	f(now, "", 401)
	f(now, right, 401)
	f(now, "sha256="+right[1:], 401)
	f(now, "sha256="+signed("other", now, ".", body), 401)
	f(now, "sha256="+signed("s3cret", now, body), 401)
	for _, at := range []string{"", "x", "-1", "99999999999999999999", strconv.FormatInt(w.now.Add(-6*time.Minute).Unix(), 10), strconv.FormatInt(w.now.Add(6*time.Minute).Unix(), 10)} {
		f(at, "sha256="+signed("s3cret", at, ".", body), 401)
	}
	f(now, "sha256="+strings.ToUpper(right), 200)
	f(now, "sha256="+right, 409) // the same, written in another way
}
