package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	amnotify "github.com/prometheus/alertmanager/notify"

	"headroom/storage/state"
)

// delivery tells one integration of a receiver of a group: Alertmanager's own
// stages, with a record of what came of it.
type delivery struct {
	name  string // of the integration, as in "ops/webhook[0]"
	to    *nflogpb.Receiver
	dedup *amnotify.DedupStage
	retry *amnotify.RetryStage
	desk  *desk
	log   *groupLog
	inbox *inbox
	busy  *sync.RWMutex // read-locked while something is delivered
}

func newDelivery(receiver string, i amnotify.Integration, s *Stage) *delivery {
	d := &delivery{
		name: integrationID(receiver, &i), desk: s.desk, log: s.log, inbox: s.inbox, busy: &s.busy,
		to: &nflogpb.Receiver{GroupName: receiver, Integration: i.Name(), Idx: uint32(i.Index())},
	}
	carrier := amnotify.NewIntegration(carrier{&i, s.opts.Words, d.tried}, &i, i.Name(), i.Index(), receiver)
	d.dedup = amnotify.NewDedupStage(&i, s.log.Log, d.to)
	d.retry = amnotify.NewRetryStage(carrier, receiver, s.amMetrics, eventrecorder.Recorder{})
	return d
}

// Exec implements Alertmanager's stage.
func (d *delivery) Exec(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
	ctx, due, err := d.dedup.Exec(ctx, l, alerts...)
	if err != nil {
		return ctx, nil, err
	}
	if len(due) == 0 {
		if !d.desk.untold(d.name, alerts) {
			return ctx, alerts, nil
		}
		due, ctx = alerts, amnotify.WithNotificationReason(ctx, amnotify.ReasonNewAlertsInGroup)
	}
	reason, _ := amnotify.NotificationReason(ctx)
	if by := d.desk.acked(due); by != "" && reason == amnotify.ReasonRepeatIntervalElapsed {
		return ctx, alerts, d.withhold(ctx, due, by)
	}
	return ctx, alerts, d.deliver(ctx, l, due)
}

// withhold notes that a repeat is not sent. The group's next one is a whole repeat
// interval away.
func (d *delivery) withhold(ctx context.Context, due []*alert.Alert, by string) error {
	n := d.record(ctx, state.Withheld, due)
	n.Why = "not repeated: " + by + " has acknowledged it, and nothing in the group is new"
	return d.settle(ctx, n)
}

func (d *delivery) deliver(ctx context.Context, l *slog.Logger, due []*alert.Alert) error {
	d.busy.RLock()
	defer d.busy.RUnlock()
	d.desk.change(due, func(s *slip, _ *alert.Alert) { s.flights++ })
	defer d.inbox.wake()
	defer d.desk.change(due, func(s *slip, _ *alert.Alert) { s.flights-- })

	trip := &trip{}
	_, _, err := d.retry.Exec(context.WithValue(ctx, tripKey{}, trip), l, due...)
	if err != nil {
		d.fail(ctx, l, due, trip, err)
		return err
	}
	if trip.alerts == nil { // only ends, of which the integration tells nobody
		return d.settle(ctx, nil)
	}
	n := d.record(ctx, state.Delivered, trip.alerts)
	n.Took = trip.took
	d.desk.noteTold(d.name, trip.alerts, n.At)
	if err := d.settle(ctx, n); err != nil {
		l.Error("a notification was sent and could not be kept: it may be repeated after a restart", "err", err)
		d.inbox.lost()
	}
	d.inbox.add(report{delivered: n})
	return nil
}

// fail notes that a notification was given up for this time. One that was ended by
// a reload or a stop did not fail.
func (d *delivery) fail(ctx context.Context, l *slog.Logger, due []*alert.Alert, trip *trip, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	n := d.record(ctx, state.Failed, due)
	n.Error, n.Took = shortError(err), trip.took
	if err := d.log.records.keep(n); err != nil {
		l.Error("the record of a failed notification could not be kept", "err", err)
	}
	if trip.failed == "" { // it was given up before the first try
		d.inbox.add(report{failed: n})
	}
}

