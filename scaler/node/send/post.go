package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refused is an error that another try would not change.
type refused struct{ error }

// later is an error after which the server wants to be left alone for a while.
type later struct {
	error
	after time.Duration // 0: it did not say how long
}

// post sends one request. Its error is a [refused] or a [later].
func (s *Sender) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.URL, bytes.NewReader(body))
	if err != nil {
		return later{error: err}
	}
	for name, values := range s.o.Header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", "headroom-node")
	answer, err := s.o.Client.Do(req)
	if err != nil {
		return later{error: err}
	}
	defer answer.Body.Close()
	return verdict(answer)
}

// passes are the answers that say nothing about the request itself: a token that was not
// renewed in time, a proxy that does not know its server yet.
var passes = map[int]bool{
	http.StatusUnauthorized: true, http.StatusForbidden: true, http.StatusNotFound: true,
	http.StatusProxyAuthRequired: true, http.StatusRequestTimeout: true, http.StatusTooManyRequests: true,
}

// reasonSize is how much of an answer is read for the log.
const reasonSize = 512

func verdict(answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, reasonSize))
	if answer.StatusCode/100 == 2 {
		return nil
	}
	err := fmt.Errorf("the server answers %s: %s", answer.Status, strings.TrimSpace(string(text)))
	if answer.StatusCode/100 == 4 && !passes[answer.StatusCode] {
		return refused{err}
	}
	after, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	return later{err, time.Duration(max(after, 0)) * time.Second}
}

// Waits between tries: each is twice the one before.
const (
	firstWait = time.Second
	maxWait   = 30 * time.Second
)

// pause is how long to wait after failures in a row, the last with err.
func pause(failures int, err error) time.Duration {
	wait := maxWait
	if failures < 6 {
		wait = min(firstWait<<(failures-1), maxWait)
	}
	if l := (later{}); errors.As(err, &l) {
		wait = max(wait, min(l.after, 10*maxWait))
	}
	return wait
}
