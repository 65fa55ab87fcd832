package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/ui/api"
)

// lister is what the commands that print a table have in common.
type lister struct {
	*client
	path, level, sort string
	model             string
	limit             int
	json              bool
}

func addLister(cmd *kingpin.CmdClause, sort string) *lister {
	l := &lister{client: addClient(cmd)}
	cmd.Arg("path", "Show only what is under this node of the business tree, as Qzone/WNS.").StringVar(&l.path)
	cmd.Flag("level", "Label of the hierarchy whose nodes to show (default: the modules).").StringVar(&l.level)
	cmd.Flag("sort", "Column to sort by; with - in front, the highest first.").Default(sort).StringVar(&l.sort)
	addModel(cmd, &l.model)
	cmd.Flag("limit", "Show at most so many lines.").IntVar(&l.limit)
	cmd.Flag("json", "Print JSON: the list of lines as the API has it.").BoolVar(&l.json)
	return l
}

func (l *lister) params() url.Values {
	p := url.Values{}
	for name, value := range map[string]string{"path": l.path, "level": l.level, "sort": l.sort, "model": l.model} {
		if value != "" {
			p.Set(name, value)
		}
	}
	if l.limit > 0 {
		p.Set("limit", strconv.Itoa(l.limit))
	}
	return p
}

// list prints the lines that the server has, as JSON or as a table.
func list[T any](l *lister, path string, params url.Values, table func([]T) *grid) error {
	ask := func(data any) error { return l.get(path, params, data) }
	return show(l.client, l.json, ask, func(lines *[]T) error {
		if len(*lines) == 0 {
			why, err := l.nothing(params)
			if err == nil {
				_, err = fmt.Fprintln(l.out, why)
			}
			return err
		}
		return table(*lines).print(l.out, terminal(l.out))
	})
}

// nothing says why a table is empty, and what to do. A path or a level that the server
// does not have is an error of its own, so without a choice of rows there is no sample yet.
func (l *lister) nothing(params url.Values) (string, error) {
	if params.Has("deviates") {
		return "Nothing deviates. All rows: headroom warnings", nil
	}
	var status struct{ Examples api.Examples }
	if err := l.get("status", nil, &status); err != nil {
		return "", err
	}
	if status.Examples.Load == "" {
		return "No samples yet: the store has no series of the configured signals. Whether it can be reached is in the server's log.", nil
	}
	return fmt.Sprintf("No samples yet. Send one, and its row appears within a minute:\n"+
		"  echo '%s 23.5' | curl --data-binary @- %s/api/v1/import/prometheus\n"+
		"Or look at a simulated fleet first: headroom demo", printable(status.Examples.Load), printable(strings.TrimSuffix(l.name(), "/"))), nil
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
		return list(l, "warnings", params, warningGrid)
	})
}

// warning is what the table shows of an [analytics.Row]. To leave the rest
// undecoded halves the time of the command.
type warning struct {
	ID        string           `json:"id"`
	Devices   analytics.Number `json:"devices"`
	At        time.Time        `json:"at"`
	Load      analytics.Number `json:"load"`
	Mean      analytics.Number `json:"mean"`
	Lower     analytics.Number `json:"lower"`
	Upper     analytics.Number `json:"upper"`
	Deviates  bool             `json:"deviates"`
	Direction string           `json:"direction"`
	Score     analytics.Number `json:"score"`
	Since     *time.Time       `json:"since"`
	PeakToday struct {
		Value analytics.Number `json:"value"`
	} `json:"peak_today"`
	Headroom          analytics.Number `json:"headroom"`
	HeadroomAfterLoss analytics.Number `json:"headroom_after_loss"`
	LargestDomain     *rollup.Domain   `json:"largest_domain"`
	State             analytics.State  `json:"state"`
	Reason            string           `json:"reason"`
	Age               analytics.Number `json:"age_seconds"`
	Note              string           `json:"note"`
}

func warningGrid(rows []warning) *grid {
	g := &grid{
		head:  []string{"PATH", "DEVICES", "TIME", "LOAD", "MEAN", "INTERVAL", "DEVIATES", "PEAK TODAY", "HEADROOM", "AFTER LOSS", "NOTE"},
		right: []bool{false, true, false, true, true, true, false, true, true, true, false},
	}
	for i := range rows {
		g.rows = append(g.rows, warningLine(&rows[i]))
	}
	g.below = unjudged(rows)
	return g
}

// unjudged are the reasons why rows cannot be judged, each once, with the number of
// rows: most that learn do so for the same one.
func unjudged(rows []warning) (lines []string) {
	var reasons []string
	count := map[string]int{}
	for i := range rows {
		if r := &rows[i]; r.State != analytics.Stale && !r.Score.Known() && r.Reason != "" {
			reason := string(r.State) + ": " + printable(r.Reason)
			if count[reason]++; count[reason] == 1 {
				reasons = append(reasons, reason)
			}
		}
	}
	for _, reason := range reasons {
		lines = append(lines, fmt.Sprintf("%d × %s", count[reason], reason))
	}
	return lines
}

func warningLine(r *warning) []cell {
	return []cell{
		plain(printable(r.ID)), plain(decimal(r.Devices, 0)), plain(r.At.Format("15:04")),
		plain(decimal(r.Load, 1)), plain(decimal(r.Mean, 1)), plain(interval(r.Lower, r.Upper)),
		verdict(r), plain(decimal(r.PeakToday.Value, 1)),
		share(r.Headroom), afterLoss(r), plain(printable(r.Note)),
	}
}

// verdict says whether a row deviates, or that this is not known. A row that is
// still learning, be it today's peak, may have a band already.
func verdict(r *warning) cell {
	const red, cyan, grey = "1;31", "1;36", "2"
	switch {
	case r.State == analytics.Stale && r.Age.Known():
		age := time.Duration(float64(r.Age)) * time.Second
		return cell{"stale for " + model.Duration(age.Round(time.Minute)).String(), grey}
	case r.Deviates && r.Direction == "down":
		return cell{"YES ↓ " + decimal(r.Score, 1) + since(r), cyan}
	case r.Deviates:
		return cell{"YES ↑ " + decimal(r.Score, 1) + since(r), red}
	case !r.Score.Known():
		return cell{string(r.State), grey}
	}
	return plain("NO")
}

// afterLoss is what the loss of the largest failure domain leaves, unknown as the
// headroom is.
func afterLoss(r *warning) cell {
	if d := r.LargestDomain; d != nil && r.Headroom.Known() && float64(d.Devices) >= float64(r.Devices) {
		return cell{"none left", yellow}
	}
	return share(r.HeadroomAfterLoss)
}

const yellow = "1;33"

// share marks what is overfull.
func share(n analytics.Number) cell {
	if n < 0 {
		return cell{decimal(n, 0) + " %", yellow}
	}
	if !n.Known() {
		return plain(decimal(n, 0))
	}
	return plain(decimal(n, 0) + " %")
}

func since(r *warning) string {
	if r.Since == nil {
		return ""
	}
	return " since " + r.Since.Format("15:04")
}
