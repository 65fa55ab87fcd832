package main

import (
	"net/url"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/request"
)

// decideCommand is what a person does with a request.
type decideCommand struct {
	*client
	order request.Order
}

func addRequestOrders(parent *kingpin.CmdClause) {
	for _, o := range []struct{ action, help string }{
		{"approve", "Approve a request."},
		{"reject", "Reject a request."},
		{"comment", "Say something about a request."},
		{"cancel", "Take a request back."},
		{"done", "Say that what was approved is delivered."},
		{"deliver", "Name the machines that have come; a flow takes them over, if there is one."},
	} {
		cmd := parent.Command(o.action, o.help)
		c := &decideCommand{client: addClient(cmd), order: request.Order{Action: o.action, Who: me()}}
		cmd.Arg("id", "The request's id, as R12.").Required().StringVar(&c.order.ID)
		if o.action == "deliver" {
			cmd.Arg("node", "The machines' names.").Required().StringsVar(&c.order.Nodes)
		}
		why := cmd.Flag("why", "A sentence, kept with who did it.")
		if o.action == "reject" || o.action == "comment" || o.action == "done" {
			why = why.Required()
		}
		why.StringVar(&c.order.Why)
		cmd.Action(func(*kingpin.ParseContext) error { return c.run() })
	}
}

func (c *decideCommand) run() error {
	var r request.Request
	if err := c.post("requests/"+url.PathEscape(c.order.ID), nil, &c.order, &r); err != nil {
		return err
	}
	return printRequest(c.out, &r)
}
