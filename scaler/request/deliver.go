package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"headroom/internal/faults"
	"headroom/scaler/flow"
	"headroom/storage/state"
)

// source is what a request's run is started by.
const source = "request"

// every is how often what is under way is looked at, if nothing wakes the book.
const every = 15 * time.Second

// Run delivers requests and, beside that, tells people of them, until ctx is done.
func (b *Book) Run(ctx context.Context) error {
	var both sync.WaitGroup
	both.Go(func() { b.repeat(ctx, b.wake, b.Step) })
	both.Go(func() { b.repeat(ctx, b.news, b.Tell) })
	both.Wait()
	return nil
}

func (b *Book) repeat(ctx context.Context, wake <-chan struct{}, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			b.Logger.Error("requests cannot be gone on with; trying again soon", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-tick.C:
		}
	}
}

// kick has Run look at once.
func (b *Book) kick() {
	for _, c := range []chan struct{}{b.wake, b.news} {
		select {
		case c <- struct{}{}:
		default: // it will
		}
	}
}

// Step goes on with each request that is under way: it starts flows, gives roles, and
// sees which runs are over.
func (b *Book) Step(ctx context.Context) error {
	b.working.Lock()
	defer b.working.Unlock()
	now := b.clock()
	rows, err := b.DB.Find(ctx, state.RequestQuery{UnderWay: true})
	if err != nil {
		return err
	}
	counts := map[State]int{}
	var errs []error
	for _, row := range slices.Backward(rows) { // the oldest first
		r, err := requestOf(row)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		counts[r.State]++
		errs = append(errs, b.goOn(ctx, &r, now))
	}
	b.metrics.count(counts)
	b.tries.forget(now)
	return errors.Join(errs...)
}

// goOn goes on with one request. That another one has changed it meanwhile is no
// error: it is looked at again.
func (b *Book) goOn(ctx context.Context, r *Request, now time.Time) (err error) {
	switch {
	case r.State == Running:
		err = b.look(ctx, r, now)
	case r.State != Approved || !b.tries.due(r.ID, now):
	case r.Access != nil && b.Granter != nil:
		err = b.grant(ctx, r, now)
	case r.Business != nil && b.Pool != nil && b.Pool.Has(r.Business.Module):
		_, err = b.change(ctx, r.ID, func(r *Request) error {
			return r.to(Done, now, Headroom, "done", "the pool has the service "+r.Business.Module)
		})
	default:
		err = b.start(ctx, r, now)
	}
	if errors.Is(err, ErrNotNow) || errors.Is(err, state.ErrRequestChanged) || errors.Is(err, state.ErrNoRequest) {
		return nil
	}
	return err
}

// grant gives the role that was approved.
func (b *Book) grant(ctx context.Context, r *Request, now time.Time) error {
	a := r.Access
	if !a.Until.After(now) {
		return b.fail(ctx, r, now, "the role was asked for until "+a.Until.Format(time.RFC3339)+", which is over")
	}
	who := strings.Join(r.Approvals, ", ")
	why := fmt.Sprintf("request %s of %s: %s", r.ID, r.Who, r.Why)
	err := b.Granter.Grant(ctx, a.Subject, a.Role, a.Path, a.Until, why, who)
	var list faults.List
	switch {
	case errors.As(err, &list):
		return b.fail(ctx, r, now, "the role cannot be given: "+err.Error())
	case err != nil:
		return b.later(ctx, r, now, "the role cannot be given yet: "+err.Error())
	}
	done, err := b.change(ctx, r.ID, func(r *Request) error {
		return r.to(Done, now, Headroom, "done", fmt.Sprintf("%s has the role %s until %s", a.Subject, a.Role, a.Until.Format(time.RFC3339)))
	})
	if err == nil {
		b.record(ctx, &done, Headroom, "grant", why, map[string]string{"subject": a.Subject, "role": a.Role})
	}
	return err
}

// start starts the flow of a request that was approved. That it is about to be started
// is written down before, so that nobody cancels it meanwhile; the start itself is made
// once under the request's name, whoever tries it how often.
func (b *Book) start(ctx context.Context, r *Request, now time.Time) error {
	flows := b.deliverers()
	name, inputs, ok := flowOf(b.conf.Load().Flows, r)
	if !ok || flows == nil {
		return nil // people deliver it
	}
	if r.Change == nil && !b.hasFlow(name) {
		return b.wait(ctx, r, fmt.Sprintf("there is no flow %s to deliver it with; a person delivers it", name))
	}
	if r.Starting.IsZero() {
		started, err := b.change(ctx, r.ID, func(r *Request) error {
			if r.State != Approved {
				return fmt.Errorf("%w: %s is %s", ErrNotNow, r.ID, r.State)
			}
			r.Starting, r.Flow = now, name
			return nil
		})
		if err != nil {
			return err
		}
		r = &started
	}
	run, err := flows.Start(ctx, flow.Start{
		Flow: name, Inputs: inputs, Who: r.Who, Why: r.Title + ": " + r.Why,
		Source: flow.Source{Kind: source, ID: r.ID}, Once: "request " + r.ID,
	})
	if err == nil && (run.Source.Kind != source || run.Source.ID != r.ID) {
		return b.fail(ctx, r, now, "run "+run.ID+", which somebody else has started, bears its name")
	}
	if err != nil {
		return b.notStarted(ctx, r, now, err)
	}
	b.metrics.starts.WithLabelValues("started").Inc()
	delete(b.tries, r.ID)
	return b.settle(ctx, r.ID, run, now)
}

