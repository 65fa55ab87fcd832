package press

import (
	"context"
	"time"

	"headroom/analytics/ledger"
	"headroom/analytics/season"
	"headroom/storage/fleet"
	"headroom/ui/report"
)

// scored is how good the forecasts of the month before were, as of an hour.
type scored struct {
	month    string
	hour     string
	accuracy *report.Accuracy
}

// score adds how good the forecasts about the month before were. That is read from the
// ledger once an hour: a month of a large fleet has more than a million of them, and
// they come in at night.
func (p *Press) score(ctx context.Context, r *report.Report) error {
	hour := r.SnapshotAt.Format("2006-01-02 15")
	if p.scores.month != r.Month || p.scores.hour != hour {
		accuracy, err := p.accuracy(ctx, r)
		if err != nil {
			return err
		}
		p.scores = scored{r.Month, hour, accuracy}
	}
	r.Accuracy = p.scores.accuracy
	return nil
}

// accuracy sums up the ledger's month by the nodes of the first level, so that the
// entries of a large fleet are not all held at once.
func (p *Press) accuracy(ctx context.Context, r *report.Report) (*report.Accuracy, error) {
	first, err := time.Parse("2006-01", r.Month)
	if err != nil {
		return nil, err
	}
	q := ledger.Query{From: dayOf(first.AddDate(0, -1, 0)), To: dayOf(first) - 1}
	var scores report.Scores
	for _, top := range r.ByTop {
		q.Path = fleet.Path{top.Name}
		entries, err := p.Ledger.Entries(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			scores.Add(&entries[i])
		}
	}
	return scores.Accuracy(season.Date(q.From), season.Date(q.To)), nil
}

// worked is the largest work of the days of a lead time, by the ids of modules.
type worked struct {
	first, last int
	work        map[string]float64
}

// workOf is what [Ledger].Work says; once it is known it stays.
func (p *Press) workOf(ctx context.Context, first, last int) (map[string]float64, error) {
	if p.work.work != nil && p.work.first == first && p.work.last == last {
		return p.work.work, nil
	}
	work, err := p.Ledger.Work(ctx, first, last)
	if err == nil && work != nil {
		p.work = worked{first, last, work}
	}
	return work, err
}

// recorded are the orders of months as the ledger has them, as of an hour.
type recorded struct {
	hour   string
	orders map[string][]ledger.Ordered
}

// recordedOf is what [Ledger].Orders says of a month; once there are any they are read
// once an hour.
func (p *Press) recordedOf(ctx context.Context, first time.Time) ([]ledger.Ordered, error) {
	if hour := p.Now().Format("2006-01-02 15"); p.orders.hour != hour {
		p.orders = recorded{hour, map[string][]ledger.Ordered{}}
	}
	month := first.Format("2006-01")
	if known := p.orders.orders[month]; known != nil {
		return known, nil
	}
	orders, err := p.Ledger.Orders(ctx, dayOf(first), dayOf(first.AddDate(0, 1, 0))-1)
	if err == nil && len(orders) > 0 {
		p.orders.orders[month] = orders
	}
	return orders, err
}

// dayOf is the day of a midnight in UTC, since 1970-01-01.
func dayOf(t time.Time) int { return int(t.Unix() / 86400) }
