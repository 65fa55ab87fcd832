// Package poll brings the signals that are not pushed but asked for: PromQL
// that is evaluated once a minute, against Headroom's own store or, in shadow
// mode, against another one.
//
// An answer enters the rollup like samples that were pushed: each of its series
// is one sender, with the labels of the hierarchy and of the node.
package poll

import (
	"context"
	"errors"
	"fmt"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/head"
	"headroom/storage/promql"
)

// Names of the series that the answers are entered as. They are never stored.
const (
	Load     = "headroom:signal:load"
	Busy     = "headroom:signal:busy"
	Requests = "headroom:signal:requests"
)

// Querier evaluates PromQL.
type Querier interface {
	Instant(ctx context.Context, query string, at time.Time) ([]promql.Sample, error)
	Range(ctx context.Context, query string, start, end time.Time, step time.Duration) ([]storage.Series, error)
}

// Signal is a query and the name that its answer is entered as.
type Signal struct {
	Name  string // Load, Busy or Requests
	Query string
}

// Matchers select the entered series of a signal.
func (s Signal) Matchers() []storage.Matcher { return []storage.Matcher{storage.Metric(s.Name)} }

// Poll asks for signals. Its methods must not be called at the same time.
type Poll struct {
	querier Querier
	signals []Signal
	rollup  *rollup.Rollup
	cells   map[string]*cell // by labels
	swept   int64            // minute in which the cells were last looked through
}

// cell is where the samples of a series go.
type cell struct {
	*rollup.Cell       // nil if the series lies outside the tree
	used         int64 // the newest minute with an answer
}

// idleAfter is for how many seconds a series without answers is remembered.
const idleAfter = 3600

// New returns a Poll that enters what it is answered into r.
func New(q Querier, signals []Signal, r *rollup.Rollup) *Poll {
	return &Poll{querier: q, signals: signals, rollup: r, cells: map[string]*cell{}}
}

// offset is where in a minute an answer is entered: the query is evaluated at
// the minute's end.
const offset = 59 * time.Second

// Feed asks for the signals of the minute (its start in Unix seconds) and
// enters the answers. Signals that cannot be had are reported together; the
// others are entered.
func (p *Poll) Feed(ctx context.Context, minute int64) error {
	var errs []error
	for _, s := range p.signals {
		answer, err := p.querier.Instant(ctx, s.Query, time.Unix(minute+60, 0))
		if err != nil {
			errs = append(errs, fmt.Errorf("signal %s: %w", s.Name, err))
			continue
		}
		for _, sample := range answer {
			if c := p.cell(Named(s, sample.Labels), minute); c != nil {
				c.Add(minute*1000+offset.Milliseconds(), sample.Value)
			}
		}
	}
	p.sweep(minute)
	return errors.Join(errs...)
}

// sweep forgets the series that are no longer answered.
func (p *Poll) sweep(minute int64) {
	if minute-p.swept < idleAfter {
		return
	}
	p.swept = minute
	for key, c := range p.cells {
		if minute-c.used >= idleAfter {
			delete(p.cells, key)
		}
	}
}

// cell returns the cell of a series, nil if it lies outside the tree.
func (p *Poll) cell(labels []storage.Label, minute int64) *rollup.Cell {
	key, err := head.AppendKey(nil, labels)
	if err != nil {
		return nil // labels that cannot be stored cannot be part of the tree
	}
	c := p.cells[string(key)]
	if c == nil {
		c = &cell{Cell: p.rollup.Enter(labels)}
		p.cells[string(key)] = c
	}
	c.used = minute
	return c.Cell
}

// Named returns the labels of an answer's series with the signal's name.
func Named(s Signal, labels []storage.Label) []storage.Label {
	out := []storage.Label{{Name: storage.MetricName, Value: s.Name}}
	for _, l := range labels {
		if l.Name != storage.MetricName {
			out = append(out, l)
		}
	}
	return out
}
