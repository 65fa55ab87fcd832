package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"go.yaml.in/yaml/v3"

	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
)

// flowCommand is "flow list", "flow show NAME" and "flow start NAME".
type flowCommand struct {
	*client
	name   string
	json   bool
	yaml   bool
	start  flow.Start
	given  []string // of inputs, as name=value
	fixed  []string // of constants, likewise
	follow bool
}

func addFlow(app *kingpin.Application) {
	cmd := app.Command("flow", "Changes as rows of steps: which there are, and start one.")

	sub := cmd.Command("list", "Print the flows that can be started, and those with faults.").Default()
	list := &flowCommand{client: addClient(sub)}
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&list.json)
	sub.Action(func(*kingpin.ParseContext) error { return list.list() })

	sub = cmd.Command("show", "Print a flow: its inputs and its steps.")
	one := &flowCommand{client: addClient(sub)}
	sub.Arg("name", "As the list has it.").Required().StringVar(&one.name)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&one.json)
	sub.Flag("yaml", "Print the document as it is written.").BoolVar(&one.yaml)
	sub.Action(func(*kingpin.ParseContext) error { return one.show() })

	sub = cmd.Command("start", "Start a run of a flow.")
	start := &flowCommand{client: addClient(sub)}
	sub.Arg("name", "As the list has it.").Required().StringVar(&start.name)
	sub.Flag("input", "An input as name=value; a list as a,b, and anything else as JSON. @FILE reads the value, of YAML or JSON.").Short('i').StringsVar(&start.given)
	sub.Flag("constant", "A constant in the place of the flow's, likewise.").StringsVar(&start.fixed)
	sub.Flag("why", "A sentence for the others, kept with who started it.").StringVar(&start.start.Why)
	sub.Flag("window", "Maintenance window in which it may begin; outside it waits for the next one.").StringVar(&start.start.Window)
	sub.Flag("once", "Words that name what it is about: a second start with the same ones returns the first one's run.").StringVar(&start.start.Once)
	sub.Flag("dry-run", "Only say what would happen.").BoolVar(&start.start.Dry)
	sub.Flag("watch", "Print each step as it goes on, until the run is over. Exits 1 if it failed.").BoolVar(&start.follow)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&start.json)
	sub.Action(func(*kingpin.ParseContext) error { return start.begin() })
}

// flowLine is a flow in the list, and flowWhole one alone.
type flowLine struct {
	Name, Title, Description, Source string
	Inputs                           []document.Input
	Faults                           []struct {
		Line         int
		Key, Problem string
	}
}

type flowWhole struct {
	flowLine
	Document *document.Flow
	Text     string
}

func (c *flowCommand) list() error {
	ask := func(data any) error { return c.get("flows", nil, data) }
	return show(c.client, c.json, ask, func(all *[]flowLine) error { return printFlows(c.out, *all) })
}

func printFlows(w io.Writer, all []flowLine) error {
	g := &grid{head: []string{"FLOW", "TITLE", "SOURCE", "INPUTS"}, right: make([]bool, 4)}
	for _, f := range all {
		inputs := plain(printable(strings.Join(inputWords(f.Inputs), " ")))
		if n := len(f.Faults); n > 0 {
			inputs = cell{fmt.Sprintf("cannot be started, faults: %d", n), "1;31"}
		}
		g.rows = append(g.rows, []cell{plain(printable(f.Name)), plain(printable(f.Title)), plain(printable(f.Source)), inputs})
	}
	return printNewest(w, g, false, "No flows.")
}

// inputWords name the inputs, those in brackets that need not be given.
func inputWords(inputs []document.Input) []string {
	words := make([]string, len(inputs))
	for i, in := range inputs {
		words[i] = "[" + in.Name + "]"
		if in.Required {
			words[i] = in.Name
		}
	}
	return words
}

func (c *flowCommand) show() error {
	ask := func(data any) error { return c.get("flows/"+url.PathEscape(c.name), nil, data) }
	return show(c.client, c.json, ask, func(f *flowWhole) error {
		if c.yaml {
			_, err := fmt.Fprint(c.out, printableLines(f.Text))
			return err
		}
		return printFlow(c.out, f)
	})
}

func (c *flowCommand) begin() (err error) {
	if c.start.Inputs, err = named("--input", c.given); err != nil {
		return err
	}
	if c.start.Constants, err = named("--constant", c.fixed); err != nil {
		return err
	}
	c.start.Who = me()
	r := &runCommand{client: c.client}
	ask := func(data any) error { return c.post("flows/"+url.PathEscape(c.name)+"/runs", nil, c.start, data) }
	return show(c.client, c.json, ask, func(run *flow.Run) error {
		switch {
		case c.follow && !c.start.Dry:
			r.run = run.ID
			return r.watch()
		case c.start.Dry:
			return printRun(c.out, run)
		}
		_, err := fmt.Fprintf(c.out, "%s\nWatch it by: headroom run watch %s\n", runWords(run), run.ID)
		return err
	})
}

// named reads name=value pairs.
func named(flag string, pairs []string) (map[string]any, error) {
	values := map[string]any{}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s: want name=value, got %q", flag, pair)
		}
		if _, twice := values[name]; twice {
			return nil, fmt.Errorf("%s: %s is given twice; a list is written as %s=a,b", flag, name, name)
		}
		v, err := valueOf(text)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, name, err)
		}
		values[name] = v
	}
	return values, nil
}

// valueOf reads a value: JSON for lists and maps, the content of a file after @, or a
// text, which the server makes a number or list of if the flow wants one.
func valueOf(text string) (any, error) {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return v, nil
	}
	if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		if !json.Valid([]byte(text)) {
			return nil, errors.New("it begins as JSON does, and is none")
		}
		return json.RawMessage(text), nil
	}
	return text, nil
}
