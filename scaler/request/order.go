package request

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/internal/faults"
	"headroom/storage/audit"
)

// Order is what a person does with a request.
type Order struct {
	ID     string   `json:"-"`
	Action string   `json:"action"` // approve, reject, comment, cancel, deliver or done
	Who    string   `json:"who"`    // where nobody has to log in
	Why    string   `json:"why"`    // needed for reject, comment and done
	Nodes  []string `json:"nodes"`  // of deliver: the machines that have come
	Groups []string `json:"-"`      // that who it is has logged in with, besides those of the configuration
}

// Actions are what people can do with a request.
func Actions() []string { return []string{"approve", "reject", "comment", "cancel", "deliver", "done"} }

func (o *Order) check() error {
	var l faults.List
	o.Who, o.Why = strings.TrimSpace(o.Who), strings.TrimSpace(o.Why)
	if !slices.Contains(Actions(), o.Action) {
		l.Add("action", "want one of %s, got %q", strings.Join(Actions(), ", "), o.Action)
	}
	wantText(&l, "who", o.Who, 1, maxName)
	least := 0
	if slices.Contains([]string{"reject", "comment", "done"}, o.Action) {
		least = 1
	}
	wantText(&l, "why", o.Why, least, maxText)
	wantNames(&l, "nodes", o.Nodes)
	if given := len(o.Nodes) > 0; given != (o.Action == "deliver") {
		l.Add("nodes", "want the machines that have come with deliver, and none with other actions, got %d", len(o.Nodes))
	}
	return l.Err()
}

// Do carries out what a person does with a request, and returns it. The error wraps
// [ErrNotNow] or [ErrMayNot], is a faults.List, or [state.ErrNoRequest].
func (b *Book) Do(ctx context.Context, o Order) (Request, error) {
	if err := o.check(); err != nil {
		return Request{}, err
	}
	r, err := b.change(ctx, o.ID, func(r *Request) error { return b.apply(r, &o, b.clock()) })
	if err != nil {
		return Request{}, err
	}
	b.kick()
	return b.shown(r), nil
}

func (b *Book) apply(r *Request, o *Order, now time.Time) error {
	if len(r.History) >= maxSteps && o.Action == "comment" {
		return fmt.Errorf("%w: %s has %d steps, no more comments are kept", ErrNotNow, r.ID, len(r.History))
	}
	if !slices.Contains(r.may(), o.Action) {
		return fmt.Errorf("%w: %s is %s: %s cannot be done then", ErrNotNow, r.ID, r.State, o.Action)
	}
	switch o.Action {
	case "approve":
		return b.approve(r, o, now)
	case "reject":
		if err := b.mayDecide(r, o); err != nil {
			return err
		}
		return r.to(Rejected, now, o.Who, "reject", o.Why)
	case "cancel":
		if o.Who != r.Who && b.mayDecide(r, o) != nil {
			return fmt.Errorf("%s %w cancel %s: only %s and its approvers can", o.Who, ErrMayNot, r.ID, r.Who)
		}
		return r.to(Canceled, now, o.Who, "cancel", o.Why)
	case "done":
		return r.to(Done, now, o.Who, "done", o.Why)
	case "deliver":
		return b.deliver(r, o, now)
	}
	r.note(now, o.Who, "comment", o.Why)
	return nil
}

// mayDecide tells whether a person may approve or reject.
func (b *Book) mayDecide(r *Request, o *Order) error {
	c := b.conf.Load()
	if !c.OwnApproval && (o.Who == r.Who || r.Access != nil && r.Access.isFor(o.Who)) {
		return fmt.Errorf("%s %w %s %s: it is their own request", o.Who, ErrMayNot, o.Action, r.ID)
	}
	if a := approversOf(c.Approvers, r.Kind, r.Path); !a.has(o.Who, c.Groups, o.Groups) {
		return fmt.Errorf("%s %w %s %s: that is for %s", o.Who, ErrMayNot, o.Action, r.ID, a.words())
	}
	return nil
}

// isFor tells whether a role is asked for somebody, as a user or in chats.
func (a *Access) isFor(who string) bool {
	bare := func(name string) string { return strings.TrimPrefix(strings.TrimPrefix(name, "user:"), "chat:") }
	return bare(a.Subject) == bare(who)
}

// Approver tells whether somebody is named as one of a request's approvers. Where none
// are named nobody is.
func (b *Book) Approver(r *Request, who string, groups []string) bool {
	c := b.conf.Load()
	a := approversOf(c.Approvers, r.Kind, r.Path)
	return len(a.Who) > 0 && a.has(who, c.Groups, groups)
}

// Named tells whether the approvers of a request are named, so that nobody else may
// decide about it, whatever their role.
func (b *Book) Named(r *Request) bool {
	return len(approversOf(b.conf.Load().Approvers, r.Kind, r.Path).Who) > 0
}

// approve counts an approval.
func (b *Book) approve(r *Request, o *Order, now time.Time) error {
	if err := b.mayDecide(r, o); err != nil {
		return err
	}
	if slices.Contains(r.Approvals, o.Who) {
		return fmt.Errorf("%w: %s has approved %s already; it waits for others", ErrNotNow, o.Who, r.ID)
	}
	if r.Access != nil && !r.Access.Until.After(now) {
		return fmt.Errorf("%w: the role was asked for until %s, which is over", ErrNotNow, r.Access.Until.Format(time.RFC3339))
	}
	r.Approvals = append(r.Approvals, o.Who)
	if len(r.Approvals) < approversOf(b.conf.Load().Approvers, r.Kind, r.Path).AtLeast {
		r.note(now, o.Who, "approve", o.Why)
		return nil
	}
	return r.to(Approved, now, o.Who, "approve", o.Why)
}

// deliver names the machines that have come. A flow that takes them is started; where
// there is none, naming them ends the request.
func (b *Book) deliver(r *Request, o *Order, now time.Time) error {
	if len(o.Nodes) > r.Machines.Devices {
		return faults.List{fmt.Sprintf("nodes: want up to %d, as many as were asked for, got %d", r.Machines.Devices, len(o.Nodes))}
	}
	m := *r.Machines
	m.Nodes = o.Nodes
	r.Machines = &m
	if name, _, ok := flowOf(b.conf.Load().Flows, r); ok && b.hasFlow(name) {
		r.note(now, o.Who, "deliver", o.Why)
		return nil
	}
	return r.to(Done, now, o.Who, "deliver", o.Why)
}

func (b *Book) hasFlow(name string) bool {
	f := b.deliverers()
	if f == nil {
		return false
	}
	_, err := f.Flow(name)
	return err == nil
}

// record writes to the audit log what happened without anybody's request to the
// server; what people do is written there by those who take it.
func (b *Book) record(ctx context.Context, r *Request, who, what, why string, detail any) {
	if b.Audit == nil {
		return
	}
	e := audit.Entry{At: b.Now(), Who: who, Action: "request." + what, Object: r.ID, Path: r.Path, Why: why}
	if detail != nil {
		e.Detail, _ = json.Marshal(detail) // of maps of strings
	}
	if err := b.Audit.Add(ctx, e); err != nil {
		b.Logger.Error("what happened to a request is not in the audit log", "request", r.ID, "what", what, "err", err)
	}
}
