package rules

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/prometheus/model/labels"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/alerting/alarm"
	"headroom/storage"
	"headroom/storage/promql"
)

// Prometheus' defaults. After an outage of at most outageTolerance the time that
// an alert has been pending counts on, but for at least forGracePeriod from the
// start. An alert that fires is said again after resendDelay.
const (
	outageTolerance = time.Hour
	forGracePeriod  = 10 * time.Minute
	resendDelay     = time.Minute
)

// Book takes the alarms of rules, and knows which are open.
type Book interface {
	// Receive returns once the alerts are kept. After an error they are said
	// again.
	Receive(ctx context.Context, source string, alerts ...*amalert.Alert) error
	// Open lists all open alarms, with the labels that they were received with.
	Open() []*alarm.Alarm
}

// Options wire [Rules].
type Options struct {
	Engine *promql.Engine // answers the expressions
	Store  storage.Store  // takes what is recorded, ALERTS and ALERTS_FOR_STATE
	Book   Book

	// URL is where people reach this server; it is asked when rules are applied.
	URL func() *url.URL

	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger
	Registerer prometheus.Registerer // takes Prometheus' own metrics of rules (prometheus_rule_…)
}

// Rules evaluates rules. All methods may be called from many goroutines.
type Rules struct {
	opts        Options
	failedSends prometheus.Counter

	mu       sync.Mutex // protects the fields below
	set      *Set
	interval time.Duration
	manager  *promrules.Manager // nil before Run
	loader   *loader

	settling settling
}

// New returns rules that are evaluated each interval once Run is called, groups
// with an interval of their own at that.
func New(opts Options, set *Set, interval time.Duration) *Rules {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	r := &Rules{opts: opts, set: set, interval: interval}
	r.failedSends = promauto.With(opts.Registerer).NewCounter(prometheus.CounterOpts{
		Name: "headroom_alarm_rules_failed_sends_total",
		Help: "Times that alarms of rules were not taken; they were sent again.",
	})
	return r
}

// Run evaluates until ctx is done.
func (r *Rules) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := r.open(ctx); err != nil {
		return err
	}
	var wait sync.WaitGroup
	wait.Go(r.manager.Run)
	<-ctx.Done() // ends what is being evaluated, so that stopping is quick
	r.manager.Stop()
	wait.Wait()
	return nil
}

// open makes the manager, with the rules that were given so far.
func (r *Rules) open(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loader = &loader{}
	r.manager = promrules.NewManager(&promrules.ManagerOptions{
		ExternalURL:     r.opts.URL(),
		QueryFunc:       r.opts.Engine.Vector,
		NotifyFunc:      r.notify,
		Context:         ctx,
		AppendableV2:    appendable{r.opts.Store},
		Queryable:       r.opts.Engine.Queryable(),
		Logger:          r.opts.Logger,
		Registerer:      r.opts.Registerer,
		OutageTolerance: outageTolerance,
		ForGracePeriod:  forGracePeriod,
		ResendDelay:     resendDelay,
		GroupLoader:     r.loader,
		Parser:          r.opts.Engine.Parser(),
	})
	if err := r.applyLocked(); err != nil {
		return err
	}
	r.holdOpen(ctx)
	return nil
}

// Apply replaces the rules. Groups that stay as they were go on as if nothing had
// happened; alarms of rules that are gone end.
func (r *Rules) Apply(set *Set, interval time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set, r.interval = set, interval
	if r.manager == nil {
		return nil
	}
	return r.applyLocked()
}

// applyLocked hands the rules to the manager. r.mu must be held.
func (r *Rules) applyLocked() error {
	r.loader.Set = r.set
	err := r.manager.Update(r.interval, r.set.Files, labels.EmptyLabels(), r.opts.URL().String(), r.iterate)
	if err != nil {
		return fmt.Errorf("apply rules: %w", err)
	}
	r.settling.begin(r.manager.AlertingRules(), r.opts.Book.Open())
	if len(r.manager.RuleGroups()) == 0 { // nothing that iterates
		r.settle(context.Background())
	}
	return nil
}

// iterate evaluates a group once.
func (r *Rules) iterate(ctx context.Context, g *promrules.Group, at time.Time) {
	promrules.DefaultEvalIterationFunc(ctx, g, at)
	r.settle(ctx)
}

// RuleGroups returns the groups, for the API; none before Run.
func (r *Rules) RuleGroups() []*promrules.Group {
	if m := r.current(); m != nil {
		return m.RuleGroups()
	}
	return nil
}

// AlertingRules returns the rules that raise alarms, for the API; none before Run.
func (r *Rules) AlertingRules() []*promrules.AlertingRule {
	if m := r.current(); m != nil {
		return m.AlertingRules()
	}
	return nil
}

func (r *Rules) current() *promrules.Manager {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.manager
}
