package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/exporter-toolkit/web"

	"headroom/alerting/rules"
	"headroom/alerting/watch"
	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/chooser"
	"headroom/analytics/detect"
	"headroom/analytics/ledger"
	"headroom/analytics/order"
	"headroom/analytics/season"
	"headroom/ingest"
	"headroom/ingest/backfill"
	"headroom/ingest/poll"
	"headroom/ingest/rollup"
	"headroom/ingest/scrape"
	"headroom/internal/config"
	"headroom/scaler/consistency"
	"headroom/scaler/operations"
	"headroom/scaler/request"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
	"headroom/storage/promql"
	"headroom/storage/remote"
	"headroom/storage/state"
	"headroom/ui/api"
	"headroom/ui/report/press"
)

// server is everything that one running Headroom is made of.
type server struct {
	opts     serveOptions
	cfg      config.Config // reloads.mu protects it from the start on
	inForce  atomic.Pointer[config.Config]
	location *time.Location
	log      *slog.Logger
	reg      *prometheus.Registry
	started  time.Time
	page     string // the page's address, once it listens

	raw       *remote.Store // shadow mode: the store that is read
	store     storage.Store
	state     *state.DB
	engine    *promql.Engine
	rollup    *rollup.Rollup
	backfill  *backfill.Backfill
	asked     []poll.Signal
	examples  api.Examples
	querier   poll.Querier
	loop      *analytics.Loop
	ledger    *ledger.Ledger
	backtests *backtest.Stored
	chooser   *chooser.Chooser
	ingest    *ingest.Ingest // nil in shadow mode
	scrape    *scrape.Manager
	facts     factBook
	finder    finder
	alarms    alarmSystem
	rules     *rules.Rules
	watch     *watch.Watch
	scaling   scaling
	flows     flows
	tasks     tasks
	requests  *request.Book
	access    accessSystem
	reloads   *reloads
	demo      *demo // nil but for the demo

	consistency *consistency.Consistency
	operations  *operations.Book
	press       *press.Press
}

// newServer opens everything; nothing runs or is served yet.
func newServer(opts serveOptions, cfg config.Config, log *slog.Logger) (_ *server, err error) {
	s := &server{opts: opts, cfg: cfg, location: cfg.Location(), log: log, reg: prometheus.NewRegistry(), started: time.Now()}
	s.inForce.Store(&cfg)
	s.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), versioncollector.NewCollector("headroom"))
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := web.Validate(opts.webConfigFile); err != nil {
		return nil, fmt.Errorf("--web.config.file %s: %w", opts.webConfigFile, err)
	}
	ro, err := s.signals()
	if err != nil {
		return nil, err
	}
	if err := s.openStores(); err != nil {
		return nil, err
	}
	s.reloads = newReloads(s.reg)
	s.engine = promql.New(s.store, s.queryLimits())
	s.backfill.Attach(s.store, s.store)
	if err := s.replay(context.Background(), ro, s.started); err != nil {
		return nil, err
	}
	model := modelOf(cfg)
	if model.Marks, err = s.marks(context.Background()); err != nil {
		return nil, err
	}
	if err := s.openChooser(ro.Tree); err != nil {
		return nil, err
	}
	if cfg.Capacity.Choose {
		model.Choices = s.chooser.Choices()
	}
	s.loop = analytics.NewLoop(analytics.Options{
		Model: model, Tree: ro.Tree, Rollup: s.rollup, Feed: s.feeder(), Store: s.store,
		Grace: time.Duration(cfg.Rollup.Grace), Logger: log, Registerer: s.reg,
	})
	s.ledger = ledger.New(ledger.Options{
		Snapshots: s.loop, Tree: ro.Tree, Store: s.store, Location: cfg.Location(), Logger: log, Registerer: s.reg,
		Past: s.loop, Busy: func() bool { return len(s.capacity().Progress()) > 0 },
	})
	s.backtests = &backtest.Stored{Tree: ro.Tree, Store: s.store}
	ctx := context.Background()
	for _, open := range []func() error{
		func() error { return s.openRegistry(ctx) },
		func() error { return s.openAccess(ctx) },
		func() error { return s.openAlarms(ctx, ro.Tree) },
		func() error { return s.openRaisers(ro.Tree) },
		func() error { return s.openScaling(ctx, ro.Tree) },
		s.openTasks,
		func() error { return s.openFlows(ctx) },
		s.openRequests,
		func() error { return s.openConsistency(ctx) },
		func() error { return s.openSearch(ro.Tree) },
		s.openReports,
	} {
		if err := open(); err != nil {
			return nil, err
		}
	}
	s.openOperations()
	if opts.shadowURL == "" {
		s.ingest = ingest.New(ingest.Options{Store: s.store, Limits: cfg.Ingest, Retention: opts.retention, Logger: log, Registerer: s.reg})
		s.scrape = scrape.New(scrape.Options{Sink: s.ingest.Sink("scrape"), MaxBody: int64(cfg.Ingest.MaxRequestSize), Logger: log})
		s.scrape.Apply(cfg.ScrapeConfigs)
	}
	return s, nil
}

