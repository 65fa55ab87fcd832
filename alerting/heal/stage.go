package heal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/internal/drain"
	"headroom/internal/webhook"
	"headroom/storage/state"
)

// Name is the stage's, in trails.
const Name = "heal"

// Store keeps what was done, on the disk when a method returns.
type Store interface {
	Begin(ctx context.Context, h state.Heal) error
	Finish(ctx context.Context, id string, at time.Time, result, output, reason string) error
	Judge(ctx context.Context, id string, at time.Time, verdict, reason string) error
	List(ctx context.Context, f state.HealFilter) ([]state.Heal, error)
	Brake(ctx context.Context) (*state.Brake, error)
	Stop(ctx context.Context, b state.Brake) error
	Release(ctx context.Context, at time.Time, who, why string) error
}

// Options wire a [Stage].
type Options struct {
	Config config.Heal
	Store  Store

	// Query tells whether a PromQL expression has a result at a time, as the
	// expression of an alerting rule. It may be nil if no rule has a query.
	Query     func(ctx context.Context, expr string, at time.Time) (bool, error)
	Restarter Restarter    // nil: there is no node daemon
	Flows     Flows        // nil: there are none
	Fleet     func() Fleet // nil: its size is not known
	Wake      func()       // asks for a run of the pipeline; nil: none
	Now       func() time.Time

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Stage heals alarms. It implements [alarm.Stage].
type Stage struct {
	Options
	client *http.Client
	stats  *stats

	ctx    context.Context // of the actions
	cancel context.CancelFunc
	work   sync.WaitGroup // actions and writes under way

	mu      sync.Mutex // protects the fields below, and Config
	rules   []*rule
	climbs  map[alarm.Key]*climb
	live    Gate
	dry     Gate         // counts what dry runs would do
	stopped *alarm.Alarm // that tells people so
	swept   time.Time
	dryTold time.Time // that a dry run would have stopped healing
	size    *Fleet    // nil: not asked for in this run
}

// New returns a stage that knows what was done before.
func New(ctx context.Context, o Options) (*Stage, error) {
	s := &Stage{Options: o, client: webhook.NewClient(0), climbs: map[alarm.Key]*climb{}}
	if err := s.Configure(o.Config); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.recover(ctx, o.Now()); err != nil {
		return nil, fmt.Errorf("alerting.heal: %w", err)
	}
	s.stats = newStats(o.Registerer, s)
	return s, nil
}

// Configure puts a configuration into force, all of it or nothing. What runs goes on,
// and an alarm that is worked on keeps its ladder, whose next action starts only if the
// rule is still there and no dry run by now.
func (s *Stage) Configure(cfg config.Heal) error {
	rules, err := compile(cfg)
	if err != nil {
		return fmt.Errorf("alerting.heal: %w", err)
	}
	asks := func(r *rule) bool {
		return slices.ContainsFunc(r.plan.Steps, func(s Step) bool { return s.Query })
	}
	if s.Query == nil && slices.ContainsFunc(rules, asks) {
		return errors.New("alerting.heal: a rule verifies by a query, but queries cannot be asked here")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Config, s.rules = cfg, rules
	s.live.Limits, s.dry.Limits = limitsOf(cfg), limitsOf(cfg)
	return nil
}

// Close waits for the actions under way until ctx is done, then kills them. What
// was killed is looked at when the stage is made again.
func (s *Stage) Close(ctx context.Context) {
	drain.Close(ctx, &s.work, s.cancel)
}

// Name implements [alarm.Stage].
func (s *Stage) Name() string { return Name }

// Run implements [alarm.Stage].
func (s *Stage) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size = nil
	out := alarms[:0:0]
	for _, a := range alarms {
		if s.lookLocked(now, a) {
			out = append(out, a)
		}
	}
	s.sweepLocked(now)
	return s.tellLocked(now, out)
}

func (s *Stage) wake() {
	if s.Wake != nil {
		s.Wake()
	}
}

// fleetLocked is how large the fleet is, which is asked once in a run: to count it
// takes longer than to decide on an alarm. s.mu must be held.
func (s *Stage) fleetLocked() Fleet {
	if s.size == nil {
		s.size = &Fleet{}
		if s.Fleet != nil {
			*s.size = s.Fleet()
		}
	}
	return *s.size
}

// gate is the one that counts a rule's actions.
func (s *Stage) gate(r *rule) *Gate {
	if r.plan.Dry {
		return &s.dry
	}
	return &s.live
}

// write does something with the store beside the pipeline. A failure is logged.
func (s *Stage) write(what string, do func(context.Context) error) {
	s.work.Go(func() {
		if err := do(context.WithoutCancel(s.ctx)); err != nil {
			s.Logger.Error("the record of heals is not complete", "what", what, "err", err)
		}
	})
}

const (
	sweepEvery = 10 * time.Second
	grace      = 15 * time.Second // after which an alarm does not come by any more
)

// sweepLocked gives up heals whose alarms another stage has settled, and forgets
// ladders that count no more. s.mu must be held.
func (s *Stage) sweepLocked(now time.Time) {
	if now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	for key, c := range s.climbs {
		switch working := c.Phase == Verifying || c.Phase == Settling || c.Phase == Acting && c.event != nil; {
		case working && now.Sub(c.due) > grace:
			s.live.Done(c.heal)
			c.Phase, c.event = Idle, nil
		case !working && c.Phase != Acting && now.Sub(c.due) > time.Duration(s.Config.Window):
			delete(s.climbs, key)
		}
	}
}
