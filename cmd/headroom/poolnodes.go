package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"headroom/scaler/pool"
)

var nodeColors = map[pool.State]string{pool.Lost: "1;31", pool.Draining: "33", pool.Cordoned: "33"}

func (c *poolCommand) nodes() error {
	ask := func(data any) error { return c.get("nodes", filters("state", c.state, "search", c.search), data) }
	return show(c.client, c.json, ask, func(nodes *[]pool.Node) error { return c.printNodes(*nodes) })
}

func (c *poolCommand) printNodes(nodes []pool.Node) error {
	if len(nodes) == 0 && c.state == "" && c.search == "" {
		return c.printNoNodes()
	}
	g := &grid{
		head:  []string{"NODE", "STATE", "CORES", "CPU", "MEMORY", "USED", "WORKERS", "SERVING", "STOPPING", "SEEN", ""},
		right: []bool{false, false, true, true, true, true, true, true, true, false, false},
	}
	for i := range nodes {
		n := &nodes[i]
		g.rows = append(g.rows, []cell{
			plain(printable(n.Name)), {string(n.State), nodeColors[n.State]}, plain(fmt.Sprintf("%.1f", n.Resources.Cores)),
			plain(fmt.Sprintf("%.0f %%", n.Load.CPU)), plain(gib(n.Resources.Memory)), plain(partOf(float64(n.Load.MemoryUsed), float64(n.Resources.Memory))),
			count(n.Wanted), count(n.Serving), count(n.Stopping), plain(n.Seen.Format("01-02 15:04:05")), plain(printable(nodeNotes(n))),
		})
	}
	return printNewest(c.out, g, false, "No such nodes. All of them: headroom pool nodes")
}

// nodeNotes are what is special about a node.
func nodeNotes(n *pool.Node) string {
	var notes []string
	if n.State == pool.Lost {
		notes = append(notes, "lost since "+n.Lost.Format("01-02 15:04:05"))
	}
	notes = noteOrder(notes, "drained", n.Drain)
	notes = noteOrder(notes, "cordoned", n.Cordon)
	if n.Rival != "" {
		notes = append(notes, "another daemon syncs under its name: "+n.Rival)
	}
	if n.Extra > 0 {
		notes = append(notes, fmt.Sprintf("%d more run on it that shall not", n.Extra))
	}
	return strings.Join(notes, "; ")
}

// noteOrder adds what a person has ordered: who, and why if they said so.
func noteOrder(notes []string, what string, o *pool.Order) []string {
	if o == nil {
		return notes
	}
	what += " by " + someone(o.Who)
	if o.Why != "" {
		what += ": " + o.Why
	}
	return append(notes, what)
}

func (c *poolCommand) oneNode() error {
	ask := func(data any) error { return c.get("nodes/"+url.PathEscape(c.node), nil, data) }
	return show(c.client, c.json, ask, func(n *pool.Node) error { return printTable(c.out, nodeText(n), workersGrid(n.Workers)) })
}

// nodeText is the head of a node's table of workers.
func nodeText(n *pool.Node) string {
	text := fmt.Sprintf("%s is %s: %.1f cores, %.0f %% busy, %s of memory; workers: %d that shall run, %d serving, %d stopping.",
		n.Name, n.State, n.Resources.Cores, n.Load.CPU, gib(n.Resources.Memory), n.Wanted, n.Serving, n.Stopping)
	if notes := nodeNotes(n); notes != "" {
		text += "\n" + notes
	}
	return lines(text)
}

// lines keeps the line ends of a text that [printable] would hide.
func lines(text string) string {
	all := strings.Split(text, "\n")
	for i, line := range all {
		all[i] = printable(line)
	}
	return strings.Join(all, "\n")
}

func workersGrid(workers []pool.Worker) *grid {
	g := &grid{
		head:  []string{"WORKER", "SERVICE", "NODE", "ADDRESS", "PID", "STATE", "SINCE", "RESTARTS", "WEIGHT", "WHY"},
		right: []bool{false, false, false, false, true, false, false, true, true, false},
	}
	for i := range workers {
		w := &workers[i]
		since := "–"
		if !w.Since.IsZero() {
			since = w.Since.In(time.Local).Format("01-02 15:04:05")
		}
		g.rows = append(g.rows, []cell{
			plain(printable(w.ID)), plain(printable(w.Service)), plain(printable(w.Node)), plain(printable(w.Address)), count(w.PID),
			{string(w.State), workerColors[string(w.State)]}, plain(since), count(w.Restarts), plain(fmt.Sprintf("%d %%", w.Weight)), plain(printable(workerWhy(w))),
		})
	}
	return g
}

var workerColors = map[string]string{"ready": "32", "lost": "1;31", "refused": "1;31", "unhealthy": "1;31", "backoff": "33", "draining": "33"}

// workerWhy says why a worker stands where it does; else why it is on its node.
func workerWhy(w *pool.Worker) string {
	switch {
	case w.Stop != nil:
		return w.Stop.Why
	case w.Overload != "":
		return w.Overload
	case w.Reason != "":
		return w.Reason
	}
	return w.Why
}
