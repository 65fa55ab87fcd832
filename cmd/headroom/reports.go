package main

import (
	"time"

	"headroom/internal/config"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

// openReports makes what makes the monthly reports.
func (s *server) openReports() error {
	s.press = press.New(press.Options{
		Capacity: s.loop, Ledger: s.ledger, Requests: s.requests, Store: s.state.Reports(),
		TypeOf:   func(id string) string { return s.facts.View().Text(id, "device_type") },
		Location: s.cfg.Location(), Now: time.Now, Logger: s.log.With("component", "reports"),
	}, reportSettings(s.cfg))
	return nil
}

// reloadReports puts a configuration into force that was checked.
func (s *server) reloadReports(cfg config.Config) error {
	s.press.Configure(reportSettings(cfg))
	return nil
}

// reportSettings are what a configuration says of reports.
func reportSettings(cfg config.Config) press.Settings {
	c := cfg.Report
	return press.Settings{
		Prices:    report.Prices{Currency: c.Currency, ByType: c.Prices, Other: c.Price},
		SiteLabel: cfg.Site(),
		Languages: c.Languages,
	}
}
