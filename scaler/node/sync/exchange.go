package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

const (
	maxAnswer  = 16 << 20         // bytes of a desired state
	maxMessage = 500              // bytes of an error's text that are shown
	patience   = 15 * time.Second // that the server may need besides the wait it was asked for
	longestAsk = 5 * time.Minute  // of a server that says when to come again
)

// awayError is an answer that is none: the server is away, or is not ours.
type awayError struct {
	cause error
	again time.Duration // when the server wants to be asked again; 0: it did not say
	all   bool          // it wants to be told everything
}

func (e *awayError) Error() string { return e.cause.Error() }
func (e *awayError) Unwrap() error { return e.cause }

// refusedError is an answer that can be no desired state of this node.
type refusedError struct{ cause error }

func (e *refusedError) Error() string { return "what the server sent is not valid: " + e.cause.Error() }
func (e *refusedError) Unwrap() error { return e.cause }

// exchange sends a report and returns what shall run, nil if that is as it was.
func (c *Client) exchange(ctx context.Context, report wire.Report, wait time.Duration) (*wire.Desired, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+patience)
	defer cancel()
	body, err := json.Marshal(report)
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	address := c.o.Server + "/api/v1/nodes/" + url.PathEscape(c.o.Node) + "/sync?wait=" + wait.String()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "headroom-node/"+report.Version)
	if report.Have != "" {
		r.Header.Set("If-None-Match", strconv.Quote(report.Have))
	}
	began := time.Now()
	answer, err := c.o.HTTP.Do(r)
	if err != nil {
		return nil, &awayError{cause: err}
	}
	defer answer.Body.Close()
	c.compare(answer, began, time.Now())
	return c.read(answer)
}

// compare tells how this machine's clock and the server's differ, if the server has said
// when it answered and how long it took, in milliseconds. As in NTP the way there is
// taken to be as long as the way back.
func (c *Client) compare(answer *http.Response, began, ended time.Time) {
	var at, held int64
	if n, err := fmt.Sscan(answer.Header.Get(wire.ClockHeader), &at, &held); c.o.Clock == nil || n != 2 || err != nil {
		return
	}
	way := max(0, ended.Sub(began)-time.Duration(held)*time.Millisecond)
	c.o.Clock(ended.Round(0).Sub(time.UnixMilli(at))-way/2, way)
}

// read judges an answer.
func (c *Client) read(answer *http.Response) (*wire.Desired, error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, &awayError{cause: fmt.Errorf("read the answer: %w", err)}
	case answer.StatusCode == http.StatusNotModified:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, &awayError{
			cause: failure(answer, text), again: retryAfter(answer), all: answer.StatusCode == http.StatusPreconditionRequired,
		}
	case len(text) > maxAnswer:
		return nil, &refusedError{fmt.Errorf("it is larger than %d bytes", maxAnswer)}
	}
	d, err := Parse(text, c.o.Node)
	if err != nil {
		return nil, &refusedError{err}
	}
	return &d, nil
}

// failure is the server's own words if it has any.
func failure(answer *http.Response, text []byte) error {
	var problem struct{ Error string }
	said := strings.TrimSpace(string(text[:min(len(text), maxMessage)]))
	if json.Unmarshal(text, &problem) == nil && problem.Error != "" {
		said = problem.Error
	}
	said = strings.TrimSuffix("the server says "+answer.Status+": "+said, ": ")
	if answer.StatusCode == http.StatusUnauthorized && strings.HasPrefix(answer.Header.Get("WWW-Authenticate"), "Basic") {
		said += ": it wants a user that it knows, see server.username and server.password_file"
	}
	return errors.New(said)
}

func retryAfter(answer *http.Response) time.Duration {
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestAsk)
}
