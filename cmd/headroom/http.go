package main

import (
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"

	"headroom/analytics"
	"headroom/ingest/backfill"
	"headroom/ui/api"
	"headroom/ui/api/prom"
	"headroom/ui/web"
)

// httpServer wires page, API, query API and the ways in.
func (s *server) httpServer() (*api.Server, *http.Server) {
	opts := api.Options{
		Capacity: s.capacity(), Devices: s.rollup, Notes: s.state.Notes(), Marks: marks{s}, Reports: s.press, Ledger: s.ledger, Backtests: s.backtests,
		Alarms: s.alarmBook(), Heals: s.alarms.heal, Notifications: s.state.Notifications(), Leases: s.alarms.leases, Mutes: s.alarms.mutes,
		Pool: s.scaling.pool, Scaling: s.scaling.loop, Decisions: s.state.Pool(), UsualPolicy: s.usualPolicy, Replays: s.scaling.replays, Sync: s.scaling.sync.Serve, Files: s.tasks.sender.Serve,
		Flows: s.flows.engine, Library: s.flows.shelf,
		Registry: s.facts, Timeline: s.timelines(), Search: &s.finder, Requests: s.requests, Operations: s.operations, Consistency: s.consistency,
		Access: s.access.book, Login: s.access.login, Audit: s.state.Audit(), Places: s.places(), Hierarchy: s.cfg.Hierarchy, Examples: s.examples,

		Version: version.Version, Mode: s.mode(), Location: s.cfg.Location(), ExternalURL: s.externalURL(),
		Pprof: s.opts.pprof, Pages: web.Handler(),
		Logger: s.log, Registerer: s.reg, Gatherer: prometheus.Gatherers{s.reg},
	}
	if s.opts.lifecycle {
		opts.Reload = s.reload
	}
	a := api.New(opts)
	prom.Register(a.Router().Group("/api/v1"), s.engine, prom.Options{
		Build:   prom.Build{Version: version.Version, Revision: version.GetRevision(), Branch: version.Branch, User: version.BuildUser, Date: version.BuildDate},
		Started: s.started, Keep: s.opts.retention, Metadata: newMetadata(s.ingest), Rules: s.rules,
		Flags: func() map[string]string { return map[string]string{"storage.path": s.opts.storagePath} },
	})
	s.registerAlarms(a.Router())
	s.registerChat(a.Router())
	if s.ingest != nil {
		s.ingest.Register(a.Router())
	}
	return a, a.HTTPServer()
}

func (s *server) mode() string {
	switch {
	case s.opts.demo:
		return "demo"
	case s.opts.shadowURL != "":
		return "shadow"
	}
	return "serve"
}

// externalURL returns the URL of the flag, nil without one; addFlags has seen
// to it that it can be parsed.
func (s *server) externalURL() *url.URL {
	if s.opts.externalURL == "" {
		return nil
	}
	u, err := url.Parse(s.opts.externalURL)
	if err != nil {
		panic("BUG: --web.external-url was not checked: " + err.Error())
	}
	return u
}

// capacity answers the API from the loop, and tells what runs beside it.
type capacity struct {
	*analytics.Loop
	backfill *backfill.Backfill
	demo     *demo // may be nil
}

func (s *server) capacity() capacity { return capacity{s.loop, s.backfill, s.demo} }

// Progress implements api.Capacity.
func (c capacity) Progress() (all []analytics.Progress) {
	if c.demo != nil {
		all = c.demo.Progress()
	}
	if p := c.backfill.Progress(); p.Total > 0 || p.Waiting > 0 {
		all = append(all, analytics.Progress{
			Name: "rolling up history", Done: int64(p.Done), Total: int64(p.Total + p.Waiting), ETASeconds: eta(p),
		})
	}
	return all
}

// eta is how long a running batch will still take, going on as it did so far.
func eta(p backfill.Progress) analytics.Number {
	if p.Done == 0 {
		return analytics.Unknown()
	}
	each := time.Since(p.Started).Seconds() / float64(p.Done)
	return analytics.Number(each * float64(p.Total+p.Waiting-p.Done))
}
