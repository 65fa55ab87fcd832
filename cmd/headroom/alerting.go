package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/alerting/chat"
	"headroom/alerting/enrich"
	"headroom/alerting/fold"
	"headroom/alerting/heal"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/alerting/notify"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// alarmSystem is the pipeline of alarms with those of its stages that others talk to.
type alarmSystem struct {
	pipeline *alerting.Pipeline
	history  alerting.History
	heal     *heal.Stage
	notify   *notify.Stage
	leases   *lease.Leases
	mutes    *mute.Mutes
	api      http.Handler // Alertmanager's

	components components
	chat       *chat.Service
}

// openAlarms makes the pipeline, which goes on where it was.
func (s *server) openAlarms(ctx context.Context, tree *fleet.Tree) (err error) {
	a := &s.alarms
	a.history = alerting.History{Table: s.state.Alarms()}
	a.components.configure(s.cfg.Alerting.Fold)
	if err := s.openNotify(ctx); err != nil {
		return err
	}
	if err := s.openHealing(ctx); err != nil {
		return err
	}
	muting, err := s.mutingStages(ctx)
	if err != nil {
		return err
	}
	enriched := s.enrichStage(tree)
	a.pipeline, err = alerting.New(ctx, alerting.Options{
		Stages: slices.Concat(
			[]alarm.Stage{a.notify.Watch(), enriched},
			muting,
			[]alarm.Stage{s.foldStage(tree, enriched), a.heal, a.notify},
		),
		Keeper:       a.history,
		IgnoreLabels: func() []string { return s.config().Alerting.IgnoreLabels },
		Logger:       s.log, Registerer: s.reg,
	})
	if err != nil {
		return err
	}
	if a.api, err = a.notify.API(a.pipeline); err != nil {
		return err
	}
	return s.openChat()
}

// wake asks for a run of the pipeline, once there is one.
func (a *alarmSystem) wake() {
	if a.pipeline != nil {
		a.pipeline.Wake()
	}
}

// close ends what the stages have under way.
func (a *alarmSystem) close() {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin/4)
	defer cancel()
	if a.chat != nil {
		a.chat.Close(ctx)
	}
	if a.heal != nil {
		a.heal.Close(ctx)
	}
	if a.notify != nil {
		a.notify.Close()
	}
}

func (s *server) openNotify(ctx context.Context) error {
	conf, err := notify.Load(s.cfg.Alerting, s.opts.configFile)
	if err != nil {
		return err
	}
	if s.externalURL() == nil {
		s.log.Info("messages have no links to this server: --web.external-url is not set")
	}
	s.alarms.notify, err = notify.New(ctx, notify.Options{
		Config: conf, DB: s.state.Notifications(), Wake: s.alarms.wake,
		IgnoreLabels: func() []string { return s.config().Alerting.IgnoreLabels },
		ExternalURL:  s.externalURL(), Words: s.words(),
		Keep:   func() time.Duration { return time.Duration(s.config().Alerting.Notify.Keep) },
		Logger: s.log, Registerer: s.reg,
	})
	return err
}

func (s *server) enrichStage(tree *fleet.Tree) *enrich.Stage {
	return enrich.New(enrich.Options{
		Tree: tree, Devices: s.rollup.EachDevice, Facts: s.factsOf,
		Declared: s.declared, Changes: s.alarms.leases.Touching, Known: func(path fleet.Path) fleet.Facts { return s.facts.View().Facts(path.ID()) },
		Labels: func() enrich.Labels {
			cfg := s.config()
			return enrich.Labels{Node: cfg.Alerting.NodeLabels, Owner: cfg.Alerting.OwnerLabels, Process: cfg.ProcessLabel, Domains: cfg.FailureDomains}
		},
	})
}

func (s *server) foldStage(tree *fleet.Tree, fleet fold.Fleet) *fold.Stage {
	return fold.New(fold.Options{
		Config: func() config.Fold { return s.config().Alerting.Fold },
		Levels: tree.Levels(), Fleet: fleet, Owner: s.ownerOf, Registerer: s.reg,
	})
}

// reloadAlarms puts a configuration into force that was checked.
func (s *server) reloadAlarms(cfg config.Config) error {
	conf, err := notify.Load(cfg.Alerting, s.opts.configFile)
	if err != nil {
		return err
	}
	if err := s.alarms.heal.Configure(cfg.Alerting.Heal); err != nil {
		return err
	}
	if err := s.alarms.mutes.Configure(mutesOf(cfg.Alerting.Mutes)); err != nil {
		return errors.Join(err, s.alarms.heal.Configure(s.cfg.Alerting.Heal))
	}
	s.alarms.components.configure(cfg.Alerting.Fold)
	return s.alarms.notify.Reload(conf)
}

// registerAlarms serves Alertmanager's API. Influx senders have another path below
// /api/v2.
func (s *server) registerAlarms(router gin.IRouter) {
	for _, path := range []string{"alerts", "alerts/groups", "receivers", "silence/:id", "silences", "status"} {
		router.Any("/api/v2/"+path, gin.WrapH(s.alarms.api))
	}
}

// alarmBook answers the API.
type alarmBook struct {
	alerting.History
	pipeline *alerting.Pipeline
}

func (s *server) alarmBook() alarmBook { return alarmBook{s.alarms.history, s.alarms.pipeline} }

// Ack implements api.Alarms.
func (b alarmBook) Ack(ctx context.Context, id, who, why string, until time.Time) error {
	return b.known(ctx, id, b.pipeline.Ack(ctx, id, who, why, until))
}

// Unack implements api.Alarms.
func (b alarmBook) Unack(ctx context.Context, id, who, why string) error {
	return b.known(ctx, id, b.pipeline.Unack(ctx, id, who, why))
}

// known tells an alarm that is over from one that never was.
func (b alarmBook) known(ctx context.Context, id string, err error) error {
	if errors.Is(err, alerting.ErrNotOpen) {
		if _, missing := b.Load(ctx, id); missing != nil {
			return missing
		}
	}
	return err
}
