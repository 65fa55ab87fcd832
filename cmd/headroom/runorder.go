package main

import (
	"fmt"
	"net/url"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/flow"
)

func addRunOrders(parent *kingpin.CmdClause) {
	for _, o := range []struct {
		action, help string
		needsWhy     bool
	}{
		{"retry", "Call a step's tool again, after it has failed.", false},
		{"skip", "Go on without a step that has failed.", true},
		{"approve", "Say yes to a step that asks.", false},
		{"reject", "Say no to a step that asks.", true},
	} {
		sub, c := addRunOrder(parent, o.action, o.help, o.needsWhy)
		sub.Arg("step", "Its path, as the run has it: install, or roll[2]/stop.").Required().StringVar(&c.step)
		sub.Flag("attempt", "The newest attempt that you saw: if there is another one meanwhile, nothing is done.").IntVar(&c.order.Attempt)
		if o.action == "retry" {
			sub.Flag("input", "Another input of the tool, as name=value; see flow start.").Short('i').StringsVar(&c.given)
		}
	}
	addRunOrder(parent, "pause", "Begin no other step; those under way still end.", false)
	addRunOrder(parent, "resume", "Go on with a run that was paused.", false)
	sub, c := addRunOrder(parent, "cancel", "End a run.", true)
	sub.Flag("undo", "Undo what it has done, the newest first.").BoolVar(&c.order.Undo)
	sub, c = addRunOrder(parent, "constants", "Change constants of a run, for steps that begin from now on.", false)
	sub.Arg("constant", "As name=value.").Required().StringsVar(&c.given)
}

// addRunOrder adds a command that orders something of a run.
func addRunOrder(parent *kingpin.CmdClause, action, help string, needsWhy bool) (*kingpin.CmdClause, *runCommand) {
	sub, c := addOfRun(parent, action, help)
	c.order.Action = action
	why := sub.Flag("why", "A sentence for the others, kept with who did it.")
	if needsWhy {
		why = why.Required()
	}
	why.StringVar(&c.order.Why)
	sub.Action(func(*kingpin.ParseContext) error { return c.send() })
	return sub, c
}

// send asks the server for what was ordered.
func (c *runCommand) send() (err error) {
	path := "runs/" + url.PathEscape(c.run)
	if c.step != "" {
		path = c.stepPath()
	}
	values, err := named("--input", c.given)
	if err != nil {
		return err
	}
	if c.order.Action == "constants" {
		c.order.Constants = values
	} else {
		c.order.Inputs = values
	}
	c.order.Who = me()
	var r flow.Run
	if err := c.post(path, nil, c.order, &r); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, runWords(&r))
	return err
}
