package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/analytics/ledger"
)

// ledgerCommand is "ledger [PATH]".
type ledgerCommand struct {
	*client
	path, module, task, horizon, from, to string
	limit                                 int
	json                                  bool
}

func addLedger(app *kingpin.Application) {
	cmd := app.Command("ledger", "Print how right past forecasts were, by task and horizon, and where they were worst.")
	l := &ledgerCommand{client: addClient(cmd)}
	cmd.Arg("path", "Only the modules under this node of the business tree, as Qzone/WNS.").StringVar(&l.path)
	cmd.Flag("module", "Every forecast about this one node beside what came.").StringVar(&l.module)
	cmd.Flag("task", "Only forecasts of this task.").EnumVar(&l.task, ledger.Tasks()...)
	cmd.Flag("horizon", "Only this horizon, as 12:00, 30d or 1h.").StringVar(&l.horizon)
	cmd.Flag("from", "First day that forecasts are about, YYYY-MM-DD (default: 30 days before).").StringVar(&l.from)
	cmd.Flag("to", "Last day, YYYY-MM-DD (default: today).").StringVar(&l.to)
	cmd.Flag("limit", "Show so many of the worst modules.").Default("10").IntVar(&l.limit)
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&l.json)
	cmd.Action(func(*kingpin.ParseContext) error { return l.run() })
}

// ledgerAnswer is what the API answers.
type ledgerAnswer struct {
	From    string           `json:"from"`
	To      string           `json:"to"`
	Level   float64          `json:"level"`
	Band    float64          `json:"band_level"`
	Note    string           `json:"note"`
	Summary []ledger.Summary `json:"summary"`
	Worst   []struct {
		ID      string         `json:"id"`
		Summary ledger.Summary `json:"summary"`
	} `json:"worst"`
	Entries []ledger.Entry `json:"entries"`
}

func (l *ledgerCommand) run() error {
	params := url.Values{}
	for name, v := range map[string]string{"path": l.path, "module": l.module, "task": l.task, "horizon": l.horizon, "from": l.from, "to": l.to} {
		if v != "" {
			params.Set(name, v)
		}
	}
	if l.limit > 0 {
		params.Set("limit", strconv.Itoa(l.limit))
	}
	ask := func(data any) error { return l.get("ledger", params, data) }
	return show(l.client, l.json, ask, func(d *ledgerAnswer) error { return d.print(l.out) })
}

func (d *ledgerAnswer) print(w io.Writer) error {
	colors := terminal(w)
	if _, err := fmt.Fprintf(w, "Forecasts about %s to %s; intervals are meant to hold %.4g %%, the band %.4g %%.\n", d.From, d.To, 100*d.Level, 100*d.Band); err != nil {
		return err
	}
	if d.Note != "" {
		if _, err := fmt.Fprintf(w, "Nothing is scored: %s.\n", d.Note); err != nil {
			return err
		}
	}
	if len(d.Summary) > 0 {
		g := summaryGrid("TASK", "HORIZON")
		for i := range d.Summary {
			g.rows = append(g.rows, append([]cell{taskCell(d.Summary[i].Task, d.Summary[i].Replayed), plain(printable(d.Summary[i].Horizon))}, summaryCells(&d.Summary[i])...))
		}
		if err := g.print(w, colors); err != nil {
			return err
		}
	}
	if len(d.Worst) > 0 {
		g := summaryGrid("WORST", "HORIZON")
		for i := range d.Worst {
			s := &d.Worst[i].Summary
			g.rows = append(g.rows, append([]cell{plain(printable(d.Worst[i].ID)), taskCell(s.Task+" "+printable(s.Horizon), s.Replayed)}, summaryCells(s)...))
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		if err := g.print(w, colors); err != nil {
			return err
		}
	}
	if len(d.Entries) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return entryGrid(d.Entries).print(w, colors)
}

func summaryGrid(first, second string) *grid {
	return &grid{
		head:  []string{first, second, "MADE", "SCORED", "ERROR %", "NAIVE %", "BIAS %", "INSIDE %", "WIDTH %"},
		right: []bool{false, false, true, true, true, true, true, true, true},
	}
}

func summaryCells(s *ledger.Summary) []cell {
	return []cell{
		plain(strconv.Itoa(s.Made)), plain(strconv.Itoa(s.Scored)), plain(percent(s.Error)), plain(percent(s.NaiveError)),
		plain(percent(s.Bias)), plain(percent(s.Coverage)), plain(percent(s.Width)),
	}
}

// taskCell names a task, and tells those that were not forecast in the open.
func taskCell(task string, replayed bool) cell {
	if replayed {
		task += ", replayed"
	}
	return plain(task)
}

// percent shows a share in percent.
func percent(n analytics.Number) string { return decimal(100*n, 1) }

func entryGrid(entries []ledger.Entry) *grid {
	g := &grid{
		head:  []string{"FOR", "TASK", "HORIZON", "FORECAST", "INTERVAL", "CAME", "ERROR %", "NAIVE", "NAIVE %"},
		right: []bool{false, false, false, true, true, true, true, true, true},
	}
	for i := range entries {
		e := &entries[i]
		came := plain(decimal(e.Actual, 1))
		if e.Task == ledger.Band {
			came = plain(decimal(100*e.Actual, 2) + " % inside")
		}
		if e.Inside != nil && !*e.Inside {
			came.color = "1;31"
		}
		g.rows = append(g.rows, []cell{
			plain(e.For), taskCell(e.Task, e.Replayed), plain(printable(e.Horizon)), plain(decimal(e.Forecast, 1)), plain(interval(e.Lower, e.Upper)),
			came, plain(percent(e.Error)), plain(decimal(e.Naive, 1)), plain(percent(e.NaiveError)),
		})
	}
	return g
}
