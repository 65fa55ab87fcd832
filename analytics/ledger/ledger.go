// Package ledger keeps what was forecast, and scores it when the truth is in.
//
// Forecasts are written as series when they are made: today's peak at a few
// hours, the daily peaks of growth and the devices needed once a day. When a day
// is over its own peak is written, and then how far off the forecasts about it
// were. Everything is kept in the store of the samples, so that it survives a
// restart and can be asked for in PromQL; a [Ledger] reads it back as [Entry] and
// [Summary].
//
// An error is relative to what came: forecast ÷ actual − 1. Beside each forecast
// stands the naive one that was known at the same time: yesterday's peak for
// today's, the last peak of the same weekday for a later day's.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// The tasks that forecasts are made for.
const (
	Peak   = "peak"   // today's peak; the horizon is the time at which it was made, as "12:00"
	Growth = "growth" // a later day's peak; the horizon is "7d" …, or "max30d" for the largest peak of the lead time
	Order  = "order"  // devices needed for the largest peak of the lead time
	Band   = "band"   // the next minute's band, of which the horizon is "1m", and those of [analytics.Leads]
)

// Tasks returns all tasks.
func Tasks() []string { return []string{Band, Peak, Growth, Order} }

var (
	// peakHours are the hours of the day at which today's peak is written down.
	peakHours = []int{0, 6, 9, 12, 15, 18}
	// growthDays are how far ahead daily peaks are.
	growthDays = []int{7, 30, 60, 90}
)

const (
	// growthHour is when growth and orders are written down: the night's
	// learning is through.
	growthHour = 1
	// late is how many minutes after the hour a forecast still counts as of it,
	// as after a restart.
	late = 10
	// scoreMinute is when yesterday is scored: what came late is there.
	scoreMinute = 20
	// catchUp is how many days are scored after a pause.
	catchUp = 7
)

// largestOf begins the horizon of the largest peak of so many days.
const largestOf = "max"

// Suffixes of the series.
const (
	forecastPercent = "forecast_percent"     // {task, horizon, bound}
	forecastDevices = "forecast_devices"     // {horizon}
	orderedDevices  = "ordered_devices"      // {horizon, of}
	dayPeak         = "day_peak_percent"     // of the day that ends with the minute
	dayDevices      = "day_devices"          // mean of the day
	errorRatio      = "forecast_error_ratio" // {horizon}
	bandCoverage    = "band_coverage_ratio"
	bandAhead       = "band_ahead_ratio" // {horizon, of}
)

// dayScored is the metric that tells, at a day's last minute, that all about the
// day is written. It has no labels.
const dayScored = "headroom_ledger_day_scored"

// Descriptions returns a help text for each metric that the ledger writes, by its
// name. All of them are gauges.
func Descriptions() map[string]string {
	out := map[string]string{dayScored: "1 at the last minute of a day whose forecasts are scored."}
	for suffix, help := range map[string]string{
		forecastPercent: "A forecast as it was made: of today's peak, of a later day's, or of a later minute's band, in percent of a device.",
		forecastDevices: "Devices needed for the lead time, as forecast on a day; above modules as if they could share them.",
		orderedDevices:  "Devices present, and those to request beyond them, as ordered on a day.",
		dayPeak:         "Highest five-minute mean of the day that ends here, in percent of a device.",
		dayDevices:      "Mean number of devices on the day that ends here.",
		errorRatio:      "Forecast ÷ what came − 1, of the day that ends here.",
		bandCoverage:    "Share of the minutes inside of the band, on the day that ends here.",
		bandAhead:       "Of the bands expected a lead time ahead of minutes of the day that ends here: share inside, and mean error, naive error, width and interval score, relative to what came.",
	} {
		out[rollup.ModulePrefix+suffix] = help + " Of a module."
		out[rollup.GroupPrefix+suffix] = help + " Of an inner node of the business tree."
	}
	return out
}

// Snapshots is where forecasts come from.
type Snapshots interface {
	Snapshot() *analytics.Snapshot
	Subscribe() (<-chan struct{}, func())
}

// Options wire a [Ledger].
type Options struct {
	Snapshots  Snapshots
	Tree       *fleet.Tree
	Store      storage.Store
	Location   *time.Location
	Logger     *slog.Logger
	Registerer prometheus.Registerer

	Past Past        // replays days on which nothing was written down; nil: they stay empty
	Busy func() bool // history is still being loaded: nothing is replayed
}

// Ledger writes down forecasts and scores them.
type Ledger struct {
	Options
	names    names
	written  map[string]int // day on which a task was last written, by task and hour
	ahead    int64          // minute of the last bands ahead, Unix seconds
	scored   int            // the last day that is
	retry    int64          // not before then, Unix seconds
	changed  atomic.Bool    // history did: lacking is to be found anew
	lacking  []int          // days to be replayed, oldest first
	looked   int            // the day on which they were found
	tried    map[int]int    // the day on which one was replayed last
	failures prometheus.Counter
	seconds  prometheus.Gauge
}

