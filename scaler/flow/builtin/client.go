package builtin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Limits of requests to other servers.
const (
	maxRequest   = 1 << 20 // bytes of a body that is sent
	maxAnswer    = 1 << 20 // bytes of a body that is read
	maxKept      = 64 << 10
	maxRedirects = 5
)

// NewClient returns a client of bounded patience that leaves the host it was sent to for
// no redirect: headers may hold secrets. It asks no link-local address: there clouds tell
// a machine its secrets, and steps' outputs are there to be read.
func NewClient() *http.Client {
	return &http.Client{
		Timeout: 10 * time.Minute, // the step's own is shorter as a rule
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second, Control: notLinkLocal}).DialContext,
			TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 4, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			first := via[0].URL
			if r.URL.Host != first.Host || r.URL.Scheme != first.Scheme || len(via) > maxRedirects {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// notLinkLocal refuses a connection by the address that a name has come to.
func notLinkLocal(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && at.Addr().Unmap().IsLinkLocalUnicast() {
		return fmt.Errorf("%s is a link-local address, which steps may not ask", at.Addr())
	}
	return err
}

// sent is a request to another server.
type sent struct {
	method, url string
	headers     map[string]string
	body        []byte
	json        bool   // of the body
	key         string // the same whenever the same step is meant
}

// answer is what came back.
type answer struct {
	status   int
	body     []byte
	cut      bool // it was longer than is read
	location string
}

// newRequest checks where a request goes.
func newRequest(ctx context.Context, s sent) (*http.Request, error) {
	u, err := url.Parse(s.url)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("url: want an http or https address")
	}
	if len(s.body) > maxRequest {
		return nil, fmt.Errorf("body: has %d bytes; it may have up to %d", len(s.body), maxRequest)
	}
	r, err := http.NewRequestWithContext(ctx, s.method, s.url, bytes.NewReader(s.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "headroom")
	if s.key != "" {
		r.Header.Set("Idempotency-Key", s.key)
	}
	if s.json {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range s.headers {
		if http.CanonicalHeaderKey(name) == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	return r, nil
}

func send(client *http.Client, r *http.Request) (answer, error) {
	resp, err := client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address may hold a secret
		}
		return answer{}, fmt.Errorf("%s %s: %w", r.Method, shown(r.URL), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: read the answer: %w", r.Method, shown(r.URL), err)
	}
	a := answer{status: resp.StatusCode, body: body, location: resp.Header.Get("Location")}
	if a.cut = len(body) > maxAnswer; a.cut {
		a.body = body[:maxAnswer]
	}
	return a, nil
}

// shown is an address without what may be a secret.
func shown(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// shownText is the same of a text.
func shownText(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "an address"
	}
	return shown(u)
}
