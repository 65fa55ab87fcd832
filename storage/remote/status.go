package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxReason is how much of an error's text is kept, in bytes.
const maxReason = 1 << 10

// StatusError is an answer of the remote store other than success.
type StatusError struct {
	Place      string // method and URL without secrets
	Code       int    // of HTTP
	Type       string // Prometheus' errorType, such as "timeout"; empty if it said none
	Reason     string // what the store said
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", e.Place, e.Code, http.StatusText(e.Code), e.Reason)
}

// temporary tells whether the same request may succeed later. An API that
// answers a 5xx with a type of error has decided: asking again only adds load.
func (e *StatusError) temporary() bool {
	if e.Code == http.StatusTooManyRequests {
		return true
	}
	return e.Code >= 500 && e.Code != http.StatusNotImplemented && !e.decided()
}

func (e *StatusError) decided() bool {
	switch e.Type {
	case "timeout", "canceled", "execution", "unavailable":
		return true
	}
	return false
}

// tooBig tells whether a smaller part of the same query may succeed.
func tooBig(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	if !ok {
		return false
	}
	return e.Type == "timeout" || e.Code == http.StatusGatewayTimeout ||
		strings.Contains(e.Reason, "too many samples") || // Prometheus
		strings.Contains(e.Reason, "exceeded maximum resolution") || // Prometheus
		strings.Contains(e.Reason, "-search.max") // VictoriaMetrics names the flag that is exceeded
}

func statusError(place string, resp *http.Response) *StatusError {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // what could be read is shown
	e := &StatusError{Place: place, Code: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"))}
	var api struct{ ErrorType, Error string }
	if json.Unmarshal(body, &api) == nil && api.Error != "" {
		e.Type, e.Reason = api.ErrorType, api.Error
	} else {
		e.Reason = strings.TrimSpace(string(body))
	}
	e.Reason = e.Reason[:min(len(e.Reason), maxReason)]
	return e
}

// retryAfter reads seconds or a date; 0 if it is neither.
func retryAfter(s string) time.Duration {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}
