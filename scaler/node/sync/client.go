// Package sync is a node's end of its talk with the server.
//
// The client says how the node is and is told what shall run on it: by a long poll
// that the server answers as soon as there is something else, and at the latest after
// 10 s. What changes meanwhile is told by a second request that waits for nothing, on
// a connection of its own that is kept: to break off the poll would cost the server a
// new connection with its keys each time. At most four of those are sent a second.
//
// Only the poll brings a desired state, so that an older answer never comes after a
// newer one. A state that is not valid as a whole is refused, and what was before
// stays; so it does while the server is away, or answers anything but a state.
package sync

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"headroom/scaler/node/wire"
)

const (
	between  = 250 * time.Millisecond // reports, at least
	pace     = time.Second            // from poll to poll that bring nothing, at least
	longest  = 30 * time.Second       // between tries while the server is away
	refresh  = 10 * time.Minute       // all workers are told this often though they are as they were
	pollTime = 10 * time.Second       // that the server may wait for something else
)

// Options say who talks with whom. All but Logger are needed.
type Options struct {
	Server string // such as https://headroom:7480
	Node   string
	HTTP   *http.Client

	Report func() wire.Report // all of it; nobody changes what its Found points to
	Apply  func(wire.Desired) // called by the goroutine of Run, with a state that is valid
	// Clock, if not nil, is told after an answer how far this machine's clock is ahead of
	// the server's, and how long the messages were on their way.
	Clock func(offset, way time.Duration)

	Logger *slog.Logger // nil: slog.Default
}

// Stats are what a client has seen since it was made.
type Stats struct {
	Answered int64 // reports that the server took
	Failed   int64 // reports without an answer of use
	Refused  int64 // answers that were no valid desired state
	Last     time.Time
	Fault    string // of what was tried since the last answer; empty: none
}

// Client talks with the server.
type Client struct {
	o       Options
	changed chan struct{} // something is to be told
	first   chan struct{} // closed once the first report has its answer, or has none

	order sync.Mutex // held from the making of a report beside the poll to its answer

	mu        sync.Mutex // protects the fields below
	told      []byte     // workers as the server knows them; nil: all are to be told
	toldRes   []byte     // likewise, the node's resources
	toldTasks []byte     // likewise, its tasks
	toldAt    time.Time
	found     *wire.Found // as the server knows it; nil: all is to be told
	beside    int         // reports sent beside a poll so far

	answered, failed, refused, last atomic.Int64
	fault                           atomic.Pointer[string]

	said string // by the last failure; only the loop's
}

// New returns a client.
func New(o Options) *Client {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Client{o: o, changed: make(chan struct{}, 1), first: make(chan struct{})}
}

// Changed says that the state of a worker or a task is another one.
func (c *Client) Changed() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// First is closed once the first report has its answer, or it is clear that it gets
// none.
func (c *Client) First() <-chan struct{} { return c.first }

// Stats tells what was seen so far.
func (c *Client) Stats() Stats {
	s := Stats{Answered: c.answered.Load(), Failed: c.failed.Load(), Refused: c.refused.Load()}
	if last := c.last.Load(); last > 0 {
		s.Last = time.Unix(0, last)
	}
	if fault := c.fault.Load(); fault != nil {
		s.Fault = *fault
	}
	return s
}

// Run talks until ctx is done.
func (c *Client) Run(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { c.tellChanges(ctx) })

	failures, wait := 0, time.Duration(0) // the first answer is wanted at once
	for ctx.Err() == nil {
		began := time.Now()
		d, err := c.poll(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		rest := time.Duration(0)
		switch {
		case err != nil:
			failures++
			rest = backOff(failures, err)
			c.complain(failures, rest, err)
		case d != nil:
			c.o.Apply(*d)
			rest = between // of a server that never comes to rest
		case wait > 0:
			rest = pace - time.Since(began) // of a server that does not wait
		}
		if err == nil && failures > 0 {
			c.o.Logger.Info("the server is back", "failures", failures)
			failures = 0
		}
		if wait == 0 {
			close(c.first)
			wait = pollTime
		}
		sleep(ctx, rest)
	}
}

