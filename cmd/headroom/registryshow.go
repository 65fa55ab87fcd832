package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/storage/fleet"
)

// registryCommand is "registry [PATH]", "registry show ID" and "registry set ID".
type registryCommand struct {
	*client
	path, search string
	limit        int
	json         bool
	conflicts    bool
	facts, back  []string
	why          string
}

func addRegistry(app *kingpin.Application) {
	cmd := app.Command("registry", "Facts of modules: owner, level, runbook, dependencies and others.")

	sub := cmd.Command("list", "Print what is known of modules, and how the sources of it do.").Default()
	list := &registryCommand{client: addClient(sub)}
	sub.Arg("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&list.path)
	sub.Flag("search", "Only nodes in whose id or facts this text is.").StringVar(&list.search)
	sub.Flag("conflicts", "Print what the sources do not agree about, and odd dependencies.").BoolVar(&list.conflicts)
	sub.Flag("limit", "Show so many.").Default("200").IntVar(&list.limit)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&list.json)
	sub.Action(func(*kingpin.ParseContext) error { return list.list() })

	sub = cmd.Command("show", "Print all that is known of a node, from where, and its runbook.")
	one := &registryCommand{client: addClient(sub)}
	sub.Arg("id", "The node, as Qzone/WNS/dispatch.").Required().StringVar(&one.path)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&one.json)
	sub.Action(func(*kingpin.ParseContext) error { return one.show() })

	sub = cmd.Command("set", "Set facts of a node, before all that sources say.")
	set := &registryCommand{client: addClient(sub)}
	sub.Arg("id", "The node.").Required().StringVar(&set.path)
	sub.Arg("fact", `As owner=ann, level=1 or limits.max_workers=40; items of lists with commas between them; owner= says that there is none.`).StringsVar(&set.facts)
	sub.Flag("back", "Take back a fact that a person set, so that sources count again; may be given again.").StringsVar(&set.back)
	sub.Flag("why", "A sentence for the others.").StringVar(&set.why)
	sub.Action(func(*kingpin.ParseContext) error { return set.set() })
}

type registryPage struct {
	Sources []struct {
		Name, Kind, State, Problem string
		Nodes                      int
		Age                        *float64 `json:"age_seconds"`
	} `json:"sources"`
	Nodes []struct {
		fleet.Facts
		InTree    bool `json:"in_tree"`
		Conflicts int  `json:"conflicts"`
	} `json:"nodes"`
	More      bool `json:"more"`
	Conflicts int  `json:"conflicts"`
	Faults    int  `json:"faults"`
}

func (c *registryCommand) list() error {
	path, params := "registry", filters("path", c.path, "q", c.search, "limit", strconv.Itoa(c.limit))
	if c.conflicts {
		ask := func(data any) error { return c.get("registry/conflicts", params, data) }
		return show(c.client, c.json, ask, func(p *conflictPage) error { return p.print(c.out) })
	}
	ask := func(data any) error { return c.get(path, params, data) }
	return show(c.client, c.json, ask, func(p *registryPage) error { return p.print(c.out) })
}

var sourceColors = map[string]string{"ok": "32", "stale": "33", "failed": "1;31"}

