package main

import (
	"net/url"
	"time"

	"headroom/alerting/rules"
	"headroom/alerting/watch"
	"headroom/storage/fleet"
)

// openRaisers makes those who raise alarms of their own: rules and watch.
func (s *server) openRaisers(tree *fleet.Tree) error {
	set, err := ruleFiles(s.cfg, s.opts.configFile)
	if err != nil {
		return err
	}
	s.rules = rules.New(rules.Options{
		Engine: s.engine, Store: s.store, Book: s.alarms.pipeline, URL: s.address, Logger: s.log, Registerer: s.reg,
	}, set, time.Duration(s.cfg.Alerting.EvaluationInterval))
	s.watch = watch.New(watch.Options{
		Snapshots: s.loop, Senders: s.rollup, Book: s.alarms.pipeline, Config: s.config, Levels: tree.Levels(), URL: s.address,
		Logger: s.log, Gatherer: s.reg, Registerer: s.reg,
	})
	return nil
}

// address is where people reach the pages, once the server listens.
func (s *server) address() *url.URL {
	u, err := url.Parse(s.page)
	if err != nil {
		panic("BUG: the page's address was made or checked by us: " + err.Error())
	}
	return u
}
