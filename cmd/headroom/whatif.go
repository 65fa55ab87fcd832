package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/analytics/whatif"
)

// whatIfCommand is "whatif [PATH]".
type whatIfCommand struct {
	*client
	scenario whatif.Scenario
	path     string
	level    string
	limit    int
	json     bool
}

func addWhatIf(app *kingpin.Application) {
	cmd := app.Command("whatif", "Print what changes in a scenario: who fills up, when, and how many devices it takes.")
	w := &whatIfCommand{client: addClient(cmd)}
	cmd.Arg("path", "Show only what is under this node of the business tree, as Qzone/WNS.").StringVar(&w.path)
	cmd.Flag("load", "Multiply the load under a node: PATH=1.3, 1.3 for all, PATH=1.3@2026-12-10..2026-12-20. May be repeated.").
		SetValue(repeated(&w.scenario.Loads, whatif.ParseLoad))
	cmd.Flag("lose", "Lose a failure domain: rack=r12, or rack=r12@PATH. May be repeated.").
		SetValue(repeated(&w.scenario.Lost, whatif.ParseDomain))
	cmd.Flag("devices", "Add devices to a module, or take some: PATH=+4, PATH=-2. May be repeated.").
		SetValue(repeated(&w.scenario.Devices, whatif.ParseDevices))
	cmd.Flag("lead-time", "Another time from a request to a machine in service, as 45d.").SetValue(days{&w.scenario.LeadTime})
	cmd.Flag("target-load", "Another load at which a device counts as full, in percent.").Float64Var(&w.scenario.TargetLoad)
	cmd.Flag("level", "Show nodes of this level of the hierarchy (default: the modules).").StringVar(&w.level)
	cmd.Flag("limit", "Show at most so many.").Default("20").IntVar(&w.limit)
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&w.json)
	cmd.Action(func(*kingpin.ParseContext) error { return w.run() })
}

// parts is a flag that may be repeated.
type parts[T any] struct {
	to    *[]T
	parse func(string) (T, error)
}

func repeated[T any](to *[]T, parse func(string) (T, error)) *parts[T] { return &parts[T]{to, parse} }

func (p *parts[T]) Set(s string) error {
	v, err := p.parse(s)
	*p.to = append(*p.to, v)
	return err
}

func (p *parts[T]) String() string     { return "" }
func (p *parts[T]) IsCumulative() bool { return true }

// days is a flag of whole days.
type days struct{ to *whatif.Days }

func (v days) Set(s string) (err error) {
	*v.to, err = whatif.ParseDays(s)
	return err
}

func (v days) String() string { return "" }

func (w *whatIfCommand) run() error {
	params := url.Values{}
	for name, v := range map[string]string{"path": w.path, "level": w.level} {
		if v != "" {
			params.Set(name, v)
		}
	}
	if w.limit > 0 {
		params.Set("limit", strconv.Itoa(w.limit))
	}
	ask := func(data any) error { return w.post("whatif", params, w.scenario, data) }
	return show(w.client, w.json, ask, func(d *analytics.WhatIf) error { return printWhatIf(w.out, d, w.limit) })
}

// printWhatIf prints the totals, then the nodes for which something changes.
func printWhatIf(w io.Writer, d *analytics.WhatIf, limit int) error {
	b, a := &d.Before, &d.After
	var text strings.Builder
	fmt.Fprintf(&text, "If %s:\n\n", printable(strings.Join(d.Differs, "; ")))
	line := func(what, before, after string) { fmt.Fprintf(&text, "  %-50s %8s → %s\n", what, before, after) }
	line("devices", decimal(b.Devices, 0), decimal(a.Devices, 0))
	line("devices needed", decimal(b.DevicesNeeded, 0), decimal(a.DevicesNeeded, 0))
	line("devices to request", decimal(b.DevicesToRequest, 0), decimal(a.DevicesToRequest, 0))
	line(fmt.Sprintf("modules full before the next delivery (%s d)", both(b.LeadDays, a.LeadDays)), strconv.Itoa(b.FillUp), strconv.Itoa(a.FillUp))
	line("modules above the target load today", strconv.Itoa(b.OverfullToday), strconv.Itoa(a.OverfullToday))
	fmt.Fprintf(&text, "\n%d modules are judged", d.Modules)
	if d.Unknown > 0 {
		fmt.Fprintf(&text, ", %d cannot be: they have too little history, or no device reports", d.Unknown)
	}
	text.WriteString(".\n")
	if len(d.Rows) == 0 {
		text.WriteString("Nothing changes for what is shown.\n")
	}
	if _, err := io.WriteString(w, text.String()); err != nil || len(d.Rows) == 0 {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := whatIfGrid(d.Rows).print(w, terminal(w)); err != nil || len(d.Rows) != limit {
		return err
	}
	_, err := fmt.Fprintf(w, "\nThese are the first %d; --limit shows more.\n", limit)
	return err
}

// both writes a number that may differ, as "30" or "30 → 45".
func both(before, after int) string {
	if before == after {
		return strconv.Itoa(before)
	}
	return fmt.Sprintf("%d → %d", before, after)
}

func whatIfGrid(rows []analytics.WhatIfRow) *grid {
	g := &grid{
		head:  []string{"PATH", "DEVICES", "PEAK TODAY", "HEADROOM", "FULL ON", "NEEDED", "TO REQUEST"},
		right: []bool{false, true, true, true, false, true, true},
	}
	for i := range rows {
		r := &rows[i]
		full := plain(change(orNever(r.Before.FullOn.Value), orNever(r.After.FullOn.Value)))
		if r.FillsUp {
			full.color = "1;31"
		}
		g.rows = append(g.rows, []cell{
			plain(printable(r.ID)),
			plain(change(decimal(r.Before.Devices, 0), decimal(r.After.Devices, 0))),
			plain(change(decimal(r.Before.PeakToday, 1), decimal(r.After.PeakToday, 1))),
			plain(change(decimal(r.Before.Headroom, 0), decimal(r.After.Headroom, 0)) + " %"),
			full,
			plain(change(decimal(r.Before.DevicesNeeded, 0), decimal(r.After.DevicesNeeded, 0))),
			plain(change(decimal(r.Before.DevicesToRequest, 0), decimal(r.After.DevicesToRequest, 0))),
		})
	}
	return g
}

func orNever(day string) string {
	if day == "" {
		return "–"
	}
	return day
}

func change(before, after string) string {
	if before == after {
		return before
	}
	return before + " → " + after
}
