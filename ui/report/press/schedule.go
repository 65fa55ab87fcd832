package press

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"headroom/storage/audit"
	"headroom/storage/state"
)

// Schedule is when the running month's report is published by itself.
type Schedule struct {
	Spec string // as cron has it; empty: never
	when cron.Schedule
}

// NewSchedule reads a schedule.
func NewSchedule(spec string) (Schedule, error) {
	if spec == "" {
		return Schedule{}, nil
	}
	when, err := cron.ParseStandard(spec)
	if err != nil {
		return Schedule{}, fmt.Errorf("report.schedule: %w", err)
	}
	return Schedule{spec, when}, nil
}

// every is how often Run looks for what is due.
const every = 15 * time.Second

// Run publishes by schedule and delivers until ctx is done.
func (p *Press) Run(ctx context.Context) error {
	defer p.couriers.all.Wait()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := p.Round(ctx); err != nil && ctx.Err() == nil {
			p.Logger.Error("reports cannot be gone on with; trying again soon", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-tick.C:
		}
	}
	return nil
}

// Round publishes what is due now, and begins the attempts to deliver that are.
func (p *Press) Round(ctx context.Context) error {
	return errors.Join(p.publishDue(ctx), p.deliver(ctx))
}

// watched is since when a schedule counts, as it is kept over restarts: times before
// somebody asked for them are not made up for.
type watched struct {
	Spec  string    `json:"spec"`
	Zone  string    `json:"zone"`
	Since time.Time `json:"since"`
}

const watchedName = "report-schedule"

// publishDue publishes the running month's report if that is due, also if it became so
// while the server was down. One that cannot be made yet is tried again in a minute.
func (p *Press) publishDue(ctx context.Context) error {
	s, now := p.settings.Load().Schedule, p.Now().In(p.Location)
	month := now.Format("2006-01")
	if s.when == nil || p.done == month || now.Before(p.again) {
		return nil
	}
	since, err := p.watchedSince(ctx, s, now)
	if err != nil {
		return err
	}
	if due := s.when.Next(since); due.IsZero() || due.After(now) {
		return nil
	}
	if published, err := p.isPublished(ctx, month); published || err != nil {
		if err == nil {
			p.done = month
		}
		return err
	}
	text, err := p.Publish(ctx, month, "schedule")
	if err != nil && !errors.Is(err, ErrPublished) {
		p.again = now.Add(time.Minute)
		p.metrics.publications.WithLabelValues("failed").Inc()
		p.Logger.Warn("the report is due and cannot be published yet; trying again in a minute", "month", month, "err", err)
		return nil
	}
	p.done = month
	if err == nil {
		p.Logger.Info("the report was published", "month", month, "sha256", checksum(text))
		p.record(ctx, month, checksum(text))
	}
	return nil
}

// watchedSince returns from when on times of the schedule count for the running month.
func (p *Press) watchedSince(ctx context.Context, s Schedule, now time.Time) (time.Time, error) {
	text, known, err := p.Checkpoints.Load(ctx, watchedName)
	if err != nil {
		return now, err
	}
	var w watched
	zone := p.Location.String()
	if known {
		if err := json.Unmarshal(text, &w); err != nil {
			return now, fmt.Errorf("read since when the schedule of reports counts: %w", err)
		}
	}
	began := monthAfter(now.AddDate(0, 0, -now.Day()))
	switch {
	case w.Spec != s.Spec || w.Zone != zone:
		w = watched{s.Spec, zone, now}
	case w.Since.Before(began):
		for due := s.when.Next(w.Since.In(p.Location)); !due.IsZero() && !due.After(began); due = s.when.Next(monthAfter(due)) {
			if err := p.missed(ctx, due); err != nil {
				return now, err
			}
		}
		w.Since = began
	default:
		return w.Since.In(p.Location), nil
	}
	text, err = json.Marshal(w)
	if err == nil {
		err = p.Checkpoints.Save(ctx, watchedName, text)
	}
	return w.Since, err
}

// monthAfter is the second before the month after a time begins: a time of exactly then
// counts.
func monthAfter(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, t.Location()).Add(-time.Second)
}

// missed tells of a report of an earlier month that was due and can no more be made.
func (p *Press) missed(ctx context.Context, due time.Time) error {
	month := due.Format("2006-01")
	published, err := p.isPublished(ctx, month)
	if err != nil || published {
		return err
	}
	p.metrics.publications.WithLabelValues("missed").Inc()
	p.Logger.Error("a report was due and was not published: only the running month has a draft", "month", month, "due", due)
	return nil
}

func (p *Press) isPublished(ctx context.Context, month string) (bool, error) {
	all, err := p.Store.List(ctx)
	return slices.ContainsFunc(all, func(r state.PublishedReport) bool { return r.Month == month }), err
}

// record writes to the audit log what nobody asked the server for.
func (p *Press) record(ctx context.Context, month, sum string) {
	if p.Audit == nil {
		return
	}
	e := audit.Entry{At: p.Now(), Who: "schedule", Action: "report.publish", Object: month, Why: "it was due", Detail: json.RawMessage(`{"sha256":"` + sum + `"}`)}
	if err := p.Audit.Add(ctx, e); err != nil {
		p.Logger.Error("that a report was published is not in the audit log", "month", month, "err", err)
	}
}

// Next is when the next report is published by itself; the zero time: never.
func (p *Press) Next(ctx context.Context) (time.Time, error) {
	s, now := p.settings.Load().Schedule, p.Now().In(p.Location)
	if s.when == nil {
		return time.Time{}, nil
	}
	published, err := p.isPublished(ctx, now.Format("2006-01"))
	if published {
		now = monthAfter(now)
	}
	return s.when.Next(now), err
}
