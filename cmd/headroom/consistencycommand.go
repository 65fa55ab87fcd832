package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/consistency"
)

// consistencyCommand is "consistency [PATH|MODULE]" and what can be ordered of a module.
type consistencyCommand struct {
	*client
	json       bool
	path, node string

	action, item, why string
	lasts             time.Duration
}

func addConsistency(app *kingpin.Application) {
	cmd := app.Command("consistency", "Whether nodes have what their modules declare: packages, files, processes, ports.")
	add := func(name, help string, run func(*consistencyCommand) error) (*kingpin.CmdClause, *consistencyCommand) {
		sub := cmd.Command(name, help)
		c := &consistencyCommand{client: addClient(sub), action: name}
		sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&c.json)
		sub.Action(func(*kingpin.ParseContext) error { return run(c) })
		return sub, c
	}
	sub, c := add("show", "Print how modules stand, or one module with its nodes.", (*consistencyCommand).show)
	sub.Default()
	sub.Arg("path", "A module, or a node of the business tree with all below it, as Qzone/WNS.").StringVar(&c.path)
	sub.Flag("node", "Of a module only this node, with all its items.").StringVar(&c.node)
	for _, o := range []struct{ action, help string }{
		{"ignore", "Say that an item is all right as it is, on a node or on all."},
		{"unignore", "Take that back."},
		{"adopt", "Make what was found on a node what is declared, until the declaration's file has it too."},
		{"unadopt", "Take that back: the file counts again."},
		{"repair", "Start the flow repair-node for each inconsistent node, or for one."},
	} {
		sub, c := add(o.action, o.help, (*consistencyCommand).order)
		sub.Arg("module", "The module's id, as shop/web.").Required().StringVar(&c.path)
		item := sub.Arg("item", "As package:nginx, file:/etc/hosts, process:nginx or port:80.")
		if o.action != "repair" {
			item.Required()
		}
		item.StringVar(&c.item)
		sub.Flag("node", "The node (default: all of them).").StringVar(&c.node)
		sub.Flag("reason", "Why, for the others.").Required().StringVar(&c.why)
		if o.action == "ignore" {
			sub.Flag("for", "How long, as 72h (default: for ever).").DurationVar(&c.lasts)
		}
	}
}

func (c *consistencyCommand) endpoint() string { return "consistency/" + url.PathEscape(c.path) }

// show shows a module, or the modules of a tree node where the path is none.
func (c *consistencyCommand) show() error {
	if c.path != "" {
		ask := func(data any) error { return c.get(c.endpoint(), filters("node", c.node), data) }
		err := show(c.client, c.json, ask, c.printModule)
		if c.node != "" || !errors.Is(err, errMissing) {
			return err
		}
	}
	ask := func(data any) error { return c.get("consistency", filters("path", c.path), data) }
	return show(c.client, c.json, ask, c.printTotal)
}

func (c *consistencyCommand) printTotal(t *consistency.Total) error {
	if t.Modules == 0 {
		_, err := fmt.Fprintln(c.out, "Nothing is declared there. Declarations are read from consistency.dir of the server's configuration.")
		return err
	}
	g := &grid{
		head:  []string{"MODULE", "NODES", "INCONSISTENT", "UNKNOWN", "ITEMS", "IGNORED", "ADOPTED", "SINCE", ""},
		right: []bool{false, true, true, true, true, true, true, false, false},
	}
	for _, s := range t.List {
		note := ""
		if s.Conflicts > 0 {
			note = fmt.Sprintf("%d adopted, and changed in %s since", s.Conflicts, s.File)
		}
		g.rows = append(g.rows, []cell{
			plain(printable(s.Module)), count(s.Nodes), bad(s.Inconsistent), count(s.Unknown), count(s.Items), count(s.Ignored), count(s.Adopted),
			plain(dayTime(s.Since)), plain(printable(note)),
		})
	}
	return printTable(c.out, fmt.Sprintf("%d of %d modules have inconsistent nodes.", t.Affected, t.Modules), g)
}

// dayTime writes a time in a table; empty for none.
func dayTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("01-02 15:04")
}