// poll sends a report and waits for what shall run.
func (c *Client) poll(ctx context.Context, wait time.Duration) (*wire.Desired, error) {
	c.order.Lock() // what is told beside is told first
	report, parts := c.compose()
	c.order.Unlock()
	c.mu.Lock()
	before := c.beside
	c.mu.Unlock()

	d, err := c.exchange(ctx, report, wait)
	if d != nil && d.Version == report.Have {
		d = nil // the server does not know of 304
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(err)
	c.noteLocked(parts, err)
	if c.beside != before {
		c.told, c.toldTasks = nil, nil // who knows which of the two came first
		if parts.found != nil {
			c.found = nil
		}
	}
	return d, err
}

// tellChanges sends a report beside the poll when something has changed.
func (c *Client) tellChanges(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-c.first:
	}
	for {
		sleep(ctx, between)
		select {
		case <-ctx.Done():
			return
		case <-c.changed:
			c.tell(ctx)
		}
	}
}

func (c *Client) tell(ctx context.Context) {
	c.order.Lock()
	defer c.order.Unlock()
	report, parts := c.compose()
	if report.Workers == nil && report.Tasks == nil && parts.found == nil {
		return // a poll that began meanwhile has told it
	}
	_, err := c.exchange(ctx, report, 0)
	var refused *refusedError
	if errors.As(err, &refused) {
		err = nil // the report was taken; its answer is the poll's to judge
	}
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beside++
	c.count(err)
	c.noteLocked(parts, err)
}

// parts are what is told of a report only if it has changed.
type parts struct {
	workers, resources, tasks []byte
	found                     *wire.Found // all of it; nil: the server has it
}

// compose makes a report, without what the server knows.
func (c *Client) compose() (wire.Report, parts) {
	r := c.o.Report()
	if r.Workers == nil {
		r.Workers = []wire.Status{}
	}
	p := parts{workers: mustMarshal(r.Workers), resources: mustMarshal(r.Resources), tasks: mustMarshal(r.Tasks)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.toldAt) > refresh {
		c.told, c.toldRes, c.toldTasks = nil, nil, nil
	}
	if bytes.Equal(p.workers, c.told) {
		r.Workers = nil
	}
	if bytes.Equal(p.resources, c.toldRes) {
		r.Resources = nil
	}
	if bytes.Equal(p.tasks, c.toldTasks) {
		r.Tasks = nil
	}
	switch {
	case r.Found == nil:
	case c.found != nil && r.Found.Sum == c.found.Sum:
		r.Found = &wire.Found{Declared: r.Found.Declared, Sum: r.Found.Sum, Base: r.Found.Sum} // the server sees whether it has it
	default:
		p.found = r.Found
		if c.found != nil && c.found.Declared == p.found.Declared {
			r.Found = p.found.Since(c.found)
		}
	}
	return r, p
}

// noteLocked remembers what the server knows now. After a failure that is nothing: it
// may be another server the next time. What was found is large, so it is told anew only
// to a server that says so: it has what is told as a change of, or what that leads to, or
// else it does. c.mu must be held.
func (c *Client) noteLocked(p parts, err error) {
	if err != nil {
		c.told, c.toldRes, c.toldTasks = nil, nil, nil
		var away *awayError
		if errors.As(err, &away) && away.all {
			c.found = nil
		}
		return
	}
	if p.found != nil {
		c.found = p.found
	}
	if c.told == nil {
		c.toldAt = time.Now()
	}
	c.told, c.toldRes, c.toldTasks = p.workers, p.resources, p.tasks
}

func (c *Client) count(err error) {
	var refused *refusedError
	c.fault.Store(nil)
	if err != nil {
		fault := err.Error()
		c.fault.Store(&fault)
	}
	switch {
	case err == nil:
		c.answered.Add(1)
		c.last.Store(time.Now().UnixNano())
	case errors.As(err, &refused):
		c.refused.Add(1)
	default:
		c.failed.Add(1)
	}
}

// complain tells the first failures of a row, those that say something else than the one
// before, and then one in a while.
func (c *Client) complain(failures int, rest time.Duration, err error) {
	said := c.said
	c.said = err.Error()
	if failures <= 2 || failures%20 == 0 || c.said != said {
		c.o.Logger.Warn("no desired state from the server; what runs goes on", "failures", failures, "again_in", rest.Round(time.Millisecond), "err", err)
	}
}

// backOff is how long to wait after so many failures in a row: longer each time, and
// different for each node, so that a server that comes back is not run over.
func backOff(failures int, err error) time.Duration {
	most := min(time.Second<<min(failures-1, 10), longest)
	var away *awayError
	if errors.As(err, &away) {
		most = max(most, away.again)
	}
	return most/2 + rand.N(most/2)
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func mustMarshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("BUG: " + err.Error()) // what is reported is written by us
	}
	return text
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
