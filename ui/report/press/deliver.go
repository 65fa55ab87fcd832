package press

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"headroom/storage/state"
	"headroom/ui/report"
)

// Way brings published reports to somebody.
type Way interface {
	// Name names to whom, and how: the kind, a space, the rest. A delivery is that of the
	// way of its name, also after a restart.
	Name() string
	// Deliver returns nil once the report has arrived. It may be delivered again.
	Deliver(ctx context.Context, d Delivery) error
}

// Delivery is a published report that is to be delivered.
type Delivery struct {
	Key    string // names the delivery: the same if it is tried again
	Report *report.Report
	SHA256 string // of its JSON
	Bytes  int64  // of that
	Files  []Kept
	// File returns the report in a format and a language.
	File func(ctx context.Context, format, language string) (*File, error)
}

// Deliveries that fail are tried again: after a minute, then after twice as long each
// time up to an hour, for a day.
const (
	firstPause = time.Minute
	lastPause  = time.Hour
	giveUp     = 24 * time.Hour
	within     = 3 * time.Minute // that an attempt may take
)

// deliver makes the attempts that are due, all at once: who does not answer must not
// keep the others.
func (p *Press) deliver(ctx context.Context) error {
	due, err := p.Store.DueDeliveries(ctx, p.Now())
	if err != nil {
		return err
	}
	errs := make([]error, len(due))
	var all sync.WaitGroup
	for i, d := range due {
		all.Go(func() { errs[i] = p.attempt(ctx, d) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// attempt tries a delivery and writes down how that went. One that the end of the
// server has cut off is as if it had not begun; one that has arrived before has.
func (p *Press) attempt(ctx context.Context, d state.ReportDelivery) error {
	trying, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := p.try(trying, &d)
	if err != nil && ctx.Err() != nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	now := p.Now()
	d.Attempts++
	result := "delivered"
	switch {
	case err == nil:
		d.State, d.Error, d.Next, d.Ended = state.DeliveryDelivered, "", time.Time{}, now
	case errors.Is(err, errNoWay) || now.Sub(d.Asked) >= giveUp:
		result = "given_up"
		d.State, d.Error, d.Next, d.Ended = state.DeliveryGivenUp, err.Error(), time.Time{}, now
		p.Logger.Error("a report could not be delivered, and is not any more", "month", d.Month, "way", d.Way, "attempts", d.Attempts, "err", err)
	default:
		result = "failed"
		d.Error, d.Next = err.Error(), now.Add(pause(d.Attempts))
		p.Logger.Warn("a report could not be delivered; trying again", "month", d.Month, "way", d.Way, "attempts", d.Attempts, "next", d.Next, "err", err)
	}
	kind, _, _ := strings.Cut(d.Way, " ")
	p.metrics.deliveries.WithLabelValues(kind, result).Inc()
	return p.Store.KeepDelivery(ctx, d)
}

// pause is how long to wait after so many attempts.
func pause(attempts int) time.Duration {
	return min(lastPause, firstPause<<min(attempts-1, 10))
}

var errNoWay = errors.New("it is not configured any more")

func (p *Press) try(ctx context.Context, d *state.ReportDelivery) error {
	way := p.way(d.Way)
	if way == nil {
		return fmt.Errorf("%s: %w", d.Way, errNoWay)
	}
	text, _, err := p.Store.Load(ctx, d.Month)
	if err != nil {
		return err
	}
	r, err := read(d.Month, text)
	if err != nil {
		return err
	}
	r.Checksum = checksum(text)
	files, err := p.kept(ctx, d.Month)
	if err != nil {
		return err
	}
	return way.Deliver(ctx, Delivery{
		Key: fmt.Sprintf("report.%s.%d", d.Month, d.N), Report: r, SHA256: r.Checksum, Bytes: int64(len(text)), Files: files,
		File: func(ctx context.Context, format, language string) (*File, error) {
			return p.File(ctx, d.Month, format, language)
		},
	})
}

func (p *Press) way(name string) Way {
	for _, w := range p.settings.Load().Ways {
		if w.Name() == name {
			return w
		}
	}
	return nil
}

// Ways are the names of those that are configured; never nil.
func (p *Press) Ways() []string {
	names := []string{}
	for _, w := range p.settings.Load().Ways {
		names = append(names, w.Name())
	}
	return names
}
