package promql

import (
	"context"
	"errors"

	prom "github.com/prometheus/prometheus/promql"

	"headroom/storage"
)

// Kind sorts what can go wrong with a query, as callers act on it.
type Kind int

// The kinds of error.
const (
	Execution Kind = iota // the query is sound, but cannot be evaluated on these series
	BadQuery              // the query or a parameter of it is wrong
	TooMuch               // a limit on series or samples was met
	Timeout               // it took longer than it may
	Canceled              // the caller went away
	Busy                  // too many queries run already
	Storage               // the store failed
)

// errMatchesAll refuses a selector that would list the whole store.
var errMatchesAll = errors.New("match[] must contain at least one non-empty matcher")

// errEnough ends a listing that has reached its limit.
var errEnough = errors.New("enough")

// badQuery marks an error of the query itself; it reads as its cause.
type badQuery struct{ error }

func (e badQuery) Unwrap() error { return e.error }

// storeError marks what the store failed with.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

// KindOf sorts an error of any of the engine's methods.
func KindOf(err error) Kind {
	switch {
	case is[*BusyError](err):
		return Busy
	case is[prom.ErrQueryTimeout](err), errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case is[prom.ErrQueryCanceled](err), errors.Is(err, context.Canceled):
		return Canceled
	case is[badQuery](err):
		return BadQuery
	case is[*storage.LimitError](err), is[prom.ErrTooManySamples](err):
		return TooMuch
	case is[storeError](err), is[prom.ErrStorage](err):
		return Storage
	default:
		return Execution
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