// notStarted tells apart what another try may change and what it cannot. Nothing is
// changed when the server stops: the start is made again at the next one.
func (b *Book) notStarted(ctx context.Context, r *Request, now time.Time, why error) error {
	if ctx.Err() != nil {
		return nil
	}
	b.metrics.starts.WithLabelValues("failed").Inc()
	var list faults.List
	if errors.Is(why, flow.ErrNoFlow) || errors.As(why, &list) {
		return b.fail(ctx, r, now, "the flow was not started: "+why.Error())
	}
	return b.later(ctx, r, now, "the flow cannot be started yet: "+why.Error())
}

func (b *Book) fail(ctx context.Context, r *Request, now time.Time, why string) error {
	failed, err := b.change(ctx, r.ID, func(r *Request) error { return r.to(Failed, now, Headroom, "fail", why) })
	if err == nil {
		b.record(ctx, &failed, Headroom, "fail", why, nil)
	}
	return err
}

// later keeps why something could not be done, and has it tried again. Meanwhile the
// request can be canceled.
func (b *Book) later(ctx context.Context, r *Request, now time.Time, why string) error {
	b.tries.postpone(r.ID, now)
	return b.wait(ctx, r, why)
}

// wait keeps what an approved request waits for.
func (b *Book) wait(ctx context.Context, r *Request, why string) error {
	if r.Reason == why && r.Starting.IsZero() {
		return nil
	}
	_, err := b.change(ctx, r.ID, func(r *Request) error {
		if r.State != Approved {
			return fmt.Errorf("%w: %s is %s", ErrNotNow, r.ID, r.State)
		}
		r.Reason, r.Starting = why, time.Time{}
		return nil
	})
	return err
}

// settle writes down what is known of a request's run.
func (b *Book) settle(ctx context.Context, id string, run flow.Run, now time.Time) error {
	var what string
	settled, err := b.change(ctx, id, func(r *Request) error {
		if what = ""; r.State == Approved {
			r.Run, r.Flow, r.Starting = run.ID, run.Flow, time.Time{}
			what = "start"
			if err := r.to(Running, now, Headroom, what, "run "+run.ID+" of flow "+run.Flow); err != nil {
				return err
			}
		}
		if r.Run != run.ID {
			return fmt.Errorf("%w: %s has run %s", ErrNotNow, r.ID, r.Run)
		}
		switch run.State {
		case flow.Done:
			what = "done"
			return r.to(Done, now, Headroom, what, "run "+run.ID+" is done")
		case flow.Failed, flow.Canceled:
			what = "fail"
			return r.to(Failed, now, Headroom, what, fmt.Sprintf("run %s is %s: %s", run.ID, run.State, run.Reason))
		}
		if what == "" {
			return fmt.Errorf("%w: run %s is not over", ErrNotNow, run.ID)
		}
		return nil
	})
	if err == nil {
		b.record(ctx, &settled, Headroom, what, settled.Reason, map[string]string{"run": run.ID})
	}
	return err
}

// look sees whether the run of a request is over.
func (b *Book) look(ctx context.Context, r *Request, now time.Time) error {
	flows := b.deliverers()
	if flows == nil {
		return nil
	}
	run, err := flows.Run(ctx, r.Run)
	if errors.Is(err, flow.ErrNoRun) {
		return b.fail(ctx, r, now, "run "+r.Run+" is not there any more")
	}
	if err != nil {
		return err
	}
	if !run.State.Over() {
		return nil
	}
	return b.settle(ctx, r.ID, run, now)
}

// Ended takes the result of a run that is over, if a request has started it.
func (b *Book) Ended(ctx context.Context, run flow.Run) error {
	if run.Source.Kind != source || run.Dry || !run.State.Over() {
		return nil
	}
	err := b.settle(ctx, run.Source.ID, run, b.clock())
	b.kick()
	if errors.Is(err, ErrNotNow) || errors.Is(err, state.ErrNoRequest) {
		return nil
	}
	return err
}
