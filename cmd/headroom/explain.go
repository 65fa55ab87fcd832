package main

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
)

// addExplain adds "explain ID".
func addExplain(app *kingpin.Application) {
	cmd := app.Command("explain", "Print the arithmetic behind a row (row:PATH), an order line (order:PATH) or both (PATH), "+
		"now or at a past time (row:PATH@2026-11-22T21:05, order:PATH@2026-11-01), behind a line of a report (report:2026-11/PATH), or behind a past forecast (forecast:2026-11-27/peak/12:00/PATH); "+
		"how the number of a service's workers was decided (scale:MODULE, scale:MODULE@TIME) and why a node has its workers (node:NAME); "+
		"what happened to an alarm, a heal, a mute or a request and why (alarm:ID, heal:ID, mute:ID, request:ID); "+
		"and what a run of a flow or one of its steps did, with which inputs and from where (run:ID, run:ID/STEP).")
	c := addClient(cmd)
	id := cmd.Arg("id", "What to explain.").Required().String()
	var model string
	addModel(cmd, &model)
	cmd.Action(func(*kingpin.ParseContext) error { return c.explain(*id, model) })
}

// addModel adds the choice of a model.
func addModel(cmd *kingpin.CmdClause, model *string) {
	cmd.Flag("model", "The model whose numbers to show, calibrated or classic (default: the server's).").StringVar(model)
}

func (c *client) explain(id, model string) error {
	params := url.Values{"id": {id}}
	if model != "" {
		params.Set("model", model)
	}
	var e analytics.Explanation
	if err := c.get("explain", params, &e); err != nil {
		return err
	}
	_, err := fmt.Fprint(c.out, explanation(&e))
	return err
}

// explanation sets out the steps, each with its formula, the same with numbers,
// and the values that it read; and ids that explain more.
func explanation(e *analytics.Explanation) string {
	var b strings.Builder
	b.WriteString(printable(e.Title) + "\n")
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "\n%s = %s\n", printable(s.Name), printable(s.Result))
		for _, line := range []string{s.Formula, s.Numbers} {
			if line != "" {
				b.WriteString("    " + printable(line) + "\n")
			}
		}
		for _, in := range s.Inputs {
			b.WriteString("      " + printable(in) + "\n")
		}
	}
	if len(e.Related) > 0 {
		b.WriteString("\nrelated: " + printable(strings.Join(e.Related, "  ")) + "\n")
	}
	return b.String()
}
