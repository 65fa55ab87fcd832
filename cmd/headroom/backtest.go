package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/analytics/backtest"
)

// addBacktest adds the command that scores the models on recorded series.
func addBacktest(app *kingpin.Application) {
	var (
		b   = backtestFlags{Options: backtest.DefaultOptions()}
		cmd = app.Command("backtest", "Score the models on recorded series: what each would have said at every step, from what came before it.")
	)
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
	cmd.Flag("timezone", "Time zone of days and times of day, as Asia/Shanghai; default: this machine's.").StringVar(&b.zone)
	cmd.Flag("workers", "Series at once; 0: one for each CPU.").Default("0").IntVar(&b.Workers)
	cmd.Flag("json", "Print the scores as JSON, also series by series.").BoolVar(&b.json)
	cmd.Arg("series", "Series as CSV, timestamp,value[,label] with Unix seconds; may be gzipped.").Required().StringsVar(&b.files)
	cmd.Validate(func(*kingpin.CmdClause) error { return b.parse() })
	cmd.Action(func(*kingpin.ParseContext) error { return b.run() })
}

// backtestFlags are the options with what is still text in the flags.
type backtestFlags struct {
	backtest.Options
	asof, horizon, zone string
	json                bool
	files               []string
}

func (b *backtestFlags) parse() error {
	at, err := time.Parse("15:04", b.asof)
	if err != nil {
		return fmt.Errorf("--asof: want a time of day as 12:00, got %q", b.asof)
	}
	b.AsOf = at.Hour()*60 + at.Minute()
	const day = 24 * time.Hour
	ahead, err := model.ParseDuration(b.horizon)
	if err != nil || time.Duration(ahead)%day != 0 {
		return fmt.Errorf("--horizon: want whole days as 30d, got %q", b.horizon)
	}
	b.Horizon = int(time.Duration(ahead) / day)
	if b.zone != "" {
		if b.Location, err = time.LoadLocation(b.zone); err != nil {
			return fmt.Errorf("--timezone: %w", err)
		}
	}
	return b.Validate()
}

func (b *backtestFlags) run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	result, err := backtest.Run(ctx, b.Options, b.files)
	if err != nil {
		return err
	}
	if b.json {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(result)
	}
	return result.WriteText(os.Stdout)
}
