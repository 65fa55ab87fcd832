package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client sends requests to one URL and the paths below it.
type client struct {
	http     *http.Client
	base     *url.URL // without user
	user     *url.Userinfo
	bearer   string
	headers  map[string]string
	retryFor time.Duration
}

// request is sent again as it is when it is repeated.
type request struct {
	method string
	path   string     // below the base URL
	query  url.Values // in the URL of a GET, else the body if there is none
	body   []byte
	header map[string]string
}

func transport(o Options) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = o.TLS
	t.ResponseHeaderTimeout = o.Timeout
	t.MaxIdleConnsPerHost = 16
	return t
}

func newClient(address string, o Options) (*client, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The error of url.Parse repeats the address, and with it a password.
		return nil, errors.New("not a URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("want http:// or https:// and a host, got %s", redacted(u))
	}
	c := &client{base: u, user: u.User, bearer: o.BearerToken, headers: o.Headers, retryFor: o.RetryFor}
	if c.user == nil && o.Username != "" {
		c.user = url.UserPassword(o.Username, o.Password)
	}
	u.User = nil
	c.http = &http.Client{
		Transport: o.Transport,
		// A redirect would turn a POST into a GET and may leave the host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// redacted is the part of a URL that holds no secrets.
func redacted(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// do sends a request until it is answered with success, and returns the answer;
// its body is the caller's to close. The error of any other answer is a *StatusError.
func (c *client) do(ctx context.Context, r request) (*http.Response, error) {
	var resp *http.Response
	err := retry(ctx, c.retryFor, func() (err error) {
		resp, err = c.once(ctx, r)
		return err
	})
	return resp, err
}

func (c *client) once(ctx context.Context, r request) (*http.Response, error) {
	req, err := c.newRequest(ctx, r)
	if err != nil {
		return nil, err
	}
	place := req.Method + " " + redacted(req.URL)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place, withoutURL(err))
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, statusError(place, resp)
}

func (c *client) newRequest(ctx context.Context, r request) (*http.Request, error) {
	u := *c.base
	u.Path = strings.TrimSuffix(u.Path, "/") + r.path
	body := r.body
	switch {
	case r.method == http.MethodGet:
		u.RawQuery = join(u.RawQuery, r.query.Encode())
	case body == nil:
		body = []byte(r.query.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, redacted(&u), withoutURL(err))
	}
	if r.method == http.MethodPost && r.body == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.authorize(req)
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	return req, nil
}

func (c *client) authorize(req *http.Request) {
	req.Header.Set("User-Agent", "headroom")
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	switch {
	case c.bearer != "":
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	case c.user != nil:
		password, _ := c.user.Password()
		req.SetBasicAuth(c.user.Username(), password)
	}
}

// join joins the query string that the user configured with ours.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}

// withoutURL takes the URL, which may hold secrets, out of an error of net/http.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// drain closes a body so that its connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
