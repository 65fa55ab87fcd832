package task

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"headroom/scaler/node/wire"
)

const (
	httpWithin = 10 * time.Second
	tcpWithin  = 5 * time.Second
	maxPage    = 1 << 20 // bytes that are read of an answer
)

// askHTTP asks for a page, as this node sees it.
func askHTTP(ctx context.Context, s wire.HTTPSpec) (any, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("url: want an http or https address, found %q", s.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, within(s.Within, httpWithin))
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return nil, err
	}
	r.Host = s.Host
	r.Header.Set("User-Agent", "headroom-node")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // by no proxy
	began := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(io.LimitReader(answer.Body, maxPage))
	out := wire.HTTPOutputs{Status: answer.StatusCode, Seconds: time.Since(began).Seconds(), Bytes: int64(len(page))}
	if err != nil {
		return out, fmt.Errorf("read the answer: %w", err)
	}
	return out, expected(s, answer.StatusCode, page)
}

func expected(s wire.HTTPSpec, status int, page []byte) error {
	good := status >= 200 && status < 300
	if len(s.Status) > 0 {
		good = slices.Contains(s.Status, status)
	}
	switch {
	case !good && len(s.Status) == 0:
		return fmt.Errorf("%s answers %d; want 200 to 299", s.URL, status)
	case !good:
		return fmt.Errorf("%s answers %d; want one of %d", s.URL, status, s.Status)
	case !bytes.Contains(page, []byte(s.Contains)):
		return fmt.Errorf("the answer of %s does not contain %q", s.URL, s.Contains)
	}
	return nil
}

// askTCP opens a connection.
func askTCP(ctx context.Context, s wire.TCPSpec) (any, error) {
	if _, _, err := net.SplitHostPort(s.Address); err != nil {
		return nil, fmt.Errorf("address: want host:port, found %q", s.Address)
	}
	began := time.Now()
	dialer := net.Dialer{Timeout: within(s.Within, tcpWithin)}
	conn, err := dialer.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, err
	}
	return wire.TCPOutputs{Seconds: time.Since(began).Seconds()}, conn.Close()
}

func within(d wire.Duration, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return time.Duration(d)
}
