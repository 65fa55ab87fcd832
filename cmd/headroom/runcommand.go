package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/flow"
)

// runCommand is "run list", "run show RUN" and what is ordered of runs.
type runCommand struct {
	*client
	newest
	run, step string
	attempt   int
	undo      bool // show the log of the step's undo

	flow, state, path, node, search string
	open                            bool

	order flow.Order
	given []string // inputs of a retry or constants, as name=value
}

func addRun(app *kingpin.Application) {
	cmd := app.Command("run", "Runs of flows: watch them, and say how they go on.")

	sub := cmd.Command("list", "Print runs, the newest first.").Default()
	list := &runCommand{client: addClient(sub)}
	sub.Flag("flow", "Only of this flow.").StringVar(&list.flow)
	sub.Flag("state", "Only in this state.").EnumVar(&list.state, "queued", "running", "pausing", "paused", "waiting", "undoing", "done", "failed", "canceled")
	sub.Flag("open", "Only those that are not over, however old.").BoolVar(&list.open)
	sub.Flag("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&list.path)
	sub.Flag("node", "Only about this machine.").StringVar(&list.node)
	sub.Flag("search", "Only those with this text in their id, flow, who or why.").StringVar(&list.search)
	list.addFlags(sub, "those created")
	sub.Action(func(*kingpin.ParseContext) error { return list.list(time.Now()) })

	sub, one := addOfRun(cmd, "show", "Print a run with its steps.")
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&one.json)
	sub.Action(func(*kingpin.ParseContext) error { return one.show() })

	sub, watch := addOfRun(cmd, "watch", "Print each step as it goes on, until the run is over. Exits 1 if it failed.")
	sub.Action(func(*kingpin.ParseContext) error { return watch.watch() })

	sub, log := addOfRun(cmd, "log", "Print what a step has written.")
	sub.Arg("step", "Its path, as the run has it: install, or roll[2]/stop.").Required().StringVar(&log.step)
	sub.Flag("attempt", "Of this attempt (default: the newest).").IntVar(&log.attempt)
	sub.Flag("undo", "Of the step's undo.").BoolVar(&log.undo)
	sub.Action(func(*kingpin.ParseContext) error { return log.log() })

	addRunOrders(cmd)
}

func addOfRun(parent *kingpin.CmdClause, name, help string) (*kingpin.CmdClause, *runCommand) {
	cmd := parent.Command(name, help)
	c := &runCommand{client: addClient(cmd)}
	cmd.Arg("run", "Its id, as the list has it.").Required().StringVar(&c.run)
	return cmd, c
}

func (c *runCommand) params(now time.Time) (url.Values, error) {
	params, err := c.newest.params(now, map[string]string{
		"flow": c.flow, "state": c.state, "path": c.path, "node": c.node, "search": c.search,
	})
	if err == nil && c.open {
		params.Set("open", "true")
		params.Del("from")
	}
	return params, err
}

type runPage struct {
	Runs  []flow.Run
	Total int
}

func (c *runCommand) list(now time.Time) error {
	params, err := c.params(now)
	if err != nil {
		return err
	}
	ask := func(data any) error { return c.get("runs", params, data) }
	return show(c.client, c.newest.json, ask, func(p *runPage) error { return p.print(c.out) })
}

var runColors = map[string]string{
	"done": "32", "failed": "1;31", "waiting": "33", "unsure": "1;31", "backoff": "33", "undone": "33", "undoing": "33",
}

// clock is how times of runs are written.
const clock = "01-02 15:04:05"

func (p *runPage) print(w io.Writer) error {
	g := &grid{head: []string{"CREATED", "STATE", "STEPS", "FLOW", "WHERE", "BY", "RUN", "REASON"}, right: []bool{false, false, true, false, false, false, false, false}}
	for i := range p.Runs {
		r := &p.Runs[i]
		state := string(r.State)
		if r.Dry {
			state += " (dry)"
		}
		g.rows = append(g.rows, []cell{
			plain(r.Created.Local().Format(clock)), {state, runColors[string(r.State)]}, plain(strconv.Itoa(r.Progress.Over) + "/" + strconv.Itoa(r.Progress.Total)),
			plain(printable(r.Flow)), plain(printable(runPlace(r))), plain(printable(someone(r.Who))), plain(printable(r.ID)), plain(printable(reasonOr(r.Reason, r.Why))),
		})
	}
	return printNewest(w, g, len(p.Runs) < p.Total, "No runs in that time. --since looks further back; headroom flow list says which flows can be started.")
}

// runPlace is what a run is about; empty: nothing that it locks.
func runPlace(r *flow.Run) string {
	switch n := len(r.Nodes); {
	case n == 0 && r.Module == "":
		return ""
	case n == 0:
		return r.Module
	case n == 1 && r.Module == "":
		return r.Nodes[0]
	case r.Module == "":
		return fmt.Sprintf("%d nodes", n)
	case n == 1:
		return r.Module + " on " + r.Nodes[0]
	default:
		return fmt.Sprintf("%s on %d nodes", r.Module, n)
	}
}

// reasonOr is why a run stands where it does, or else why it was started.
func reasonOr(reason, why string) string {
	if reason != "" {
		return reason
	}
	return why
}

func (c *runCommand) fetchRun() (*flow.Run, error) {
	var r flow.Run
	return &r, c.get("runs/"+url.PathEscape(c.run), nil, &r)
}

func (c *runCommand) show() error {
	ask := func(data any) error { return c.get("runs/"+url.PathEscape(c.run), nil, data) }
	return show(c.client, c.newest.json, ask, func(r *flow.Run) error { return printRun(c.out, r) })
}

func (c *runCommand) stepPath() string {
	return "runs/" + url.PathEscape(c.run) + "/steps/" + url.PathEscape(c.step)
}

func (c *runCommand) log() error {
	attempt := c.attempt
	if c.undo {
		attempt = flow.UndoAttempt
	}
	var log flow.Log
	if err := c.get(c.stepPath()+"/log", url.Values{"attempt": {strconv.Itoa(attempt)}}, &log); err != nil {
		return err
	}
	if log.Cut > 0 {
		if _, err := fmt.Fprintf(c.out, "(%d bytes before are cut)\n", log.Cut); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(c.out, printableLines(log.Text))
	return err
}
