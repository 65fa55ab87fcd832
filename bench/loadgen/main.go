// Command loadgen measures Headroom beside victoria-metrics and Prometheus: the
// same samples are sent to each, one server at a time, and what each server's
// process used is read from /proc.
//
// It is started by bench/run.sh and prints one table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// options are the sizes of the bench.
type options struct {
	headroom string
	dir      string
	servers  string
	only     string

	series, passes int
	modules, days  int
	step           time.Duration
	minutes        int
	alarms         int
	within         time.Duration
	quick          bool
}

func parseFlags() options {
	var o options
	f := flag.NewFlagSet("loadgen", flag.ExitOnError) // the libraries' flags stay out of the help
	f.StringVar(&o.headroom, "headroom", "bin/headroom", "Headroom's binary")
	f.StringVar(&o.dir, "dir", "bench/out", "where the servers keep their data")
	f.StringVar(&o.servers, "servers", "headroom,victoria-metrics,prometheus,alertmanager", "whom to measure")
	f.StringVar(&o.only, "only", "ingest,table,alarms", "which parts to run")
	f.IntVar(&o.series, "series", 100_000, "active series of the part ingest")
	f.IntVar(&o.passes, "passes", 120, "samples of each series, one a second; under a hundred no flush to disk is part of it")
	f.IntVar(&o.modules, "modules", 2428, "modules of the part table")
	f.IntVar(&o.days, "days", 61, "days of history of the part table")
	f.DurationVar(&o.step, "step", 5*time.Minute, "step of that history; at most 30m")
	f.IntVar(&o.minutes, "minutes", 3, "live minutes of the part table")
	f.IntVar(&o.alarms, "alarms", 100_000, "different alarms of the part alarms")
	f.DurationVar(&o.within, "within", time.Minute, "how long they take to come")
	f.BoolVar(&o.quick, "quick", false, "small sizes: 20,000 series, 10 passes, 240 modules, 1 minute, 5,000 alarms")
	if err := f.Parse(os.Args[1:]); err != nil {
		panic("BUG: ExitOnError returned: " + err.Error())
	}
	if o.quick {
		o.series, o.passes, o.modules, o.minutes = 20_000, 10, 240, 1
		o.alarms, o.within = 5000, 3*time.Second
	}
	return o
}

func main() {
	o := parseFlags()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		slog.Error("bench failed", "err", err)
		os.Exit(1)
	}
}

// run measures one server after the other, so that none disturbs another.
func run(ctx context.Context, o options) error {
	names, parts := strings.Split(o.servers, ","), strings.Split(o.only, ",")
	if _, err := os.Stat(o.headroom); err != nil {
		slog.Warn("Headroom itself is left out: build it with make build", "err", err)
		names = slices.DeleteFunc(names, func(n string) bool { return n == headroom })
	}
	t, errs := newTable(names), []error(nil)
	for _, name := range names {
		if name == headroom || name == alertmanager {
			if slices.Contains(parts, "alarms") {
				errs = append(errs, wrap("alarms to "+name, alarms(ctx, o, name, t)))
			}
		}
		if name == alertmanager {
			continue // it keeps no samples
		}
		if slices.Contains(parts, "ingest") {
			errs = append(errs, wrap("ingest into "+name, ingest(ctx, o, name, t)))
		}
		if slices.Contains(parts, "table") {
			errs = append(errs, wrap("table of "+name, minuteTable(ctx, o, name, t)))
		}
	}
	// What was measured before something failed is still worth its time.
	return errors.Join(append(errs, t.print(os.Stdout, targets))...)
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
