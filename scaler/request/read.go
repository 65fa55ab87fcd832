package request

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/storage/state"
)

// Query chooses requests. Zero values choose all.
type Query = state.RequestQuery

// Find returns requests, the newest first.
func (b *Book) Find(ctx context.Context, q Query) ([]Request, error) {
	rows, err := b.DB.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([]Request, 0, len(rows))
	for _, row := range rows {
		r, err := requestOf(row)
		if err != nil {
			return nil, err
		}
		all = append(all, b.shown(r))
	}
	return all, nil
}

// Load returns a request; the error is [state.ErrNoRequest] if there is none.
func (b *Book) Load(ctx context.Context, id string) (Request, error) {
	r, err := b.load(ctx, id)
	if err != nil {
		return Request{}, err
	}
	return b.shown(r), nil
}

func (b *Book) load(ctx context.Context, id string) (Request, error) {
	number, ok := ParseID(id)
	if !ok {
		return Request{}, fmt.Errorf("request %.40q: %w", id, state.ErrNoRequest)
	}
	row, err := b.DB.Load(ctx, number)
	if err != nil {
		return Request{}, err
	}
	return requestOf(row)
}

// shown adds to a request what is not kept.
func (b *Book) shown(r Request) Request {
	c := b.conf.Load()
	r.Approvers = approversOf(c.Approvers, r.Kind, r.Path)
	r.May = r.may()
	if r.State == Open {
		r.Reason = "waits for approval by " + r.Approvers.words()
		if len(r.Approvals) > 0 {
			r.Reason += "; so far by " + strings.Join(r.Approvals, ", ")
		}
	}
	if r.Flow == "" && !r.State.Over() {
		r.Flow, _, _ = flowOf(c.Flows, &r)
	}
	r.inZone(b.Location)
	return r
}

// may are the actions that are possible now.
func (r *Request) may() []string {
	all := []string{"comment"}
	switch {
	case r.State == Open:
		all = append(all, "approve", "reject", "cancel")
	case r.State == Approved && r.Starting.IsZero():
		all = append(all, "cancel", "done")
		if r.Machines != nil {
			all = append(all, "deliver")
		}
	}
	slices.Sort(all)
	return all
}

func (r *Request) inZone(loc *time.Location) {
	for _, t := range []*time.Time{&r.Opened, &r.ApprovedAt, &r.Closed, &r.Starting} {
		if !t.IsZero() {
			*t = t.In(loc)
		}
	}
	for i := range r.History {
		r.History[i].At = r.History[i].At.In(loc)
	}
}
