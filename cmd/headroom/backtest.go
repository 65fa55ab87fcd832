package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics/backtest"
)

// addBacktest adds the command that scores the models, on recorded series or on
// what a running server keeps.
func addBacktest(app *kingpin.Application) {
	cmd := app.Command("backtest", "Score the models: what each would have said at every step, from what came before it. On files, or without any on what a running server keeps.")
	b := backtestFlags{Options: backtest.DefaultOptions(), client: addClient(cmd)}
	tasks := make([]string, 0, 4)
	for _, t := range backtest.Tasks() {
		tasks = append(tasks, string(t))
	}
	cmd.Flag("task", "What to replay: "+fmt.Sprint(tasks)+".").Required().EnumVar((*string)(&b.Task), tasks...)
	cmd.Flag("model", "The model whose rows --out gets; the scores compare all.").Default(b.Model).EnumVar(&b.Model, backtest.Models()...)
	cmd.Flag("out", "CSV file for the rows; with several series the folder for one file each.").StringVar(&b.Out)
	cmd.Flag("level", "Nominal coverage of the intervals; the task deviation has the table's 3 standard deviations.").Default("0.95").Float64Var(&b.Level)
	cmd.Flag("asof", "Local time of day of a peak's forecast.").Default("12:00").StringVar(&b.asof)
	cmd.Flag("horizon", "How far growth is forecast, in whole days.").Default("30d").StringVar(&b.horizon)
	cmd.Flag("false-alarms-per-week", "How many false alarms a series may have in a week, as recorded ones had on average: sets the thresholds of the calibrated model.").Default("0.8").Float64Var(&b.Alarm.FalseAlarms)
	cmd.Flag("json", "Print the scores as JSON, also series by series.").BoolVar(&b.json)

	cmd.Flag("timezone", "Of files: time zone of days and times of day, as Asia/Shanghai; default: this machine's.").StringVar(&b.zone)
	cmd.Flag("workers", "Of files: series at once; 0: one for each CPU.").Default("0").IntVar(&b.Workers)
	cmd.Arg("series", "Series as CSV, timestamp,value[,label] with Unix seconds; may be gzipped. None: the server's own store.").StringsVar(&b.files)

	cmd.Flag("path", "Of a server: only the modules under this node of the business tree, as Qzone/WNS.").StringVar(&b.path)
	cmd.Flag("tree-level", "Of a server: label of the hierarchy whose nodes to replay (default: the modules).").StringVar(&b.treeLevel)
	cmd.Flag("from", "Of a server: first day that is read, YYYY-MM-DD; the models learn from it on (default: 60 days in all, of growth 120).").StringVar(&b.from)
	cmd.Flag("to", "Of a server: last day (default: yesterday).").StringVar(&b.to)
	cmd.Flag("limit", fmt.Sprintf("Of a server: nodes to replay, up to %d; of more, some from all parts of the tree (default: %d).", backtest.MaxNodes, backtest.DefaultNodes)).IntVar(&b.limit)
	cmd.Validate(func(*kingpin.CmdClause) error { return b.parse() })
	cmd.Action(func(*kingpin.ParseContext) error { return b.run() })
}

// backtestFlags are the options with what is still text in the flags.
type backtestFlags struct {
	backtest.Options
	asof, horizon, zone string
	json                bool
	files               []string

	*client
	path, treeLevel, from, to string
	limit                     int
}

// parse reports every flag that cannot work, and those that speak of files
// where there are none, or the other way round.
func (b *backtestFlags) parse() error {
	var errs []error
	bad := func(flag string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	var err error
	b.AsOf, err = backtest.ParseTimeOfDay(b.asof)
	bad("asof", err)
	b.Horizon, err = backtest.ParseDays(b.horizon)
	bad("horizon", err)
	if b.zone != "" {
		b.Location, err = time.LoadLocation(b.zone)
		bad("timezone", err)
	}
	if len(b.files) == 0 {
		if b.zone != "" {
			bad("timezone", errors.New("is for files; a server's days are those of its own zone"))
		}
		if b.Workers != 0 {
			bad("workers", errors.New("is for files; a server uses half of its CPUs"))
		}
	} else if b.path != "" || b.treeLevel != "" || b.from != "" || b.to != "" || b.limit != 0 {
		bad("path, --tree-level, --from, --to and --limit", errors.New("are about a server's store; leave out the files to ask it"))
	}
	if len(errs) == 0 {
		return b.Validate()
	}
	return errors.Join(errs...)
}

func (b *backtestFlags) run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(b.files) == 0 {
		return b.ask(ctx)
	}
	result, err := backtest.Run(ctx, b.Options, b.files)
	if err != nil {
		return err
	}
	if b.json {
		return printIndented(b.out, result)
	}
	return printScores(b.out, result)
}

func printIndented(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
