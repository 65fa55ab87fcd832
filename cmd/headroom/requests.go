package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/notify"
	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/scaler/request"
	"headroom/ui/access"
)

// openRequests makes the book of what people ask for.
func (s *server) openRequests() error {
	tellers, err := s.requestTellers(s.cfg)
	if err != nil {
		return err
	}
	s.requests = request.New(request.Options{
		DB: s.state.Requests(), Config: s.cfg.Requests, Hierarchy: s.cfg.Hierarchy, Forecasts: s.loop, Pool: poolServices{s.scaling.pool},
		Granter: granter{s.access.book}, Audit: s.state.Audit(), Tellers: tellers, Location: s.cfg.Location(), Now: time.Now, Logger: s.log.With("component", "requests"), Registerer: s.reg,
	})
	s.requests.Use(requestFlows{&s.flows, s.touched})
	s.flows.ended = append(s.flows.ended, s.requestRunEnded)
	return nil
}

// requestFlows deliver requests.
type requestFlows struct {
	*flows
	touched func(modules, nodes []string) []string
}

// Touches implements request.Toucher.
func (f requestFlows) Touches(s flow.Start) ([]string, error) {
	modules, nodes, err := f.engine.Touches(s)
	return f.touched(modules, nodes), err
}

// granter gives the roles that were asked for.
type granter struct{ book *access.Book }

// Grant implements request.Granter.
func (g granter) Grant(ctx context.Context, subject, role, path string, until time.Time, why, who string) error {
	if !strings.Contains(subject, ":") {
		subject = "user:" + subject
	}
	why = strings.ToValidUTF8(strings.Join(strings.Fields(why), " "), "")
	asked := access.Asked{Subject: subject, Role: role, Path: path, Until: until, Why: strings.ToValidUTF8(why[:min(len(why), access.MaxText)], "")}
	grant, err := asked.Grant(time.Now())
	if err != nil {
		return err
	}
	for _, have := range g.book.Grants() { // a kill came between the grant and its being known
		if have.Subject == grant.Subject && have.Role == grant.Role && have.Path.ID() == grant.Path.ID() && have.Until.Equal(grant.Until) && have.Why == grant.Why {
			return nil
		}
	}
	_, err = g.book.Grant(ctx, grant, who)
	return err
}

// requestRunEnded tells the request that has started a run of its end. If that cannot be
// written down, the book sees it when it looks at the run the next time.
func (s *server) requestRunEnded(ctx context.Context, r flow.Run) {
	if err := s.requests.Ended(ctx, r); err != nil {
		s.log.Error("the end of a request's run was not written down; it is looked at again", "run", r.ID, "err", err)
	}
}

// reloadRequests puts a configuration into force that was checked.
func (s *server) reloadRequests(cfg config.Config) error {
	tellers, err := s.requestTellers(cfg)
	if err != nil {
		return err
	}
	s.requests.Configure(cfg.Requests, tellers)
	return nil
}

// requestTellers are the ways to tell people of requests.
func (s *server) requestTellers(cfg config.Config) (all []request.Teller, err error) {
	var errs []error
	for i, name := range cfg.Requests.Notify.Receivers {
		if err := s.alarms.notify.CanTell(name); err != nil {
			errs = append(errs, fmt.Errorf("requests.notify.receivers[%d]: %w", i, err))
		}
		all = append(all, receiverTeller{s, name})
	}
	hooks, err := request.Webhooks(cfg.Requests.Notify.Webhooks, time.Now)
	return append(all, hooks...), errors.Join(append(errs, err)...)
}

// receiverTeller tells a receiver of Alertmanager's file.
type receiverTeller struct {
	s    *server
	name string
}

// Name implements request.Teller.
func (t receiverTeller) Name() string { return t.name }

// Tell implements request.Teller.
func (t receiverTeller) Tell(ctx context.Context, m request.Message) error {
	n := notify.News{
		Name: "HeadroomRequest", Key: m.Key, Title: m.Title, Text: m.Text,
		Labels: model.LabelSet{"request": model.LabelValue(m.Request.ID), "event": model.LabelValue(m.Event)},
	}
	if u := t.s.externalURL(); u != nil {
		page := u.JoinPath("changes")
		page.RawQuery = url.Values{"show": {"requests"}, "of": {m.Request.ID}}.Encode()
		n.Link = page.String()
	}
	_, err := t.s.alarms.notify.Tell(ctx, t.name, n)
	return err
}

// poolServices knows the services of the pool.
type poolServices struct{ pool *pool.Pool }

// Has implements request.Pool.
func (p poolServices) Has(module string) bool {
	_, err := p.pool.Service(module)
	return err == nil
}

// forgetRequests removes requests that are over for longer than they are kept.
func (s *server) forgetRequests(ctx context.Context, _ time.Time) (int64, error) {
	return s.state.Requests().Forget(ctx, time.Now().Add(-time.Duration(s.config().Requests.Keep)))
}
