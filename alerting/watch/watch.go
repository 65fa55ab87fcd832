package watch

import (
	"context"
	"log/slog"
	"net/url"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/alerting/alarm"
	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// Book takes alarms, and knows which are open.
type Book interface {
	// Receive returns once the alarms are kept. After an error all of them are
	// said again.
	Receive(ctx context.Context, source string, alerts ...*amalert.Alert) error
	// Open lists all open alarms, with the labels that they were received with.
	Open() []*alarm.Alarm
}

// Snapshots are the tables of the minutes.
type Snapshots interface {
	Snapshot() *analytics.Snapshot
	Subscribe() (<-chan struct{}, func())
}

// Senders knows who has stopped to report; the rollup does.
type Senders interface {
	EachDevice(func(rollup.Device))
	EachStopped(quiet, age time.Duration, f func(rollup.Stopped))
	Reports(n *fleet.Node, device, process string, quiet time.Duration) bool
	Begun(n *fleet.Node, device string, quiet time.Duration) time.Time
}

// Options wire a [Watch].
type Options struct {
	Snapshots Snapshots
	Senders   Senders
	Book      Book

	Config func() config.Config // the one in force
	Levels []string             // labels of the hierarchy
	URL    func() *url.URL      // where people reach the pages

	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger
	Gatherer   prometheus.Gatherer // of Headroom's own metrics
	Registerer prometheus.Registerer
}

// Watch turns snapshots into alarms.
type Watch struct {
	opts    Options
	names   names
	started time.Time

	table, self part
	metrics     Metrics // of the minute before; nil before the first

	firing      *prometheus.GaugeVec
	took        prometheus.Gauge
	failedSends prometheus.Counter
}

// part is a number of rules with their state.
type part struct {
	rules []rule
	state State
}

// New returns a watch that goes on with the alarms that the book has.
func New(opts Options) *Watch {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	cfg := opts.Config()
	f := promauto.With(opts.Registerer)
	w := &Watch{
		opts: opts, names: names{opts.Levels, cfg.NodeLabel, cfg.ProcessLabel}, started: opts.Now(),
		table:       part{tableRules, State{}},
		self:        part{selfRules(), State{}},
		firing:      f.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_alarm_watch_firing", Help: "Alarms that the watch says to fire, by alertname."}, []string{"alertname"}),
		took:        f.NewGauge(prometheus.GaugeOpts{Name: "headroom_alarm_watch_seconds", Help: "What the watch took for the newest table."}),
		failedSends: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_watch_failed_sends_total", Help: "Times that alarms of the watch were not taken; they were sent again."}),
	}
	return w
}

// Run watches until ctx is done: the tables as they are published, Headroom itself
// once a minute.
func (w *Watch) Run(ctx context.Context) error {
	published, end := w.opts.Snapshots.Subscribe()
	defer end()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	w.resume(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-published:
			w.watchTable(ctx, w.opts.Snapshots.Snapshot())
		case <-minute.C:
			w.watchSelf(ctx)
		}
	}
}

// resume takes up the alarms that were open before the start, and says them again,
// so that they do not end while the first table is made. Of rules that are no more
// they end.
func (w *Watch) resume(ctx context.Context) {
	now := w.opts.Now()
	var changes []Change
	for _, a := range w.opts.Book.Open() {
		if a.Source != alarm.FromWatch || a.Ended {
			continue
		}
		subject := w.names.subject(a.Labels)
		e := Entry{Since: a.StartsAt, Known: now, Fired: a.Received, Notes: a.Annotations}
		known := w.table.take(subject, e) || w.self.take(subject, e)
		changes = append(changes, Change{Subject: subject, Entry: e, Ends: !known})
	}
	w.say(ctx, now, changes)
}

// take takes a subject up if it is one of the part's.
func (p *part) take(s Subject, e Entry) bool {
	for i := range p.rules {
		if p.rules[i].kind == s.Kind {
			p.state[s] = e
			return true
		}
	}
	return false
}

// watchTable judges a table. The time is the end of its minute, so that the same
// tables give the same alarms.
func (w *Watch) watchTable(ctx context.Context, snap *analytics.Snapshot) {
	began := time.Now()
	cfg := w.opts.Config()
	quiet, settled := time.Duration(cfg.Alerting.Watch.ProcessDead.For), w.started.Add(time.Duration(cfg.Alerting.Watch.Settle))
	in := &Input{
		Now: snap.At.Add(time.Minute), Config: cfg.Alerting.Watch, Lead: time.Duration(cfg.Capacity.LeadTime),
		Settled: !w.opts.Now().Before(settled), Snapshot: snap,
		Silent: map[string][]rollup.Device{}, Stopped: map[sender]rollup.Stopped{},
		Reports: func(n *fleet.Node, device, process string) bool {
			return w.opts.Senders.Reports(n, device, process, quiet)
		},
		Renewed: func(n *fleet.Node, device string) bool {
			return w.opts.Senders.Begun(n, device, quiet).After(settled)
		},
	}
	w.opts.Senders.EachDevice(func(d rollup.Device) {
		if d.Silent {
			in.Silent[d.Module.ID] = append(in.Silent[d.Module.ID], d)
		}
	})
	w.opts.Senders.EachStopped(quiet, time.Duration(cfg.Alerting.Watch.ProcessDead.LeastAge), func(p rollup.Stopped) {
		in.Stopped[sender{p.Module.ID, p.Device, p.Process}] = p
	})
	w.judge(ctx, &w.table, in)
	w.took.Set(time.Since(began).Seconds())
}

// watchSelf judges Headroom's own metrics.
func (w *Watch) watchSelf(ctx context.Context) {
	metrics, err := gather(w.opts.Gatherer)
	if err != nil {
		w.opts.Logger.Warn("Headroom does not watch itself this minute", "err", err)
		return
	}
	w.judge(ctx, &w.self, &Input{Now: w.opts.Now(), Config: w.opts.Config().Alerting.Watch, Metrics: metrics, MetricsBefore: w.metrics})
	w.metrics = metrics
}

// judge says what a part finds. If that is not taken, the state stays as it was,
// and the next minute says it again.
func (w *Watch) judge(ctx context.Context, p *part, in *Input) {
	after, changes := step(p.rules, p.state, in)
	if !w.say(ctx, in.Now, changes) {
		return
	}
	p.state = after
	firing := map[string]int{}
	for s, e := range after {
		if !e.Fired.IsZero() {
			firing[s.Kind]++
		}
	}
	for i := range p.rules {
		w.firing.WithLabelValues(p.rules[i].kind).Set(float64(firing[p.rules[i].kind]))
	}
}

// say says changes to the book, and tells whether they were taken.
func (w *Watch) say(ctx context.Context, now time.Time, changes []Change) bool {
	if len(changes) == 0 {
		return true
	}
	alerts := make([]*amalert.Alert, len(changes))
	for i, c := range changes {
		alerts[i] = c.alert(w.names, now, w.link(c.Subject))
	}
	if err := w.opts.Book.Receive(ctx, alarm.FromWatch, alerts...); err != nil {
		w.failedSends.Inc()
		w.opts.Logger.Error("Headroom's own alarms were not taken; they will be sent again", "alarms", len(alerts), "err", err)
		return false
	}
	return true
}

// link is the page of a subject's node.
func (w *Watch) link(s Subject) string {
	if s.Node == "" {
		return w.opts.URL().String()
	}
	return w.opts.URL().JoinPath("module", s.Node).String()
}
