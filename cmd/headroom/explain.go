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
	cmd := app.Command("explain", "Print the arithmetic behind a row (row:PATH), an order line (order:PATH) or both (PATH).")
	c := addClient(cmd)
	id := cmd.Arg("id", "What to explain.").Required().String()
	cmd.Action(func(*kingpin.ParseContext) error { return c.explain(*id) })
}

func (c *client) explain(id string) error {
	var e analytics.Explanation
	if err := c.get("explain", url.Values{"id": {id}}, &e); err != nil {
		return err
	}
	_, err := fmt.Fprint(c.out, explanation(&e))
	return err
}

// explanation sets out the steps, each with its formula, the same with numbers,
// and the values that it read.
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
	return b.String()
}
