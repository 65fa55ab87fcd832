package prom

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"headroom/storage/promql"
)

// An endpoint returns its data, or what went wrong. Data that writes itself is
// a writer; other data are marshalled.
type endpoint func(*gin.Context) (any, error)

// writer is data with a form of its own, as fast as a large answer needs it.
type writer interface {
	write(http.ResponseWriter) error
}

// warned is data that comes with warnings.
type warned struct {
	data     any
	warnings []string
}

// response is the envelope of every answer.
type response struct {
	Status    string   `json:"status"`
	Data      any      `json:"data,omitempty"`
	ErrorType string   `json:"errorType,omitempty"`
	Error     string   `json:"error,omitempty"`
	Warnings  []string `json:"warnings,omitempty"`
}

func (a *api) serve(f endpoint) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := readForm(c); err != nil {
			a.fail(c, badData{fmt.Errorf("error parsing form values: %w", err)})
			return
		}
		data, err := f(c)
		if err != nil {
			a.fail(c, err)
			return
		}
		a.succeed(c, data)
	}
}

func (a *api) succeed(c *gin.Context, data any) {
	resp := response{Status: "success", Data: data}
	switch d := data.(type) {
	case writer:
		c.Header("Content-Type", "application/json")
		if err := d.write(c.Writer); err != nil {
			a.Logger.Debug("The client left before the whole answer was written.", "path", c.Request.URL.Path, "err", err)
		}
		return
	case warned:
		resp.Data, resp.Warnings = d.data, d.warnings
	}
	send(c, http.StatusOK, resp)
}

func (a *api) fail(c *gin.Context, err error) {
	status, errorType := classify(err)
	switch status {
	case http.StatusInternalServerError:
		a.Logger.Error("The store failed a query.", "path", c.Request.URL.Path, "err", err)
	case http.StatusServiceUnavailable:
		c.Header("Retry-After", strconv.Itoa(retryAfterSeconds))
	}
	send(c, status, response{Status: "error", ErrorType: errorType, Error: err.Error()})
}

// retryAfterSeconds is long enough for running queries to end, and shorter than
// the refresh of a dashboard.
const retryAfterSeconds = 5

// send marshals without escaping HTML: answers are never shown as such.
func send(c *gin.Context, status int, resp response) {
	c.Header("Content-Type", "application/json")
	c.Status(status)
	enc := json.NewEncoder(c.Writer)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(resp) // plain types; a client that left is no concern
}

// badData is a fault in the request's parameters.
type badData struct{ error }

func (e badData) Unwrap() error { return e.error }

func badParam(name string, err error) error {
	return badData{fmt.Errorf("invalid parameter %q: %w", name, err)}
}

// statusClientClosed is nginx's code for a client that left; nobody sees it but
// the access log.
const statusClientClosed = 499

// classify gives the status and Prometheus' errorType of an error.
func classify(err error) (status int, errorType string) {
	if _, ok := errors.AsType[badData](err); ok {
		return http.StatusBadRequest, "bad_data"
	}
	switch promql.KindOf(err) {
	case promql.BadQuery:
		return http.StatusBadRequest, "bad_data"
	case promql.Timeout:
		return http.StatusServiceUnavailable, "timeout"
	case promql.Busy:
		return http.StatusServiceUnavailable, "unavailable"
	case promql.Canceled:
		return statusClientClosed, "canceled"
	case promql.Storage:
		return http.StatusInternalServerError, "internal"
	default: // Execution and TooMuch
		return http.StatusUnprocessableEntity, "execution"
	}
}
