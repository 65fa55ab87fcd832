package main

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/pool"
)

// poolCommand is what shows the pool: "pool", "pool nodes", "pool node" and so on.
type poolCommand struct {
	*client
	json          bool
	path, by      string
	state, search string
	node, module  string
}

func addPool(app *kingpin.Application) {
	cmd := app.Command("pool", "The pool of machines, what runs on them, and what people order of it.")

	total := addPoolView(cmd.Command("total", "Print the pool, and for whom it has too little room.").Default(), (*poolCommand).total)
	total.Arg("path", "Only what runs for this node of the business tree and below, as Qzone/WNS.").StringVar(&total.path)
	total.Flag("by", "Also the parts by this label of nodes, as cluster.").StringVar(&total.by)

	nodes := addPoolView(cmd.Command("nodes", "Print the machines of the pool."), (*poolCommand).nodes)
	nodes.Flag("state", "Only those in this state.").EnumVar(&nodes.state, "ready", "draining", "lost", "cordoned")
	nodes.Flag("search", "Only those with this in their name.").StringVar(&nodes.search)

	node := addPoolView(cmd.Command("node", "Print a machine with its workers."), (*poolCommand).oneNode)
	node.Arg("node", "Its name.").Required().StringVar(&node.node)

	services := addPoolView(cmd.Command("services", "Print the services that run in the pool."), (*poolCommand).services)
	services.Arg("path", "Only this node of the business tree and below.").StringVar(&services.path)

	service := addPoolView(cmd.Command("service", "Print a service with its workers."), (*poolCommand).service)
	service.Arg("module", "The module's id, as shop/web.").Required().StringVar(&service.module)

	addNodeOrders(cmd)
	addServiceOrders(cmd)
}

// poolView is a command that shows a part of the pool.
type poolView struct {
	*kingpin.CmdClause
	*poolCommand
}

func addPoolView(cmd *kingpin.CmdClause, show func(*poolCommand) error) poolView {
	c := &poolCommand{client: addClient(cmd)}
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&c.json)
	cmd.Action(func(*kingpin.ParseContext) error { return show(c) })
	return poolView{cmd, c}
}

// filters are the parameters that are not empty.
func filters(pairs ...string) url.Values {
	params := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			params.Set(pairs[i], pairs[i+1])
		}
	}
	return params
}

// poolTotals is the pool as the API answers it.
type poolTotals struct {
	Total pool.Total
	By    []pool.Total
	Short []struct{ Module, Reason string }
}

func (c *poolCommand) total() error {
	ask := func(data any) error { return c.get("pool", filters("path", c.path, "by", c.by), data) }
	return show(c.client, c.json, ask, func(p *poolTotals) error { return c.printTotals(p) })
}

func (c *poolCommand) printTotals(p *poolTotals) error {
	switch {
	case c.path != "" && p.Total.Services == 0:
		_, err := fmt.Fprintf(c.out, "No service of the pool is at %s or below it. Those that there are: headroom pool services\n", printable(c.path))
		return err
	case c.path == "" && nodesOf(p.Total) == 0:
		if err := c.printNoNodes(); err != nil || p.Total.Services == 0 {
			return err
		}
	}
	g := &grid{
		head:  []string{"PART", "SERVICES", "NODES", "CORES", "CPU", "MEMORY", "USED", "SLOTS", "DESIRED", "WORKERS", "SERVING", "LOST", "STOPPING"},
		right: []bool{false, true, false, true, true, true, true, true, true, true, true, true, true},
	}
	part := c.path
	if part == "" {
		part = "all"
	}
	g.rows = append(g.rows, totalLine(part, p.Total))
	for _, t := range p.By {
		line := totalLine(t.Label+"="+t.Value, t)
		line[slices.Index(g.head, "DESIRED")] = plain("–") // is said of a service, not of where it runs
		g.rows = append(g.rows, line)
	}
	if err := g.print(c.out, terminal(c.out)); err != nil {
		return err
	}
	return c.printShort(p)
}

// printShort names the services for which there is too little room.
func (c *poolCommand) printShort(p *poolTotals) error {
	if len(p.Short) == 0 {
		return nil
	}
	g := &grid{head: []string{"TOO LITTLE ROOM FOR", "WORKERS"}, right: []bool{false, false}}
	for _, s := range p.Short {
		g.rows = append(g.rows, []cell{{printable(s.Module), "1;31"}, plain(printable(s.Reason))})
	}
	if _, err := fmt.Fprintln(c.out); err != nil {
		return err
	}
	return g.print(c.out, terminal(c.out))
}

// printNoNodes tells how a node joins.
func (c *poolCommand) printNoNodes() error {
	_, err := fmt.Fprintf(c.out, "No node has joined. On each machine of the pool, as root: headroom-node serve --server.url=%s\n", printable(c.name()))
	return err
}

func nodesOf(t pool.Total) (n int) {
	for _, m := range t.Nodes {
		n += m
	}
	return n
}

func totalLine(part string, t pool.Total) []cell {
	var states []string
	for _, s := range []pool.State{pool.Ready, pool.Draining, pool.Cordoned, pool.Lost} {
		if n := t.Nodes[s]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, s))
		}
	}
	nodes := cell{strings.Join(states, ", "), ""}
	if t.Nodes[pool.Lost] > 0 {
		nodes.color = "1;31"
	}
	if len(states) == 0 {
		nodes.text = "0"
	}
	return []cell{
		plain(printable(part)), count(t.Services), nodes, plain(fmt.Sprintf("%.1f", t.Cores)), plain(partOf(t.CPUUsed, t.Cores)),
		plain(gib(t.Memory)), plain(partOf(float64(t.MemUsed), float64(t.Memory))), count(t.Slots),
		count(t.Desired), count(t.Wanted), count(t.Serving), bad(t.Lost), count(t.Stopping),
	}
}

func count(n int) cell { return plain(strconv.Itoa(n)) }

// bad is a number that should be 0.
func bad(n int) cell {
	if n == 0 {
		return plain("0")
	}
	return cell{strconv.Itoa(n), "1;31"}
}

// partOf writes a part of a whole in percent; "–" of nothing.
func partOf(part, whole float64) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*part/whole)
}

func gib(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30)) }

// printTable prints a table below a line or more of text.
func printTable(w io.Writer, text string, g *grid) error {
	if _, err := fmt.Fprintln(w, text); err != nil || len(g.rows) == 0 {
		return err
	}
	return g.print(w, terminal(w))
}