// New returns a ledger that has written nothing yet.
func New(o Options) *Ledger {
	f := promauto.With(o.Registerer)
	l := &Ledger{
		Options: o, names: names{o.Tree.Levels(), map[string]*rollup.Names{}}, written: map[string]int{}, tried: map[int]int{},
		failures: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_ledger_failures_total", Help: "Times that forecasts could not be written down or scored.",
		}),
		seconds: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_ledger_score_seconds", Help: "What the last scoring of a day took.",
		}),
	}
	l.HistoryChanged()
	return l
}

// Run writes and scores until ctx is done; what is left of a minute it replays
// days on which nothing was written down.
func (l *Ledger) Run(ctx context.Context) error {
	news, end := l.Snapshots.Subscribe()
	defer end()
	for {
		if s := l.Snapshots.Snapshot(); s != nil {
			if err := errors.Join(l.Observe(ctx, s), l.replaySome(ctx, s)); err != nil && ctx.Err() == nil {
				l.failures.Inc()
				l.Logger.Error("the ledger could not be kept; forecasts of this hour may be missing in it", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-news:
		}
	}
}

// Observe writes down what is due at a snapshot's minute, and scores the days
// that are over. A minute seen twice is written once; what a model says that stands
// in for the configured one is not written.
func (l *Ledger) Observe(ctx context.Context, s *analytics.Snapshot) error {
	at := s.At.In(l.Location)
	day, _ := season.NewCalendar(l.Location).Split(at.Unix())
	if !s.StandIn() {
		if err := l.write(ctx, s, day, at); err != nil {
			return err
		}
	}
	if l.scored >= day-1 || at.Hour() == 0 && at.Minute() < scoreMinute || at.Unix() < l.retry {
		return nil
	}
	l.retry = at.Unix() + 60*late // history may still be on its way
	return l.scoreUntil(ctx, day-1)
}

// write writes down what is due.
func (l *Ledger) write(ctx context.Context, s *analytics.Snapshot, day int, at time.Time) error {
	var rows rows
	var due []string
	for _, hour := range peakHours {
		key, err := l.due(ctx, Peak, day, hour, at)
		if err != nil {
			return err
		}
		if key != "" {
			due = append(due, key)
			l.peaks(&rows, open, s)
		}
	}
	key, err := l.due(ctx, Growth, day, growthHour, at)
	if err != nil {
		return err
	}
	if key != "" {
		due = append(due, key)
		l.growth(&rows, open, s)
		l.orders(&rows, open, s)
	}
	said := len(rows)
	if at.Unix() > l.ahead {
		l.bandsAhead(&rows, s)
	}
	if err := rows.write(ctx, l.Store); err != nil {
		return fmt.Errorf("write forecasts down: %w", err)
	}
	l.ahead = max(l.ahead, at.Unix())
	if said > 0 { // else the next minute may know more
		for _, key := range due {
			l.written[key] = day
		}
	}
	return nil
}

// due returns the name of a task at its hour if that was not written down yet,
// be it before a restart, else an empty one.
func (l *Ledger) due(ctx context.Context, task string, day, hour int, at time.Time) (string, error) {
	key := task + strconv.Itoa(hour)
	if at.Hour() != hour || at.Minute() >= late || l.written[key] == day {
		return "", nil
	}
	said, err := l.said(ctx, task, at.Add(-time.Duration(at.Minute())*time.Minute), at)
	if err != nil || !said {
		return key, err
	}
	l.written[key] = day
	return "", nil
}

// said tells whether forecasts of a task were written down between two minutes.
func (l *Ledger) said(ctx context.Context, task string, from, to time.Time) (bool, error) {
	return l.any(ctx, from.UnixMilli(), to.UnixMilli()+59_999, storage.Metric(rollup.ModulePrefix+forecastPercent), storage.Eq("task", task))
}

// any tells whether series that match have samples between two times, in Unix
// milliseconds.
func (l *Ledger) any(ctx context.Context, from, to int64, matchers ...storage.Matcher) (bool, error) {
	err := l.Store.Select(ctx, storage.Query{Matchers: matchers, Range: storage.TimeRange{From: from, To: to}}, func(*storage.Block) error { return errFound })
	if errors.Is(err, errFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for what is written down: %w", err)
	}
	return false, nil
}

var errFound = errors.New("found")

// names are those of all series, by what they are.
type names struct {
	levels []string
	kept   map[string]*rollup.Names
}

func (s *names) of(suffix string, extra []storage.Label) *rollup.Names {
	key := suffix
	for _, e := range extra {
		key += " " + e.Name + "=" + e.Value
	}
	if s.kept[key] == nil {
		s.kept[key] = rollup.NewNames(s.levels, suffix, extra...)
	}
	return s.kept[key]
}