// tried reports a try that failed. The next ones follow until the group's next time
// to go out, and people want to know meanwhile.
func (d *delivery) tried(ctx context.Context, alerts []*alert.Alert, why string) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	n := d.record(ctx, state.Failed, alerts)
	n.Error = why
	d.inbox.add(report{failed: n})
}

// settle keeps what the integration was told of the group, and the notification.
func (d *delivery) settle(ctx context.Context, n *state.Notification) error {
	group, _ := amnotify.GroupKey(ctx)
	firing, _ := amnotify.FiringAlerts(ctx)
	ended, _ := amnotify.ResolvedAlerts(ctx)
	repeat, _ := amnotify.RepeatInterval(ctx)
	data, _ := amnotify.NflogStore(ctx)
	return d.log.told(n, d.to, group, firing, ended, data, 2*repeat)
}

// record makes the record of a notification of alerts. It names those of which the
// integration did not know, and all if it is a repeat.
func (d *delivery) record(ctx context.Context, what string, alerts []*alert.Alert) *state.Notification {
	reason, _ := amnotify.NotificationReason(ctx)
	labels, _ := amnotify.GroupLabels(ctx)
	group, _ := amnotify.GroupKey(ctx)
	n := &state.Notification{
		At: time.Now().UTC().Truncate(time.Millisecond), Receiver: d.to.GroupName, Integration: fmt.Sprintf("%s[%d]", d.to.Integration, d.to.Idx),
		GroupKey: group, Labels: labels.String(), What: what, Why: reason.String(),
	}
	tells := alerts // a repeat tells of all again
	if reason != amnotify.ReasonRepeatIntervalElapsed {
		tells = d.desk.news(d.name, alerts)
	}
	n.Firing, n.Ended = episodes(tells)
	firing, ended := episodes(alerts)
	n.AllFiring, n.AllEnded = len(firing), len(ended)
	return n
}

// episodes returns the ids of the alarms that fire and of those that have ended.
func episodes(alerts []*alert.Alert) (firing, ended []string) {
	for _, a := range alerts {
		if a.Resolved() {
			ended = append(ended, episode(a))
		} else {
			firing = append(firing, episode(a))
		}
	}
	return firing, ended
}

// maxError is how much of an error is kept, in bytes.
const maxError = 500

// cause is what went wrong with a request. Its address is secret, and the receiver's
// name says more.
func cause(err error) error {
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

func shortError(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ") // some repeat an answer of many lines
	return strings.ToValidUTF8(text[:min(len(text), maxError)], "")
}

// trip is what a notifier did with a group.
type trip struct {
	alerts []*alert.Alert // that were really told
	took   time.Duration  // of all attempts
	failed string         // why the last of them did
}

type tripKey struct{}

// carrier is a notifier that notes on the trip what it has delivered.
type carrier struct {
	amnotify.Notifier
	words Words
	tried func(ctx context.Context, alerts []*alert.Alert, why string) // reports a failed try
}

// Notify implements [amnotify.Notifier]. A notifier that panics on an odd answer
// must not end the server.
func (c carrier) Notify(ctx context.Context, alerts ...*alert.Alert) (again bool, err error) {
	trip := ctx.Value(tripKey{}).(*trip)
	started := time.Now()
	defer func() {
		if broken := recover(); broken != nil {
			again, err = false, fmt.Errorf("the notifier panicked: %v", broken)
		}
		trip.took += time.Since(started)
		if err == nil {
			trip.alerts = alerts
		} else if why := shortError(cause(err)); why != trip.failed {
			trip.failed = why
			c.tried(ctx, alerts, why)
		}
	}()
	return c.Notifier.Notify(ctx, c.words.leaving(alerts)...)
}
