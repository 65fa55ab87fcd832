package main

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/consistency"
)

// environmentCommand is "environment [PATH]".
type environmentCommand struct {
	*client
	json bool
	path string
}

func addEnvironment(app *kingpin.Application) {
	cmd := app.Command("environment", "What the machines are built to, and those that are built to another standard.")
	c := &environmentCommand{client: addClient(cmd)}
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&c.json)
	cmd.Arg("path", "Only nodes that work for this node of the business tree and below.").StringVar(&c.path)
	cmd.Action(func(*kingpin.ParseContext) error { return c.show() })
}

func (c *environmentCommand) show() error {
	ask := func(data any) error { return c.get("environment", filters("path", c.path), data) }
	return show(c.client, c.json, ask, c.print)
}

func (c *environmentCommand) print(v *consistency.EnvironmentView) error {
	g := &grid{head: []string{"PROPERTY", "VALUE", "NODES", "NOT ALLOWED"}, right: []bool{false, false, true, true}}
	for _, p := range v.Properties {
		for _, value := range p.Values {
			g.rows = append(g.rows, []cell{plain(p.Name), plain(printable(value.Value)), count(value.Nodes), bad(value.Outliers)})
		}
	}
	if err := printTable(c.out, fmt.Sprintf("Nodes: %d, of which %d are not known.", v.Nodes, v.Unknown), g); err != nil || len(v.Outliers) == 0 {
		return err
	}
	g = &grid{head: []string{"NODE", "PROPERTY", "FOUND", "ALLOWED", "FOR", ""}, right: make([]bool, 6)}
	for _, o := range v.Outliers {
		of, note := o.Path, ""
		if of == "" {
			of = "all"
		}
		if o.Blocks {
			note = "gets no new workers"
		}
		g.rows = append(g.rows, []cell{
			plain(printable(o.Node)), plain(o.Property), {printable(o.Found), "1;31"}, plain(printable(o.Allowed)), plain(printable(of)), plain(note),
		})
	}
	return printTable(c.out, "", g)
}
