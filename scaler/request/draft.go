package request

import (
	"context"
	"time"
)

// Draft is a form that is filled in as far as Headroom knows, and what the rules say
// about it. Nothing is kept of it.
type Draft struct {
	Kind      Kind      `json:"kind"`
	Path      string    `json:"path"`
	Form                //
	Checks    []Check   `json:"checks"`
	Approvers Approvers `json:"approvers"`
	Rule      string    `json:"rule"` // that would approve it by itself; empty: none
}

// Draft fills in a form about a module, or another node of the tree.
func (b *Book) Draft(ctx context.Context, kind Kind, module string) (Draft, error) {
	now := b.clock()
	a := Ask{Kind: kind}
	switch kind {
	case KindMachines:
		a.Machines = draftMachines(b.Forecasts.Snapshot(), module, now)
	case KindBusiness:
		a.Business = &Business{Module: module, Command: []string{}, Proxies: []string{}, Minimum: 1}
	case KindAccess:
		a.Access = &Access{Role: "viewer", Path: module, Until: now.Add(min(30*24*time.Hour, time.Duration(b.conf.Load().AccessAtMost))).Truncate(time.Minute)}
	default:
		a.Change = &Change{Inputs: map[string]any{}}
	}
	d := Draft{Kind: kind, Path: module, Form: a.Form, Checks: []Check{}}
	if a.Change == nil {
		r, err := b.drawn(ctx, &a, now)
		if err != nil {
			return Draft{}, err
		}
		d.Form, d.Checks, d.Rule = r.Form, r.Checks, autoApproved(b.conf.Load().AutoApprove, &r)
	}
	d.Approvers = approversOf(b.conf.Load().Approvers, kind, module)
	return d, nil
}
