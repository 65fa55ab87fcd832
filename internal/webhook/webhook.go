// Package webhook sends signed messages to other programs.
//
// The signature is "sha256=" and, in hexadecimal, the HMAC-SHA256 of the time (Unix
// seconds), a dot and the body under the secret. It stands in X-Headroom-Signature, the
// time in X-Headroom-Timestamp; without a secret neither is there. Idempotency-Key
// names a message: it is the same when the message is sent again.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Headers of a message.
const (
	TimestampHeader = "X-Headroom-Timestamp"
	SignatureHeader = "X-Headroom-Signature"
	KeyHeader       = "Idempotency-Key"
)

// Hook is an address that gets messages.
type Hook struct {
	URL     string
	Secret  string // empty: messages are not signed
	Headers map[string]string
	Client  *http.Client
}

// NewClient returns a client that follows no redirect: a signed message is for the
// address that it was signed for.
func NewClient(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Final is what an answer's status makes of a failure: asking again will not help.
type Final struct{ error }

// Unwrap returns the failure.
func (f Final) Unwrap() error { return f.error }

// Post sends a JSON text that a key names, and copies the first MiB of the answer to
// out. An answer of 2xx means that the message has arrived; one of 4xx but 429 is
// [Final]. No error shows the address, which may hold a secret.
func (h *Hook) Post(ctx context.Context, key string, body []byte, now time.Time, out io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return Final{withoutAddress(err)}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "headroom")
	req.Header.Set(KeyHeader, key)
	for name, value := range h.Headers {
		req.Header.Set(name, value)
	}
	if h.Secret != "" {
		at := strconv.FormatInt(now.Unix(), 10)
		req.Header.Set(TimestampHeader, at)
		req.Header.Set(SignatureHeader, Sign(h.Secret, at, body))
	}
	resp, err := h.Client.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(out, io.LimitReader(resp.Body, 1<<20))
	return verdict(resp)
}

func verdict(resp *http.Response) error {
	err := fmt.Errorf("answered %s", resp.Status)
	switch {
	case resp.StatusCode/100 == 2:
		return nil
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return err
	}
	return Final{err}
}

func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Sign returns the signature of a body at a time in Unix seconds.
func Sign(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, at+".")
	_, _ = mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
