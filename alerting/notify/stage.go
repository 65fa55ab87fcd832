package notify

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// Name is the stage's, as it stands in alarms.
const Name = "notify"

// Options make a [Stage].
type Options struct {
	Config *Config
	DB     state.Notifications
	Wake   func() // asks the pipeline to run soon; must not block

	IgnoreLabels func() []string // labels that do not make an alarm another one
	ExternalURL  *url.URL        // of Headroom, for messages; nil: none
	Words        Words
	Keep         func() time.Duration // how long records of notifications are kept

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Stage tells people of alarms; it implements [alarm.Stage].
type Stage struct {
	opts      Options
	logger    *slog.Logger
	metrics   *metrics
	amMetrics *amnotify.Metrics

	desk      *desk
	inhibitor *inhibitor
	clock     *clock
	silences  *Silences
	records   *records
	log       *groupLog
	inbox     *inbox
	marker    marker.GroupMarker
	forwarder *forwarder

	dispatchMetrics *dispatch.DispatcherMetrics
	busy            sync.RWMutex // read-locked by deliveries under way

	plan atomic.Pointer[plan]

	reload     sync.Mutex // held while a plan is put into force; protects the fields below
	dispatcher atomic.Pointer[dispatch.Dispatcher]
	onPlan     []func(*Config) // who else follows the configuration
	closed     bool

	stop func()         // ends what runs in the background
	done sync.WaitGroup // what does

	// The rest belongs to the pipeline's goroutine.
	under        *plan // that the alarms were judged under
	ways         ways
	silencesSeen int // their version
	items        map[alarm.Key]*item
	byID         map[string]*item
	seen         []*item // that came by at the pipeline's first stage
	unsettle     []settling
	unread       map[string]bool // ids of alarms of which a kill kept it that somebody was told; nil after the first run
}

// New returns a stage that goes on with what the state database has. Nothing is
// sent before the first run. End it by Close.
func New(ctx context.Context, opts Options) (*Stage, error) {
	s := &Stage{
		opts: opts, logger: opts.Logger.With("component", "notify"), desk: newDesk(), inhibitor: newInhibitor(), clock: newClock(),
		records: newRecords(opts.DB), marker: marker.NewGroupMarker(), items: map[alarm.Key]*item{}, byID: map[string]*item{},
	}
	s.inbox = &inbox{call: opts.Wake, limit: maxReports, missed: true} // what was told and not written into its alarms before the restart
	s.metrics = newMetrics(opts.Registerer, s.inbox)
	s.inbox.metrics = s.metrics
	s.amMetrics = amnotify.NewMetrics(opts.Registerer, featurecontrol.NoopFlags{})
	s.dispatchMetrics = dispatch.NewDispatcherMetrics(false, opts.Registerer, featurecontrol.NoopFlags{})
	var err error
	if s.log, err = newGroupLog(ctx, opts.DB, s.records, nflog.Options{Retention: retention, Logger: s.logger, Metrics: opts.Registerer}); err != nil {
		return nil, err
	}
	if s.silences, err = newSilences(ctx, opts.DB, s.records, opts.Wake, s.logger, opts.Registerer); err != nil {
		return nil, err
	}
	if s.unread, err = unread(ctx, opts.DB); err != nil {
		return nil, err
	}
	s.forwarder = newForwarder(s)
	if err := s.Reload(opts.Config); err != nil {
		return nil, err
	}
	s.start()
	return s, nil
}

// start starts what runs in the background.
func (s *Stage) start() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.done.Go(func() { s.records.run(ctx) })
	s.done.Go(func() { s.forwarder.run(ctx) })
	s.done.Go(func() { s.maintain(ctx) })
}

// Name implements [alarm.Stage].
func (s *Stage) Name() string { return Name }

// Silences are those in force.
func (s *Stage) Silences() *Silences { return s.silences }

// Reload puts a configuration into force, all of it or, with an error, nothing.
// No alarm is forgotten. A notification that takes longer than [landing] is broken
// off and begun again.
func (s *Stage) Reload(conf *Config) error {
	p, err := newPlan(conf, s.opts.ExternalURL, s.logger)
	if err != nil {
		return fmt.Errorf("alerting: %w", err)
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	running := s.dispatcher.Load()
	resume := s.pause()
	halt(running)
	resume()
	s.inhibitor.use(conf.Alertmanager.InhibitRules)
	s.clock.reset()
	s.forwarder.use(conf.Forward)
	s.plan.Store(p)
	for _, part := range conf.leftOut() {
		s.logger.Warn("a part of Alertmanager's configuration is left out", "file", conf.File, "part", part)
	}
	if running != nil && !s.closed {
		s.dispatcher.Store(s.dispatch(p))
	}
	for _, f := range s.onPlan {
		f(conf)
	}
	s.opts.Wake()
	return nil
}

// begin starts the dispatcher when all open alarms are on the desk.
func (s *Stage) begin() {
	if s.dispatcher.Load() != nil {
		return
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if !s.closed {
		s.dispatcher.Store(s.dispatch(s.plan.Load()))
	}
}

// landing is how long notifications under way may take when a dispatcher is ended.
const landing = 3 * time.Second

// pause waits for the notifications under way and lets none begin until resume is
// called.
func (s *Stage) pause() (resume func()) {
	landed, over := make(chan struct{}), make(chan struct{})
	go func() {
		s.busy.Lock()
		defer s.busy.Unlock()
		close(landed)
		<-over
	}()
	select {
	case <-landed:
	case <-time.After(landing):
	}
	return func() { close(over) }
}

// Close ends all notifications, within twice [landing]. One that is broken off is
// sent again after a restart.
func (s *Stage) Close() {
	s.reload.Lock()
	s.closed = true
	resume := s.pause()
	halt(s.dispatcher.Load())
	resume()
	s.reload.Unlock()
	s.pause()() // for those that have to see that they are ended
	s.stop()
	s.done.Wait()
}

// maintainEvery is how often what is old is cleared away.
const maintainEvery = 15 * time.Minute

func (s *Stage) maintain(ctx context.Context) {
	tick := time.NewTicker(maintainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.clear(ctx, time.Now())
		}
	}
}

// clear removes what is not needed any more.
func (s *Stage) clear(ctx context.Context, now time.Time) {
	s.clock.forget(now)
	if _, err := s.log.GC(); err != nil {
		s.logger.Error("clearing the log of notifications failed", "err", err)
	}
	if _, err := s.silences.all.GC(); err != nil {
		s.logger.Error("clearing silences failed", "err", err)
	}
	if err := s.opts.DB.Forget(ctx, now.Add(-s.opts.Keep())); err != nil {
		s.logger.Error("clearing records of notifications failed", "err", err)
	}
}
