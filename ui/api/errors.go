package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"headroom/alerting"
	"headroom/alerting/heal"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/whatif"
	"headroom/internal/faults"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Kind is an errorType of an answer. The names are Prometheus' where it has one.
type Kind string

const (
	badData     Kind = "bad_data"
	notFound    Kind = "not_found"
	badMethod   Kind = "method_not_allowed"
	forbidden   Kind = "forbidden"
	conflict    Kind = "conflict"
	tooLarge    Kind = "too_large"
	tooMany     Kind = "too_many"
	canceled    Kind = "canceled"
	timeout     Kind = "timeout"
	unavailable Kind = "unavailable"
	internal    Kind = "internal"
)

var statusOf = map[Kind]int{
	badData:     http.StatusBadRequest,
	notFound:    http.StatusNotFound,
	badMethod:   http.StatusMethodNotAllowed,
	forbidden:   http.StatusForbidden,
	conflict:    http.StatusConflict,
	tooLarge:    http.StatusRequestEntityTooLarge,
	tooMany:     http.StatusTooManyRequests,
	canceled:    499, // the client went away: nobody reads it, the metrics count it
	timeout:     http.StatusServiceUnavailable,
	unavailable: http.StatusServiceUnavailable,
	internal:    http.StatusInternalServerError,
}

// Error is a failure that the asker is told about.
type Error struct {
	Kind Kind
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

var errorf = fmt.Errorf

// badParam tells which parameter of a request was wrong, and how.
func badParam(name, value string, err error) error {
	return &Error{badData, errorf("invalid parameter %q: %q: %w", name, value, err)}
}

var errNoSnapshot = &Error{unavailable, errors.New("no minute was judged yet: try again in a minute")}

// classify finds the kind of an error that came from another package.
func classify(err error) *Error {
	var e *Error
	var size *http.MaxBytesError
	var impossible *whatif.Faults
	var list faults.List
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &impossible), errors.As(err, &list):
		return &Error{badData, err}
	case errors.As(err, &size):
		return &Error{tooLarge, errorf("the request is longer than %d bytes", size.Limit)}
	case errors.Is(err, analytics.ErrNoNode), errors.Is(err, analytics.ErrNotKept), errors.Is(err, fleet.ErrNoMark),
		errors.Is(err, state.ErrNoAlarm), errors.Is(err, alerting.ErrNotOpen), errors.Is(err, lease.ErrNoLease), errors.Is(err, mute.ErrNoMute),
		errors.Is(err, pool.ErrUnknownNode), errors.Is(err, pool.ErrUnknownService), errors.Is(err, pool.ErrUnknownProxy),
		errors.Is(err, pool.ErrUnknownWorker), errors.Is(err, state.ErrNoDecision),
		errors.Is(err, flow.ErrNoFlow), errors.Is(err, flow.ErrNoRun), errors.Is(err, flow.ErrNoStep), errors.Is(err, flow.ErrNoSchedule):
		return &Error{notFound, err}
	case errors.Is(err, analytics.ErrNoModel), errors.Is(err, heal.ErrNoReason), errors.Is(err, pool.ErrBadOrder):
		return &Error{badData, err}
	case errors.Is(err, lease.ErrOver), errors.Is(err, lease.ErrRun), errors.Is(err, lease.ErrTooMany),
		errors.Is(err, mute.ErrConfigured), errors.Is(err, mute.ErrTooMany),
		errors.Is(err, fleet.ErrTooManyMarks), errors.Is(err, state.ErrNoBrake), errors.Is(err, flow.ErrConflict):
		return &Error{conflict, err}
	case errors.Is(err, flow.ErrFull):
		return &Error{tooMany, err}
	case errors.Is(err, analytics.ErrNoSnapshot):
		return errNoSnapshot
	case errors.Is(err, backtest.ErrBusy), errors.Is(err, analytics.ErrReading), errors.Is(err, pool.ErrClosed):
		return &Error{unavailable, err}
	case errors.Is(err, context.Canceled):
		return &Error{canceled, err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{timeout, err}
	}
	return &Error{internal, err}
}
