package press

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/analytics"
	"headroom/scaler/request"
	"headroom/storage/state"
	"headroom/ui/report"
)

// Draft makes the report of the running month as of the newest snapshot. The error is
// [ErrNoReport] for any other month, and one of package analytics while there are no
// numbers.
func (p *Press) Draft(ctx context.Context, month string) (*report.Report, error) {
	snap := p.Capacity.Snapshot()
	switch {
	case snap == nil:
		return nil, analytics.ErrNoSnapshot
	case snap.StandIn(): // an order is not to be made by the model that was not asked for
		return nil, analytics.ErrReading
	}
	if err := onlyRunning(month, snap); err != nil {
		return nil, err
	}
	p.drafting.Lock()
	defer p.drafting.Unlock()
	defer func(began time.Time) { p.metrics.drafts.Observe(time.Since(began).Seconds()) }(time.Now())
	return p.make(ctx, snap, month, p.settings.Load())
}

// outline makes a draft of the running month that has no more than its lines.
func (p *Press) outline(snap *analytics.Snapshot, month string, s *Settings) report.Report {
	at := p.Now().In(snap.At.Location()).Truncate(time.Second)
	return report.Build(snap, month, at, report.Options{Prices: s.Prices, SiteLabel: s.SiteLabel, TypeOf: p.TypeOf})
}

// drafted is the draft of a minute, as far as people cannot change it within one.
type drafted struct {
	snap     *analytics.Snapshot
	settings *Settings
	report   *report.Report
}

// make adds what people ask for to the draft of the minute, which is made once: it takes
// seconds for a large fleet, and a page, its PDF and others who look want it at once.
func (p *Press) make(ctx context.Context, snap *analytics.Snapshot, month string, s *Settings) (*report.Report, error) {
	if p.drafted.snap != snap || p.drafted.settings != s {
		r, err := p.compute(ctx, snap, month, s)
		if err != nil {
			return nil, err
		}
		p.drafted = drafted{snap, s, r}
	}
	r := *p.drafted.report
	asked, err := p.requestsOf(ctx, month)
	r.List(asked)
	return &r, err
}

func (p *Press) compute(ctx context.Context, snap *analytics.Snapshot, month string, s *Settings) (*report.Report, error) {
	r := p.outline(snap, month, s)
	var errs []error
	r.Prove(func(id string) *analytics.Trend {
		trend, err := p.Capacity.Trend(ctx, id, "", 0)
		errs = append(errs, err)
		return trend
	})
	return &r, errors.Join(append(errs, p.judge(ctx, &r), p.score(ctx, &r))...)
}

// requestsOf returns what was asked for in a month, the newest first.
func (p *Press) requestsOf(ctx context.Context, month string) ([]request.Request, error) {
	first, err := time.ParseInLocation("2006-01", month, p.Location)
	if err != nil || p.Requests == nil {
		return nil, err
	}
	return p.Requests.Find(ctx, request.Query{From: first, To: first.AddDate(0, 1, 0)})
}

// pastMonths is how far back an order is looked for whose lead time is over.
const pastMonths = 12

// judge adds the orders of the months before, newest first, up to the first one whose
// lead time is over, and what has changed since that of the month right before.
func (p *Press) judge(ctx context.Context, r *report.Report) error {
	first, err := time.Parse("2006-01", r.Month)
	if err != nil {
		return err
	}
	var past []report.PastOrder
	for k := 1; k <= pastMonths; k++ {
		o, published, err := p.orderOf(ctx, first.AddDate(0, -k, 0), r.TargetLoad())
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		if k == 1 {
			r.Compare(o, published)
		}
		from, to := o.Window()
		work, err := p.workOf(ctx, from, to)
		if err != nil {
			return err
		}
		o.Judge(work)
		if past = append(past, *o); o.Over {
			break
		}
	}
	r.Judge(past)
	return nil
}

// orderOf returns the order of a month: as it was published, with that report, else as
// it was written down first; nil if neither is known. A published report that is damaged
// must not keep all later ones from being made.
func (p *Press) orderOf(ctx context.Context, first time.Time, target float64) (*report.PastOrder, *report.Report, error) {
	month := first.Format("2006-01")
	text, ok, err := p.Store.Load(ctx, month)
	switch {
	case errors.Is(err, state.ErrChanged):
		p.Logger.Error("a published report cannot be compared with: what the ledger has of that month stands in", "month", month, "err", err)
	case err != nil:
		return nil, nil, err
	case ok:
		r, err := read(month, text)
		if err != nil {
			return nil, nil, err
		}
		return r.AsPast(), r, nil
	}
	orders, err := p.recordedOf(ctx, first)
	return report.RecordedPast(month, orders, target), nil, err
}

// read reads a published report.
func read(month string, text []byte) (*report.Report, error) {
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read the report of %s: %w", month, err)
	}
	return &r, nil
}
