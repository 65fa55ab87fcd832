package press

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/storage/state"
)

// ErrNoWay means that a report cannot be sent so: nothing is configured, or not that.
var ErrNoWay = errors.New("no such way to deliver a report")

// Sent is how far a delivery is.
type Sent struct {
	N        int       `json:"n"`   // of the month
	Way      string    `json:"way"` // as "mail ann@example.com"
	Who      string    `json:"who"` // had it sent; empty: nobody had to log in
	State    string    `json:"state"`
	Attempts int       `json:"attempts"`
	Error    string    `json:"error"` // of the newest attempt
	Asked    time.Time `json:"asked_at"`
	Next     time.Time `json:"next_at,omitzero"` // attempt
	Ended    time.Time `json:"ended_at,omitzero"`

	Recipients []state.ReportRecipient `json:"recipients"` // as of the newest attempt; none: a way to one, or not tried yet
}

// Deliveries returns those of a month's published report, in their order.
func (p *Press) Deliveries(ctx context.Context, month string) ([]Sent, error) {
	if err := p.mustBePublished(ctx, month); err != nil {
		return nil, err
	}
	rows, err := p.Store.Deliveries(ctx, month)
	all := []Sent{}
	for _, d := range rows {
		all = append(all, p.sent(&d))
	}
	return all, err
}

func (p *Press) sent(d *state.ReportDelivery) Sent {
	in := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(p.Location)
	}
	people := d.Recipients
	if people == nil {
		people = []state.ReportRecipient{}
	}
	return Sent{d.N, d.Way, d.Who, d.State, d.Attempts, d.Error, in(d.Asked), in(d.Next), in(d.Ended), people}
}

// Send has a published report delivered once more, by some of the configured ways or
// by all, and returns all deliveries of the month. The error is [ErrNoReport] or
// [ErrNoWay].
func (p *Press) Send(ctx context.Context, month string, ways []string, who string) ([]Sent, error) {
	if err := p.mustBePublished(ctx, month); err != nil {
		return nil, err
	}
	known := p.Ways()
	if len(known) == 0 {
		return nil, fmt.Errorf("%w: report.mail, report.receivers and report.webhooks are empty", ErrNoWay)
	}
	for _, way := range ways {
		if !slices.Contains(known, way) {
			return nil, fmt.Errorf("%w: %q; there are %s", ErrNoWay, way, strings.Join(known, "; "))
		}
	}
	if len(ways) == 0 {
		ways = known
	}
	if err := p.Store.AddDeliveries(ctx, month, ways, who, p.Now()); err != nil {
		return nil, err
	}
	p.kick()
	return p.Deliveries(ctx, month)
}

func (p *Press) mustBePublished(ctx context.Context, month string) error {
	_, ok, err := p.Store.Load(ctx, month)
	if err == nil && !ok {
		err = fmt.Errorf("%w: none was published for %s", ErrNoReport, month)
	}
	return err
}

// kick has Run look at once.
func (p *Press) kick() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
