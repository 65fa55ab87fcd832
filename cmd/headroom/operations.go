package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/scaler/operations"
)

// openOperations makes the statistics of what was done.
func (s *server) openOperations() {
	s.operations = operations.New(operations.Options{
		Source: s.state.Operations(), Ledger: s.ledger, Location: s.cfg.Location(), Now: time.Now, Logger: s.log.With("component", "operations"),
	})
}

// operationsCommand is "operations [PATH]".
type operationsCommand struct {
	*client
	json bool
	path string
	by   string
	days int
}

func addOperations(app *kingpin.Application) {
	cmd := app.Command("operations", "Print how much was done and how well: changes, heals, alarms, requests, scaling, forecasts.")
	c := &operationsCommand{client: addClient(cmd)}
	cmd.Arg("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&c.path)
	cmd.Flag("by", "A line for each day, or for each node right below the path.").Default("day").EnumVar(&c.by, "day", "node")
	cmd.Flag("days", "How many days, up to now.").Default("30").IntVar(&c.days)
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&c.json)
	cmd.Action(func(*kingpin.ParseContext) error { return c.run(time.Now()) })
}

func (c *operationsCommand) run(now time.Time) error {
	if c.days < 1 || c.days > operations.MaxDays {
		return fmt.Errorf("--days: want a number from 1 to %d, got %d", operations.MaxDays, c.days)
	}
	params := url.Values{"by": {c.by}, "from": {now.AddDate(0, 0, 1-c.days).Format(time.RFC3339)}, "to": {now.Format(time.RFC3339)}}
	if c.path != "" {
		params.Set("path", c.path)
	}
	ask := func(data any) error { return c.get("operations", params, data) }
	return show(c.client, c.json, ask, func(a *operations.Answer) error { return printOperations(c.out, a) })
}

func printOperations(w io.Writer, a *operations.Answer) error {
	g := &grid{
		head: []string{
			strings.ToUpper(string(a.By)), "CHANGES", "FAILED", "PEOPLE", "SYSTEM", "MEAN", "HEALS", "HELPED", "ALARMS", "TOLD",
			"ASKED", "APPROVED", "DONE", "OUT", "IN", "HOLD", "PEAK ERROR", "IN BAND",
		},
		right: make([]bool, 18),
	}
	for i := 1; i < len(g.right); i++ {
		g.right[i] = true
	}
	for i := range a.Lines {
		g.rows = append(g.rows, operationsLine(keyText(a.Lines[i].Key), &a.Lines[i].Numbers))
	}
	g.rows = append(g.rows, operationsLine("total", &a.Total))
	if err := g.print(w, terminal(w)); err != nil {
		return err
	}
	if err := printFlowCounts(w, a.Flows); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, "\n", operationsWords)
	return err
}

// operationsWords say what is not counted: a list of runs, of decisions or the ledger has
// more than the numbers here.
const operationsWords = `CHANGES  runs that are over; dry ones are left out, and those that run or wait count later.
OUT, IN, HOLD  decisions on workers that differ from the one before: more, fewer, as many as there are.
PEAK ERROR  forecasts made at noon whose day is over; those replayed from history are left out.
`

func printFlowCounts(w io.Writer, all []operations.Flow) error {
	if len(all) == 0 {
		return nil
	}
	flows := &grid{head: []string{"FLOW", "RUNS", "DONE", "FAILED", "CANCELED", "MEAN"}, right: []bool{false, true, true, true, true, true}}
	for _, f := range all {
		flows.rows = append(flows.rows, []cell{plain(printable(f.Flow)), count(f.Runs), count(f.Done), bad(f.Failed), count(f.Canceled), plain(meanText(f.MeanSeconds))})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return flows.print(w, terminal(w))
}

// keyText names a line; what concerns no node has an empty one.
func keyText(key string) string {
	if key == "" {
		return "–"
	}
	return printable(key)
}

func operationsLine(name string, n *operations.Numbers) []cell {
	return []cell{
		plain(name), count(n.Changes.Runs), bad(n.Changes.Failed), count(n.Changes.People), count(n.Changes.System), plain(meanText(n.Changes.MeanSeconds)),
		count(n.Heals.Started), count(n.Heals.Helped), count(n.Alarms.Received), count(n.Alarms.Notified),
		count(n.Requests.Opened), count(n.Requests.Approved), count(n.Requests.Done), count(n.Scaling.Out), count(n.Scaling.In), count(n.Scaling.Hold),
		plain(accuracyText(n.Peaks.Error)), plain(accuracyText(n.Bands.Inside)),
	}
}

func meanText(seconds analytics.Number) string {
	if !seconds.Known() {
		return "–"
	}
	d := time.Duration(float64(seconds) * float64(time.Second))
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func accuracyText(n analytics.Number) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n))
}