// signals sets up the rollup and the backfill, which the store's log is
// replayed into when it opens.
func (s *server) signals() (rollup.Options, error) {
	ro, asked, err := rollupOptions(s.cfg, promql.New(nil, promql.Options{}))
	if err != nil {
		return ro, err
	}
	s.asked, s.examples = asked, examples(ro, s.cfg.Signals)
	s.backfill = backfill.New(backfill.Options{
		Rollup: ro, Logger: s.log, Quiet: 3 * time.Second,
		Closed: func() int64 { return s.rollup.Closed() },
		Taken:  func() { s.rollup.ForgetLate() },
		Settle: s.settle,
		Done:   func(int64, int64) { s.historyChanged() },
	})
	ro.Late = s.backfill.Late
	s.rollup = rollup.New(ro, s.started)
	return ro, nil
}

// config is the configuration in force. It waits for nobody, so that a part can ask
// for it while it is being reloaded itself.
func (s *server) config() config.Config { return *s.inForce.Load() }

// historyChanged tells who learns from history.
func (s *server) historyChanged() {
	s.loop.HistoryChanged()
	s.ledger.HistoryChanged()
	s.scaling.learner.HistoryChanged()
}

func (s *server) openStores() (err error) {
	if s.state, err = state.Open(filepath.Join(s.opts.storagePath, "state.db")); err != nil {
		return err
	}
	if s.opts.shadowURL != "" {
		if s.raw, err = remote.Open(remote.Options{QueryURL: s.opts.shadowURL, Logger: s.log}); err != nil {
			return fmt.Errorf("--prometheus.url: %w", err)
		}
	}
	if r := s.cfg.Storage.Remote; r.QueryURL != "" || r.WriteURL != "" {
		outside, err := remote.Open(remote.Options{WriteURL: r.WriteURL, QueryURL: r.QueryURL, MaxSeries: s.cfg.Query.MaxSeries, Logger: s.log})
		if err != nil {
			return fmt.Errorf("storage.remote: %w", err)
		}
		s.store = rollup.Observe(outside, s.rollup)
		return nil
	}
	own, err := embedded.Open(s.embeddedOptions())
	if err != nil {
		return err
	}
	s.store = own
	s.reg.MustRegister(own)
	return nil
}

// settleTime is after how long a cluster, which cannot be told to, shows what
// was written.
const settleTime = 3 * time.Second

// settle returns once the store shows what was written: the embedded one does
// at once.
func (s *server) settle(ctx context.Context) error {
	if s.config().Storage.Remote == (config.Remote{}) {
		return nil
	}
	if err := s.store.Flush(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(settleTime):
	}
	return nil
}

