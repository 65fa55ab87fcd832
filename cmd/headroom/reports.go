package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/notify"
	"headroom/internal/config"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/press"
	"headroom/ui/report/send"
)

// openReports makes what makes, publishes and sends the monthly reports.
func (s *server) openReports() error {
	settings, err := s.reportSettings(s.cfg)
	if err != nil {
		return err
	}
	s.press = press.New(press.Options{
		Capacity: s.loop, Ledger: s.ledger, Requests: s.requests, Store: s.state.Reports(), Checkpoints: s.state.Checkpoints(), Audit: s.state.Audit(),
		TypeOf:   func(id string) string { return s.facts.View().Text(id, "device_type") },
		Location: s.cfg.Location(), Now: time.Now, Logger: s.log.With("component", "reports"), Registerer: s.reg,
	}, settings)
	return nil
}

// reloadReports puts a configuration into force that was checked.
func (s *server) reloadReports(cfg config.Config) error {
	settings, err := s.reportSettings(cfg)
	if err == nil {
		s.press.Configure(settings)
	}
	return err
}

// reportSettings are what a configuration says of reports.
func (s *server) reportSettings(cfg config.Config) (press.Settings, error) {
	c := cfg.Report
	links := send.Links{Base: s.externalURL()}
	schedule, errs := press.NewSchedule(c.Schedule)
	ways, err := send.Mails(c, links, time.Now)
	errs = errors.Join(errs, err)
	for i, name := range c.Receivers {
		if err := s.alarms.notify.CanTell(name); err != nil {
			errs = errors.Join(errs, fmt.Errorf("report.receivers[%d]: %w", i, err))
		}
		ways = append(ways, reportReceiver{s, name, c.Languages[0]})
	}
	hooks, err := send.Webhooks(c.Webhooks, links, time.Now)
	return press.Settings{
		Prices:    report.Prices{Currency: c.Currency, ByType: c.Prices, Other: c.Price},
		SiteLabel: cfg.Site(), Languages: c.Languages, Schedule: schedule, Ways: append(ways, hooks...),
	}, errors.Join(errs, err)
}

// reportReceiver tells a receiver of Alertmanager's file of a report.
type reportReceiver struct {
	s        *server
	name     string
	language string
}

// Name implements press.Way.
func (r reportReceiver) Name() string { return "receiver " + r.name }

// Deliver implements press.Way.
func (r reportReceiver) Deliver(ctx context.Context, d press.Delivery) ([]state.ReportRecipient, error) {
	doc := d.Report.Document(r.language)
	n := notify.News{
		Name: "HeadroomReport", Key: d.Key, Title: doc.Title + " " + d.Report.Month, Text: doc.Headline,
		Labels: model.LabelSet{"month": model.LabelValue(d.Report.Month)},
	}
	n.Link = send.Links{Base: r.s.externalURL()}.Report(d.Report.Month, "html", r.language)
	told, err := r.s.alarms.notify.Tell(ctx, r.name, n, haveIt(d.Recipients)...)
	if len(told) < 2 {
		return nil, err
	}
	return standing(told), nil // what went wrong stands beside whom it concerns
}

// haveIt are the ways of a receiver by which the report has come.
func haveIt(all []state.ReportRecipient) (ways []string) {
	for _, r := range all {
		if r.State == state.RecipientHas {
			ways = append(ways, r.Address)
		}
	}
	return ways
}

// standing is how a delivery stands with each way of a receiver.
func standing(told []notify.Told) (all []state.ReportRecipient) {
	for _, t := range told {
		r := state.ReportRecipient{Address: t.Way, State: state.RecipientHas}
		if t.Err != nil {
			r.State, r.Words = state.RecipientWaiting, t.Err.Error()
		}
		all = append(all, r)
	}
	return all
}