var itemColors = map[consistency.State]string{
	consistency.Missing: "1;31", consistency.Different: "1;31", consistency.Extra: "1;31", consistency.Unknown: "33", consistency.OK: "32",
}

func (c *consistencyCommand) printModule(d *consistency.Detail) error {
	g := &grid{head: []string{"NODE", "STATE", "ITEM", "DECLARED", "FOUND", "SINCE", "CHANGED BY", "REASON"}, right: make([]bool, 8)}
	for _, n := range d.List {
		if n.State == consistency.NodeUnknown && len(n.Items) == 0 {
			g.rows = append(g.rows, []cell{plain(printable(n.Node)), {"unknown", "33"}, plain(""), plain(""), plain(""), plain(""), plain(""), plain(printable(n.Reason))})
		}
		for _, i := range n.Items {
			g.rows = append(g.rows, itemLine(n.Node, i))
		}
	}
	if err := printTable(c.out, printable(d.Module+": "+d.Text+" (declared in "+fmt.Sprintf("%s:%d", d.File, d.Line)+")"), g); err != nil {
		return err
	}
	if slices.ContainsFunc(d.List, func(n consistency.NodeView) bool { return n.Closed != "" }) {
		if _, err := fmt.Fprintln(c.out, "\nNew workers of the module go to the other nodes."); err != nil {
			return err
		}
	}
	return c.printOverrides(d.Overrides)
}

func itemLine(node string, i consistency.Item) []cell {
	state, reason, by := string(i.State), i.Reason, ""
	if i.Ignored != nil {
		reason = fmt.Sprintf("%s, ignored by %s: %s", i.Reason, someone(i.Ignored.Who), i.Ignored.Why)
		if until := i.Ignored.Until; !until.IsZero() {
			reason += " (until " + until.Format("01-02 15:04 MST") + ")"
		}
	}
	if i.Cause != nil {
		if by = string(i.Cause.Kind); i.Cause.Run != "" {
			by = "run " + i.Cause.Run
		}
	}
	return []cell{
		plain(printable(node)), {state, itemColors[i.State]}, plain(printable(i.Item)), plain(printable(i.Declared)), plain(printable(i.Found)),
		plain(dayTime(i.Since)), plain(printable(by)), plain(printable(reason)),
	}
}

// printOverrides shows how to put what was adopted into the file.
func (c *consistencyCommand) printOverrides(all []consistency.OverrideView) error {
	for _, o := range all {
		text := fmt.Sprintf("\n%s was adopted from %s by %s: %s. Put it into %s:%d:\n", o.Item, o.Node, someone(o.Who), o.Why, o.File, o.Line)
		if o.Conflict != "" {
			text += "The file says something else than it did then: " + o.Conflict + "\n"
		}
		var b strings.Builder
		for line := range strings.Lines(text + o.Patch) {
			b.WriteString(printable(strings.TrimSuffix(line, "\n")) + "\n")
		}
		if _, err := fmt.Fprint(c.out, b.String()); err != nil {
			return err
		}
	}
	return nil
}

// consistencyOrder is an order as the API takes it.
type consistencyOrder struct {
	Action string     `json:"action"`
	Node   string     `json:"node,omitempty"`
	Item   string     `json:"item,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
	Who    string     `json:"who"`
	Why    string     `json:"why"`
}

// consistencyDone is what became of an order.
type consistencyDone struct {
	Runs   []string           `json:"runs"`
	Module consistency.Detail `json:"module"`
}

func (c *consistencyCommand) order() error {
	o := consistencyOrder{Action: c.action, Node: c.node, Item: c.item, Who: me(), Why: c.why}
	if c.lasts != 0 {
		until := time.Now().Add(c.lasts)
		o.Until = &until
	}
	ask := func(data any) error { return c.post(c.endpoint(), nil, o, data) }
	return show(c.client, c.json, ask, func(d *consistencyDone) error {
		for _, run := range d.Runs {
			if _, err := fmt.Fprintf(c.out, "Started: headroom run show %s\n", printable(run)); err != nil {
				return err
			}
		}
		return c.printModule(&d.Module)
	})
}
