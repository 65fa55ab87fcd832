package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"headroom/alerting"
	"headroom/alerting/heal"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/whatif"
	"headroom/internal/faults"
	"headroom/scaler/consistency"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/scaler/replay"
	"headroom/scaler/request"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/access"
	"headroom/ui/report/pdf"
	"headroom/ui/report/press"
)

// Kind is an errorType of an answer. The names are Prometheus' where it has one.
type Kind string

const (
	badData      Kind = "bad_data"
	notFound     Kind = "not_found"
	badMethod    Kind = "method_not_allowed"
	forbidden    Kind = "forbidden"
	unauthorized Kind = "unauthorized"
	conflict     Kind = "conflict"
	tooLarge     Kind = "too_large"
	tooMany      Kind = "too_many"
	canceled     Kind = "canceled"
	timeout      Kind = "timeout"
	unavailable  Kind = "unavailable"
	internal     Kind = "internal"
)

var statusOf = map[Kind]int{
	badData:      http.StatusBadRequest,
	notFound:     http.StatusNotFound,
	badMethod:    http.StatusMethodNotAllowed,
	forbidden:    http.StatusForbidden,
	unauthorized: http.StatusUnauthorized,
	conflict:     http.StatusConflict,
	tooLarge:     http.StatusRequestEntityTooLarge,
	tooMany:      http.StatusTooManyRequests,
	canceled:     499, // the client went away: nobody reads it, the metrics count it
	timeout:      http.StatusServiceUnavailable,
	unavailable:  http.StatusServiceUnavailable,
	internal:     http.StatusInternalServerError,
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

// kinds are those of the errors of other packages; the first one that fits counts.
var kinds = []struct {
	kind   Kind
	errors []error
}{
	{notFound, []error{
		analytics.ErrNoNode, analytics.ErrNotKept, fleet.ErrNoMark,
		state.ErrNoAlarm, alerting.ErrNotOpen, lease.ErrNoLease, mute.ErrNoMute,
		pool.ErrUnknownNode, pool.ErrUnknownService, pool.ErrUnknownProxy, pool.ErrUnknownWorker, state.ErrNoDecision, replay.ErrNothing,
		flow.ErrNoFlow, flow.ErrNoRun, flow.ErrNoStep, flow.ErrNoSchedule, state.ErrNoRequest,
		consistency.ErrNoModule, consistency.ErrNoNode, consistency.ErrNoItem,
		state.ErrNoGrant, state.ErrNoToken, press.ErrNoReport,
	}},
	{badData, []error{analytics.ErrNoModel, heal.ErrNoReason, pool.ErrBadOrder, consistency.ErrBadOrder}},
	{conflict, []error{
		lease.ErrOver, lease.ErrRun, lease.ErrTooMany, mute.ErrConfigured, mute.ErrTooMany,
		fleet.ErrTooManyMarks, state.ErrNoBrake,
		consistency.ErrConflict, flow.ErrConflict, request.ErrNotNow, request.ErrTooMany, state.ErrRequestChanged,
		state.ErrTooManyEdits,
		access.ErrOpen, press.ErrPublished, press.ErrEmpty, press.ErrNoWay,
		access.ErrTokenName, access.ErrTokensTurnedAway, state.ErrTooManyGrants, state.ErrTooManyTokens,
	}},
	{forbidden, []error{request.ErrMayNot}},
	{tooMany, []error{flow.ErrFull}},
	{unavailable, []error{backtest.ErrBusy, replay.ErrBusy, analytics.ErrReading, pool.ErrClosed, pdf.ErrNotBuilt}},
	{canceled, []error{context.Canceled}},
	{timeout, []error{context.DeadlineExceeded}},
}

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
	case errors.Is(err, analytics.ErrNoSnapshot):
		return errNoSnapshot
	}
	for _, known := range kinds {
		if slices.ContainsFunc(known.errors, func(target error) bool { return errors.Is(err, target) }) {
			return &Error{known.kind, err}
		}
	}
	return &Error{internal, err}
}