func (p *registryPage) print(w io.Writer) error {
	sources := &grid{head: []string{"SOURCE", "KIND", "STATE", "NODES", "READ", "PROBLEM"}, right: []bool{false, false, false, true, true, false}}
	for _, s := range p.Sources {
		problem, _, _ := strings.Cut(s.Problem, "\n")
		if n := strings.Count(s.Problem, "\n"); n > 0 {
			problem += fmt.Sprintf(" (and %d more)", n)
		}
		sources.rows = append(sources.rows, []cell{
			plain(printable(s.Name)), plain(s.Kind), {s.State, sourceColors[s.State]}, plain(strconv.Itoa(s.Nodes)), plain(readAgo(s.Age)), plain(printable(problem)),
		})
	}
	if err := sources.print(w, terminal(w)); err != nil {
		return err
	}
	nodes := &grid{head: []string{"PATH", "OWNER", "LEVEL", "RUNBOOK", "DEPENDS ON", "NOTES"}, right: make([]bool, 6)}
	for _, n := range p.Nodes {
		id := printable(n.ID)
		if !n.InTree {
			id += " (no load)"
		}
		if n.Conflicts > 0 {
			id += fmt.Sprintf(" (%s)", howMany(n.Conflicts, "conflict"))
		}
		notes, _, _ := strings.Cut(n.Notes, "\n")
		nodes.rows = append(nodes.rows, []cell{
			plain(id), plain(dashed(n.Owner)), plain(dashed(n.Level)), plain(dashed(n.Runbook)), plain(dashed(strings.Join(n.Dependencies, ", "))), plain(printable(notes)),
		})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := nodes.print(w, terminal(w)); err != nil {
		return err
	}
	return p.remarks(w)
}

// remarks tells what is not in the table.
func (p *registryPage) remarks(w io.Writer) (err error) {
	if p.More {
		_, err = fmt.Fprintln(w, "There are more: --limit shows more.")
	}
	if err == nil && p.Conflicts+p.Faults > 0 {
		_, err = fmt.Fprintf(w, "\n%s, %s: headroom registry --conflicts\n", howMany(p.Conflicts, "conflict"), howMany(p.Faults, "odd dependency"))
	}
	return err
}

func howMany(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		what = stem + "ie"
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func dashed(text string) string {
	if text == "" {
		return "–"
	}
	return printable(text)
}

func readAgo(seconds *float64) string {
	if seconds == nil {
		return "never"
	}
	return model.Duration(time.Duration(*seconds)*time.Second).String() + " ago"
}

type factLine struct{ Field, Value, Source, From, Where, By, Commit, Why string }

// origin says where a fact is from.
func (f *factLine) origin(id string) string {
	text := f.Source
	if f.Where != "" {
		text += ", " + f.Where
	}
	if f.By != "" {
		text += ", by " + f.By
	}
	if f.From != id {
		text += ", of " + f.From
	}
	return printable(text)
}

type conflictPage struct {
	Conflicts []conflictLine `json:"conflicts"`
	Faults    []struct{ ID, Problem string }
	More      bool
}

type conflictLine struct {
	ID, Field string
	Values    []factLine
}

func (p *conflictPage) print(w io.Writer) error {
	if len(p.Conflicts)+len(p.Faults) == 0 {
		_, err := fmt.Fprintln(w, "The sources agree, and all dependencies are known.")
		return err
	}
	g := &grid{head: []string{"PATH", "FACT", "VALUE", "", "SAID BY"}, right: make([]bool, 5)}
	for _, o := range p.Conflicts {
		for i, v := range o.Values {
			counts := ""
			if i == 0 {
				counts = "counts"
			}
			g.rows = append(g.rows, []cell{plain(printable(o.ID)), plain(o.Field), plain(dashed(oneLine(v.Value))), plain(counts), plain(v.origin(o.ID))})
		}
	}
	for _, f := range p.Faults {
		g.rows = append(g.rows, []cell{plain(printable(f.ID)), plain("dependencies"), plain(printable(f.Problem)), plain(""), plain("")})
	}
	return printNewest(w, g, p.More, "")
}

// oneLine writes the value of a fact in one line.
func oneLine(value string) string { return strings.ReplaceAll(value, "\n", ", ") }

type registryAnswer struct {
	Facts     fleet.Facts
	InTree    bool `json:"in_tree"`
	Values    []factLine
	Runbook   *struct{ URL, File, Text, Problem string }
	Callers   []string
	Conflicts []conflictLine
	Faults    []struct{ ID, Problem string }
}

func (c *registryCommand) show() error {
	ask := func(data any) error { return c.get("registry/"+url.PathEscape(c.path), nil, data) }
	return show(c.client, c.json, ask, func(a *registryAnswer) error { return a.print(c.out) })
}

func (a *registryAnswer) print(w io.Writer) error {
	g := &grid{head: []string{"FACT", "VALUE", "FROM"}, right: make([]bool, 3)}
	for _, v := range a.Values {
		g.rows = append(g.rows, []cell{plain(v.Field), plain(printable(oneLine(v.Value))), plain(v.origin(a.Facts.ID))})
	}
	if len(a.Callers) > 0 {
		g.rows = append(g.rows, []cell{plain("called by"), plain(printable(strings.Join(a.Callers, ", "))), plain("")})
	}
	for _, o := range a.Conflicts {
		for _, v := range o.Values[1:] {
			g.rows = append(g.rows, []cell{{o.Field + ", overruled", "33"}, plain(dashed(oneLine(v.Value))), plain(v.origin(o.ID))})
		}
	}
	for _, f := range a.Faults {
		g.rows = append(g.rows, []cell{{"odd", "33"}, plain(printable(f.Problem)), plain("")})
	}
	if len(g.rows) == 0 {
		_, err := fmt.Fprintf(w, "Nothing is known of %s. Set something by: headroom registry set %s owner=NAME\n", printable(a.Facts.ID), printable(a.Facts.ID))
		return err
	}
	if err := g.print(w, terminal(w)); err != nil {
		return err
	}
	return a.runbook(w)
}

func (a *registryAnswer) runbook(w io.Writer) (err error) {
	if r := a.Runbook; r != nil && r.Text != "" {
		_, err = fmt.Fprintf(w, "\n%s:\n\n%s\n", printable(r.File), printableLines(strings.TrimSpace(r.Text)))
	} else if r != nil && r.Problem != "" {
		_, err = fmt.Fprintf(w, "\n%s\n", printable(r.Problem))
	}
	return err
}

// printableLines is printable for a text of many lines.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = printable(strings.ReplaceAll(strings.TrimSuffix(lines[i], "\r"), "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

func (c *registryCommand) set() error {
	fields := map[string]any{}
	for _, fact := range c.facts {
		name, value, ok := strings.Cut(fact, "=")
		if !ok {
			return fmt.Errorf("want a fact as owner=ann, got %q", fact)
		}
		fields[name] = value
		if fleet.IsList(name) {
			fields[name] = strings.Split(value, ",")
		}
	}
	for _, name := range c.back {
		fields[name] = nil
	}
	body, err := json.Marshal(map[string]any{"fields": fields, "who": me(), "why": c.why})
	if err != nil {
		return err
	}
	var a registryAnswer
	if err := c.ask(http.MethodPut, "registry/"+url.PathEscape(c.path), nil, body, &a); err != nil {
		return err
	}
	return a.print(c.out)
}
