package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/analytics"
)

// lister is what the commands that print a table have in common.
type lister struct {
	*client
	path, level, sort string
	limit             int
	json              bool
}

func addLister(cmd *kingpin.CmdClause, sort string) *lister {
	l := &lister{client: addClient(cmd)}
	cmd.Arg("path", "Show only what is under this node of the business tree, as Qzone/WNS.").StringVar(&l.path)
	cmd.Flag("level", "Label of the hierarchy whose nodes to show (default: the modules).").StringVar(&l.level)
	cmd.Flag("sort", "Column to sort by; with - in front, the highest first.").Default(sort).StringVar(&l.sort)
	cmd.Flag("limit", "Show at most so many lines.").IntVar(&l.limit)
	cmd.Flag("json", "Print JSON: the list of lines as the API has it.").BoolVar(&l.json)
	return l
}

func (l *lister) params() url.Values {
	p := url.Values{}
	for name, value := range map[string]string{"path": l.path, "level": l.level, "sort": l.sort} {
		if value != "" {
			p.Set(name, value)
		}
	}
	if l.limit > 0 {
		p.Set("limit", strconv.Itoa(l.limit))
	}
	return p
}

// print shows the lines that the server lists, as JSON or as a table.
func (l *lister) print(path string, params url.Values, table func(json.RawMessage) (*grid, error)) error {
	var data json.RawMessage
	if err := l.get(path, params, &data); err != nil {
		return err
	}
	if l.json {
		_, err := fmt.Fprintf(l.out, "%s\n", data)
		return err
	}
	g, err := table(data)
	if err != nil {
		return err
	}
	if len(g.rows) == 0 {
		_, err := fmt.Fprintln(l.out, "There is nothing to show.")
		return err
	}
	return g.print(l.out, terminal(l.out))
}

// addWarnings adds "warnings [PATH]".
func addWarnings(app *kingpin.Application) {
	cmd := app.Command("warnings", "Print the warning table of a running server.")
	l := addLister(cmd, "-score")
	var deviates bool
	cmd.Flag("deviates", "Show only what deviates.").BoolVar(&deviates)
	cmd.Action(func(*kingpin.ParseContext) error {
		params := l.params()
		if deviates {
			params.Set("deviates", "true")
		}
		return l.print("warnings", params, warningGrid)
	})
}

func warningGrid(data json.RawMessage) (*grid, error) {
	var rows []analytics.Row
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("read the warning table: %w", err)
	}
	g := &grid{
		head:  []string{"PATH", "DEVICES", "TIME", "LOAD", "MEAN", "INTERVAL", "DEVIATES", "PEAK TODAY", "NOTE"},
		right: []bool{false, true, false, true, true, true, false, true, false},
	}
	for i := range rows {
		g.rows = append(g.rows, warningLine(&rows[i]))
	}
	return g, nil
}

func warningLine(r *analytics.Row) []cell {
	return []cell{
		plain(printable(r.ID)), plain(decimal(r.Devices, 0)), plain(r.At.Format("15:04")),
		plain(decimal(r.Load, 1)), plain(decimal(r.Mean, 1)), plain(interval(r.Lower, r.Upper)),
		verdict(r), plain(decimal(r.PeakToday.Value, 1)), plain(printable(r.Note)),
	}
}

// verdict says whether a row deviates, or why that is not known.
func verdict(r *analytics.Row) cell {
	const red, cyan, grey = "1;31", "1;36", "2"
	switch {
	case r.State == analytics.Stale && r.Age.Known():
		age := time.Duration(float64(r.Age)) * time.Second
		return cell{"stale for " + model.Duration(age.Round(time.Minute)).String(), grey}
	case r.State != analytics.OK:
		return cell{string(r.State) + ": " + printable(r.Reason), grey}
	case r.Deviates && r.Direction == "down":
		return cell{"YES ↓ " + decimal(r.Score, 1) + since(r), cyan}
	case r.Deviates:
		return cell{"YES ↑ " + decimal(r.Score, 1) + since(r), red}
	}
	return plain("NO")
}

func since(r *analytics.Row) string {
	if r.Since == nil {
		return ""
	}
	return " since " + r.Since.Format("15:04")
}