func (s *server) embeddedOptions() embedded.Options {
	o := embedded.Options{
		Path: filepath.Join(s.opts.storagePath, "store"), Retention: s.opts.retention,
		WALSync: s.cfg.Storage.WALSync, FlushInterval: time.Duration(s.cfg.Storage.FlushInterval),
		MaxSeries: s.cfg.Query.MaxSeries, MinFreeDisk: int64(s.cfg.Storage.MinFreeDisk), Logger: s.log,
	}
	o.Observer = observer{s.rollup}
	return o
}

func (s *server) queryLimits() promql.Options {
	q := s.cfg.Query
	return promql.Options{
		Timeout: time.Duration(q.Timeout), MaxSamples: q.MaxSamples, MaxSeries: q.MaxSeries,
		MaxConcurrent: q.MaxConcurrent, Lookback: time.Duration(q.Lookback), Logger: s.log, Registerer: s.reg,
	}
}

// feeder returns who asks for signals each minute, nil if all are pushed.
func (s *server) feeder() analytics.Feeder {
	if len(s.asked) == 0 {
		return nil
	}
	s.querier = s.engine
	if s.raw != nil {
		s.querier = remoteQuerier{s.raw}
	}
	return poll.New(s.querier, s.asked, s.rollup)
}

// modelOf returns the model of the configuration.
func modelOf(cfg config.Config) analytics.Model {
	const day = 24 * time.Hour
	m := analytics.Classic(cfg.Location())
	m.Name = cfg.Capacity.Model
	m.BandDays = cfg.Capacity.BandDays
	m.GrowthDays = int(time.Duration(cfg.Capacity.History) / day)
	m.HorizonDays = int(time.Duration(cfg.Capacity.LeadTime) / day)
	m.TargetLoad = cfg.Capacity.TargetLoad
	m.Alarm = detect.Options(cfg.Capacity.Alarm)
	m.Order, m.DeviceTypes = policyOf(cfg.Capacity.Order)
	m.Events = eventsOf(cfg.Capacity.Events)
	return m
}

// policyOf returns how devices are ordered, and of which types.
func policyOf(o config.Order) (order.Policy, []analytics.DeviceType) {
	var types []analytics.DeviceType
	for _, t := range o.DeviceTypes {
		path, _ := fleet.ParseID(t.Path) // was checked; empty: all
		types = append(types, analytics.DeviceType{Name: t.Name, Path: path, Worth: t.Worth, RoundTo: t.RoundTo})
	}
	p := order.DefaultPolicy()
	p.ShortageCost, p.IdleCost, p.Failures, p.Minimum, p.RoundTo = o.ShortageCost, o.IdleCost, o.Failures, o.Minimum, o.RoundTo
	return p, types
}

// eventsOf returns the events, of which the configuration was checked.
func eventsOf(events []config.Event) (out []analytics.Event) {
	for _, e := range events {
		from, _ := season.ParseDate(string(e.From))
		to, _ := season.ParseDate(string(e.To))
		path, _ := fleet.ParseID(e.Path) // empty: all
		out = append(out, analytics.Event{Name: e.Name, From: from, To: to, Uplift: e.Uplift, Path: path})
	}
	return out
}

// loadPolledHistory asks for the history of signals that are queries, so that
// the table is there on the first day.
func (s *server) loadPolledHistory(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.backfill.Polled(ctx, s.querier, s.asked, time.Now(), int(time.Duration(s.config().Capacity.History)/(24*time.Hour)))
		if err == nil || ctx.Err() != nil {
			return nil
		}
		s.log.Error("loading history failed, trying again in a minute; what was loaded is kept", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
	}
	return nil
}

// close releases what newServer opened, the store last: others write to it.
func (s *server) close() error {
	var errs []error
	s.alarms.close()
	if s.scaling.pool != nil {
		s.scaling.pool.Close()
	}
	errs = append(errs, s.tasks.close())
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.raw != nil {
		errs = append(errs, s.raw.Close())
	}
	errs = append(errs, s.closeSearch())
	if s.state != nil {
		errs = append(errs, s.state.Close())
	}
	return errors.Join(errs...)
}
