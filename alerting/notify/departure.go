package notify

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/eventrecorder"
	amnotify "github.com/prometheus/alertmanager/notify"
)

// departure is the first of the stages that a receiver's group goes through: it
// leaves out who has no business there, and says when the group is through.
type departure struct {
	receiver string
	stage    *Stage
	plan     *plan
	next     amnotify.Stage
}

// receiverStages builds Alertmanager's stages for every receiver, in its order:
// inhibition, time intervals, silences, and then all integrations at once.
func (s *Stage) receiverStages(p *plan) amnotify.RoutingStage {
	all := make(amnotify.RoutingStage, len(p.receivers))
	for name, list := range p.receivers {
		var deliveries amnotify.FanoutStage
		for _, i := range list {
			deliveries = append(deliveries, newDelivery(name, i, s))
		}
		all[name] = &departure{name, s, p, amnotify.MultiStage{
			amnotify.NewTimeActiveStage(p.intervals, s.marker, s.amMetrics),
			amnotify.NewTimeMuteStage(p.intervals, s.marker, s.amMetrics),
			amnotify.NewMuteStage(s.silences.silencer, s.amMetrics),
			deliveries,
		}}
	}
	s.amMetrics.InitializeFor(p.receivers)
	return all
}

// Exec implements Alertmanager's stage.
func (d *departure) Exec(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	d.tick(ctx)
	there := d.stage.desk.present(alerts)
	telling := slices.DeleteFunc(slices.Clone(there), func(a *alert.Alert) bool {
		_, _, _, held := d.stage.inhibitor.holds(a.Labels)
		return held
	})
	ctx, _, err := d.next.Exec(ctx, l, telling...)
	if err == nil {
		d.through(there)
	}
	return ctx, alerts, err
}

// tick tells the clock that the group goes out.
func (d *departure) tick(ctx context.Context) {
	group, _ := amnotify.GroupKey(ctx)
	route, _ := amnotify.RouteID(ctx)
	now, _ := amnotify.Now(ctx)
	d.stage.clock.flushed(group, now, d.plan.interval[route])
}

// through reports the ends that were in a group: the dispatcher forgets them now.
func (d *departure) through(alerts []*alert.Alert) {
	t := &through{receiver: d.receiver}
	for _, a := range alerts {
		if a.Resolved() {
			t.ended = append(t.ended, episode(a))
		}
	}
	if len(t.ended) > 0 {
		d.stage.inbox.add(report{through: t})
	}
}

// dispatchEvery is how often the dispatcher clears away groups that are empty.
const dispatchEvery = 30 * time.Second

// dispatch starts a dispatcher for a plan, with all that is on the desk.
func (s *Stage) dispatch(p *plan) *dispatch.Dispatcher {
	d := dispatch.NewDispatcher(s.desk, p.routes, s.receiverStages(p), s.marker, atLeastMinimum, dispatchEvery, nil,
		s.logger, eventrecorder.Recorder{}, s.dispatchMetrics, p.templates)
	go d.Run(time.Now())
	return d
}

// halt ends a dispatcher; nil is none. One that is ended while it begins would not be
// waited for.
func halt(d *dispatch.Dispatcher) {
	if d != nil {
		d.WaitForLoading()
		d.Stop()
	}
}

// atLeastMinimum is how long a group may take to go out.
func atLeastMinimum(d time.Duration) time.Duration { return max(d, amnotify.MinTimeout) }
