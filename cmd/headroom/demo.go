package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/simfleet"
	"headroom/storage"
)

// demo plays the senders of a fleet: its history once, then its minutes.
type demo struct {
	modules, days int
	seed          uint64

	server  *server
	fleet   *simfleet.Fleet
	machine *simfleet.Machine

	done, total atomic.Int64 // of the history that is being loaded
	began       time.Time
}

// addDemo adds the command that shows Headroom with a simulated fleet.
func addDemo(app *kingpin.Application) {
	opts := &serveOptions{storagePath: "./data/demo", demo: true}
	d := &demo{}
	cmd := app.Command("demo", "Run the server with a simulated fleet, 90 days of history and this machine's own processes.")
	opts.addFlags(cmd)
	cmd.Flag("modules", "Modules of the simulated fleet; 2428 is the size that Headroom is made for.").Default("240").IntVar(&d.modules)
	cmd.Flag("days", "Days of history.").Default("90").IntVar(&d.days)
	cmd.Flag("seed", "Another seed makes another fleet.").Default("1").Uint64Var(&d.seed)
	cmd.Validate(func(*kingpin.CmdClause) error { return d.check() })
	cmd.Action(func(*kingpin.ParseContext) error {
		cfg, err := opts.config()
		if err != nil {
			return err
		}
		if d.server, err = newServer(*opts, cfg, opts.logger()); err != nil {
			return err
		}
		d.server.demo = d
		return d.server.run(context.Background(), d.run)
	})
}

// check refuses what no fleet can be built of, before the number is kept with
// the fleet.
func (d *demo) check() error {
	switch {
	case d.modules < 1 || d.modules > mostModules:
		return fmt.Errorf("--modules: want 1 to %d, got %d", mostModules, d.modules)
	case d.days < 0 || d.days > mostDays:
		return fmt.Errorf("--days: want 0 to %d, got %d", mostDays, d.days)
	}
	return nil
}

const (
	mostModules = 100_000
	mostDays    = 400 // what is kept, unless --storage.retention.time says otherwise
)

// run loads what is missing of the history, then sends minute by minute.
func (d *demo) run(ctx context.Context) error {
	if err := d.open(ctx); err != nil {
		return err
	}
	if err := d.loadHistory(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("load the demo's history: %w", err)
	}
	fmt.Fprintf(os.Stderr, "\n  The warning table is at %s\n\n", d.server.page)
	return d.live(ctx, time.Now().Truncate(historyStep))
}

// open builds the fleet as it was when the demo first ran here.
func (d *demo) open(ctx context.Context) (err error) {
	const name = "demo"
	born := time.Now().Truncate(time.Minute)
	if saved, ok, err := d.server.state.Checkpoints().Load(ctx, name); err != nil {
		return err
	} else if ok {
		if _, err := fmt.Sscan(string(saved), &d.modules, &d.seed, &unixTime{&born}); err != nil {
			return fmt.Errorf("state of the demo %q: %w; remove %s to begin anew", saved, err, d.server.opts.storagePath)
		}
	}
	if err := d.server.state.Checkpoints().Save(ctx, name, fmt.Appendf(nil, "%d %d %d", d.modules, d.seed, born.Unix())); err != nil {
		return err
	}
	o := simfleet.Options{
		Modules: d.modules, Seed: d.seed, Location: d.server.cfg.Location(), Now: born,
		Hierarchy: d.server.cfg.Hierarchy, NodeLabel: d.server.cfg.NodeLabel, ProcessLabel: d.server.cfg.ProcessLabel,
	}
	d.fleet = simfleet.New(o)
	d.machine, err = simfleet.NewMachine(o)
	return err
}

// unixTime scans a time from its Unix seconds.
type unixTime struct{ t *time.Time }

// Scan implements fmt.Scanner.
func (u *unixTime) Scan(state fmt.ScanState, _ rune) error {
	var sec int64
	if _, err := fmt.Fscan(state, &sec); err != nil {
		return err
	}
	*u.t = time.Unix(sec, 0)
	return nil
}

