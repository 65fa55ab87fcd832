package press

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"headroom/storage/state"
	"headroom/ui/report"
)

// Way brings published reports to somebody, or to several people at once.
type Way interface {
	// Name names to whom, and how: the kind, a space, the rest. A delivery is that of the
	// way of its name, also after a restart.
	Name() string
	// Deliver returns without an error once the report has arrived, or was refused by
	// those who did not get it. A way to several people says how each of them stands,
	// also beside an error, and goes to those only who do not have it yet and have not
	// refused it for good. It may be delivered again.
	Deliver(ctx context.Context, d Delivery) ([]state.ReportRecipient, error)
}

// Delivery is a published report that is to be delivered.
type Delivery struct {
	Key        string                  // names the delivery: the same if it is tried again
	Recipients []state.ReportRecipient // as of the attempt before; nil: this is the first
	Report     *report.Report
	SHA256     string // of its JSON
	Bytes      int64  // of that
	Files      []Kept
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

// attempt tries a delivery and writes down how that went. One that the end of the
// server has cut off is as if it had not begun; one that has arrived before has.
func (p *Press) attempt(ctx context.Context, d state.ReportDelivery) {
	trying, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := p.try(trying, &d)
	if err != nil && ctx.Err() != nil {
		return
	}
	kind, _, _ := strings.Cut(d.Way, " ")
	p.metrics.deliveries.WithLabelValues(kind, p.settle(&d, err)).Inc()
	p.note(context.WithoutCancel(ctx), d)
}

// settle says how a delivery stands after an attempt, and in a word how that went.
func (p *Press) settle(d *state.ReportDelivery, err error) (result string) {
	now, has, waits := p.Now(), count(d, state.RecipientHas), count(d, state.RecipientWaiting)
	d.Attempts++
	d.Error, d.Next = why(d, err), time.Time{}
	log := p.Logger.With("month", d.Month, "way", d.Way, "attempts", d.Attempts, "err", d.Error)
	over := errors.Is(err, errNoWay) || now.Sub(d.Asked) >= giveUp
	if (err != nil || waits > 0) && !over {
		d.Next = now.Add(pause(d.Attempts))
		log.Warn("a report could not be delivered; trying again", "next", d.Next)
		return "failed"
	}
	d.Ended, d.State = now, state.DeliveryGivenUp
	switch {
	case err == nil && has == len(d.Recipients):
		d.State = state.DeliveryDelivered
		return d.State
	case has > 0:
		d.State = state.DeliveryPartly
	}
	endWaiting(d)
	log.Error("a report could not be delivered to all, and is not tried any more", "have_it", has)
	return d.State
}

func count(d *state.ReportDelivery, of string) (n int) {
	for _, r := range d.Recipients {
		if r.State == of {
			n++
		}
	}
	return n
}

// why says what kept a delivery from all or some of its people.
func why(d *state.ReportDelivery, err error) string {
	var all []string
	if err != nil {
		all = append(all, err.Error())
	}
	for _, r := range d.Recipients {
		if r.Words != "" {
			all = append(all, r.Address+": "+r.Words)
		}
	}
	return strings.Join(all, "; ")
}

func endWaiting(d *state.ReportDelivery) {
	for i := range d.Recipients {
		if d.Recipients[i].State == state.RecipientWaiting {
			d.Recipients[i].State = state.RecipientGivenUp
		}
	}
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
	people, err := way.Deliver(ctx, Delivery{
		Key: fmt.Sprintf("report.%s.%d", d.Month, d.N), Recipients: d.Recipients, Report: r, SHA256: r.Checksum, Bytes: int64(len(text)), Files: files,
		File: func(ctx context.Context, format, language string) (*File, error) {
			return p.File(ctx, d.Month, format, language)
		},
	})
	if people != nil {
		d.Recipients = people
	}
	return err
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
