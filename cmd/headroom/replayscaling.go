package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/internal/config"
	"headroom/internal/yamlfile"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/scaler/replay"
)

// replayCommand is "replay".
type replayCommand struct {
	*client
	replay.Options
	policyFile string
	from, to   string
	end        time.Time // zero: all there is
	json       bool

	files   []string
	zone    string
	workers int
	loads   bool

	module string
	limit  int

	pool replayPool
}

// addReplay adds the command that asks what a scaling policy would have cost.
func addReplay(app *kingpin.Application) {
	cmd := app.Command("replay", "Run recorded demand through a scaling policy, and beside it what really ran, static fleets and Kubernetes' HPA: worker-hours, minutes above the target; with nodes, whether there is room for it. On files, or without any on what a running server keeps.")
	r := &replayCommand{client: addClient(cmd)}
	cmd.Flag("policy", "YAML file with the policy's keys, as under pool.policy in the configuration; the defaults run beside it.").StringVar(&r.policyFile)
	cmd.Flag("from", "First minute that counts, as 2026-11-22 or 2026-11-22T20:00; before it is learned (default: a week before --to; of files: after 14 days, or half).").StringVar(&r.from)
	cmd.Flag("to", "End (default: now; of files: their end).").StringVar(&r.to)
	cmd.Flag("margin", "What a static fleet sized for the peak adds to the peak that was known.").Default("0.2").Float64Var(&r.Margin)
	cmd.Flag("level", "Share of the forecasts that shall not be exceeded: fewer minutes above the target for more worker-hours.").Default(fmt.Sprint(demand.DefaultLevel)).Float64Var(&r.Level)
	cmd.Flag("json", "Print JSON: every series under every rule.").BoolVar(&r.json)

	cmd.Flag("timezone", "Of files: time zone of days, as Asia/Shanghai (default: UTC).").Default("UTC").StringVar(&r.zone)
	cmd.Flag("workers", "Of files: any load becomes demand whose peak needs so many workers; 0: the values are busy seconds a minute.").Default("100").IntVar(&r.workers)
	cmd.Flag("loads", "Of files: leave out what is no load: negative, zero for the most part, under four days, or without a daily rhythm.").BoolVar(&r.loads)
	cmd.Arg("series", "Series as CSV, timestamp,value[,label] with Unix seconds; may be gzipped. None: the server's own store.").StringsVar(&r.files)

	cmd.Flag("module", "Of a server: only this module, as Qzone/WNS/dispatch.").StringVar(&r.module)
	cmd.Flag("limit", "Of a server: at most so many modules.").Default("100").IntVar(&r.limit)
	r.pool.addFlags(cmd)
	cmd.Validate(func(*kingpin.CmdClause) error { return r.check() })
	cmd.Action(func(*kingpin.ParseContext) error { return r.run() })
}

// check reports every flag that cannot work.
func (r *replayCommand) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(r.Margin >= 0 && r.Margin <= 10, "--margin: want a share from 0 to 10, got %v", r.Margin)
	bad(r.Level >= 0.5 && r.Level < 1, "--level: want a share from 0.5 to below 1, got %v", r.Level)
	bad(r.workers >= 0 && r.workers <= policy.MaxWorkers, "--workers: want a number from 0 to %d, got %d", policy.MaxWorkers, r.workers)
	bad(r.limit > 0, "--limit: want a number above 0, got %d", r.limit)
	bad(len(r.files) == 0 || r.module == "", "--module: is about a server's store; leave out the files to ask it")
	_, err := time.LoadLocation(r.zone)
	bad(err == nil, "--timezone: %w", err)
	for _, t := range []struct {
		flag, text string
		at         *time.Time
	}{{"from", r.from, &r.First}, {"to", r.to, &r.end}} {
		if t.text != "" {
			*t.at, err = readTime(t.text)
			bad(err == nil, "--%s: %w", t.flag, err)
		}
	}
	return errors.Join(append(errs, r.pool.check())...)
}

func (r *replayCommand) run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if r.Policy, err = readPolicy(r.policyFile); err != nil {
		return err
	}
	r.Keep = r.pool.nodes > 0 || len(r.files) == 0
	sources := r.fromFiles()
	if len(r.files) == 0 {
		if sources, err = r.fromServer(time.Now()); err != nil {
			return err
		}
	}
	result := &replayResult{policy: r.Policy}
	for _, one := range replay.All(ctx, sources, r.Options) {
		switch {
		case errors.Is(one.Err, errNoLoad), errors.Is(one.Err, replay.ErrShort):
			result.LeftOut = append(result.LeftOut, leftOut{one.Name, one.Err.Error()})
		case one.Err != nil:
			return one.Err
		default:
			result.Series = append(result.Series, one.Comparison)
		}
	}
	result.Families = replay.Families(result.Series)
	if result.Pool, err = r.place(ctx, result.Series); err != nil {
		return err
	}
	if r.json {
		return printIndented(r.out, result)
	}
	return result.print(r.out, r.Margin)
}

// readPolicy reads the keys of pool.policy over their defaults; without a file
// it returns these. The error tells everything that is wrong.
func readPolicy(file string) (policy.Settings, error) {
	written := config.Default().Pool.Policy
	if file == "" {
		return pool.PolicyOf(written), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return policy.Settings{}, fmt.Errorf("--policy: %w", err)
	}
	lines, faults := yamlfile.Decode(data, file, &written)
	if lines == nil {
		return policy.Settings{}, faults
	}
	s := pool.PolicyOf(written)
	var more yamlfile.Faults
	for _, f := range s.Faults() {
		more = append(more, yamlfile.Fault{Key: f.Key, Problem: f.Problem})
	}
	if faults = faults.Join(more); len(faults) > 0 {
		faults.Place(file, lines)
		return s, faults
	}
	return s, nil
}