// historyStep is how coarse the demo's history is.
const historyStep = 5 * time.Minute

func (d *demo) loadHistory(ctx context.Context) error {
	to := time.Now().Truncate(historyStep)
	from := to.AddDate(0, 0, -d.days)
	stored, err := d.newestStored(ctx, from, to)
	if err != nil {
		return err
	}
	if stored.After(from) {
		from = stored.Truncate(historyStep).Add(historyStep)
	}
	if !from.Before(to) {
		return nil
	}
	d.began = time.Now()
	emit := func(rows []storage.Series) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return d.server.store.Write(ctx, needed(rows, to.AddDate(0, 0, -detailedDays)))
	}
	err = d.fleet.RollupHistory(from, to, historyStep, emit, d.progress)
	d.total.Store(0)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	d.server.log.Info("history loaded", "from", from, "to", to, "took", time.Since(d.began).Round(time.Millisecond))
	d.server.historyChanged()
	return nil
}

// detailedDays is for how long the history has all numbers; before that it has
// those that the model learns from, which loads three times as fast.
const detailedDays = 8

// needed leaves out what is not learned from, of rows that end before a time.
func needed(rows []storage.Series, detailed time.Time) []storage.Series {
	return slices.DeleteFunc(rows, func(s storage.Series) bool {
		metric := storage.Value(s.Labels, storage.MetricName)
		return s.Samples[len(s.Samples)-1].Timestamp < detailed.UnixMilli() &&
			!strings.HasSuffix(metric, "_"+rollup.LoadPercent) && !strings.HasSuffix(metric, "_"+rollup.Devices)
	})
}

// newestStored returns the newest minute of the demo's history in the store.
func (d *demo) newestStored(ctx context.Context, from, to time.Time) (newest time.Time, err error) {
	q := storage.Query{
		Matchers: []storage.Matcher{storage.Metric(rollup.GroupPrefix + rollup.LoadPercent)},
		Range:    storage.TimeRange{From: from.UnixMilli(), To: to.UnixMilli()},
	}
	err = d.server.store.Select(ctx, q, func(b *storage.Block) error {
		if t := time.UnixMilli(b.Timestamps[len(b.Timestamps)-1]); t.After(newest) {
			newest = t
		}
		return nil
	})
	return newest, err
}

// progress draws a bar on the terminal and keeps the numbers for the page.
func (d *demo) progress(done, total int) {
	d.done.Store(int64(done))
	d.total.Store(int64(total))
	const width = 40
	filled := int(width * done / max(1, total))
	fmt.Fprintf(os.Stderr, "\rloading %d days of history  [%s%s] %3d %%", d.days,
		strings.Repeat("█", filled), strings.Repeat("·", width-filled), 100*done/max(1, total))
}

// Progress tells the page how far the history is.
func (d *demo) Progress() []analytics.Progress {
	done, total := d.done.Load(), d.total.Load()
	if total == 0 {
		return nil
	}
	left := analytics.Unknown()
	if done > 0 {
		left = analytics.Number(time.Since(d.began).Seconds() * float64(total-done) / float64(done))
	}
	return []analytics.Progress{{Name: "loading the demo's history", Done: done, Total: total, ETASeconds: left}}
}

// live sends the fleet's minutes from a time on, and four times a minute this
// machine's own samples, the way every sender's samples go.
func (d *demo) live(ctx context.Context, from time.Time) error {
	sink := d.server.ingest.Sink("demo")
	emit := func(rows []storage.Series) error { return sink.Write(ctx, "demo", rows) }
	tick := time.NewTicker(15 * time.Second)
	defer tick.Stop()
	for {
		now := time.Now()
		var errs []error
		for ; !from.After(now); from = from.Add(time.Minute) {
			errs = append(errs, d.fleet.Minute(from, emit))
		}
		errs = append(errs, d.machine.Sample(now, emit))
		if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
			d.server.log.Warn("the demo could not send", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
