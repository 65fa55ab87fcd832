package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/pool"
)

// orderCommand is what a person orders of a node, a service or a worker.
type orderCommand struct {
	*client
	of      string // the node, the module or the worker
	action  string
	mode    string
	lasts   time.Duration // of a hold; 0: until it is released
	workers int
	reason  string
}

// orderBody is an order as the API takes it.
type orderBody struct {
	Action  string     `json:"action"`
	Mode    string     `json:"mode,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Workers int        `json:"workers,omitempty"`
	Who     string     `json:"who"`
	Reason  string     `json:"reason"`
}

func addNodeOrders(parent *kingpin.CmdClause) {
	for _, o := range []struct{ action, help string }{
		{"cordon", "Keep new workers from a machine."},
		{"drain", "Have a machine's workers replaced elsewhere, each stopped once the other one serves."},
		{"open", "Take cordon and drain back."},
	} {
		cmd, c := addOrder(parent, o.action, o.help, "node")
		c.addReason(cmd)
		cmd.Action(func(*kingpin.ParseContext) error { return c.orderNode() })
	}
	gone, f := addOrder(parent, "forget", "Remove a machine that is lost, with its workers.", "node")
	gone.Action(func(*kingpin.ParseContext) error { return f.forget() })
	again, r := addOrder(parent, "restart", "Have its machine restart a worker.", "worker")
	again.Action(func(*kingpin.ParseContext) error { return r.restart() })
}

func addServiceOrders(parent *kingpin.CmdClause) {
	add := func(action, help string) (*kingpin.CmdClause, *orderCommand) {
		cmd, c := addOrder(parent, action, help, "module")
		c.addReason(cmd)
		cmd.Action(func(*kingpin.ParseContext) error { return c.orderService(time.Now()) })
		return cmd, c
	}
	cmd, c := add("mode", "Say whether decisions about a service are carried out.")
	cmd.Arg("mode", "apply, recommend, or configured: as the server's configuration has it.").Required().EnumVar(&c.mode, "apply", "recommend", "configured")
	cmd, c = add("hold", "Keep the number of a service's workers as it is; lost ones are replaced.")
	cmd.Flag("for", "How long, as 2h (default: until it is released).").DurationVar(&c.lasts)
	add("release", "Take a hold back.")
	cmd, c = add("workers", "Ask for a number of workers instead of the policy's.")
	cmd.Arg("number", "How many; 0: the policy's again.").Required().IntVar(&c.workers)
	add("retire", "Stop all workers of a service that is no longer configured.")
}

// addOrder adds a command that orders something of a node, module or worker.
func addOrder(parent *kingpin.CmdClause, action, help, of string) (*kingpin.CmdClause, *orderCommand) {
	cmd := parent.Command(action, help)
	c := &orderCommand{client: addClient(cmd), action: action}
	cmd.Arg(of, "As the lists have it.").Required().StringVar(&c.of)
	return cmd, c
}

func (c *orderCommand) addReason(cmd *kingpin.CmdClause) {
	cmd.Flag("reason", "A sentence for the others, kept with who ordered it.").StringVar(&c.reason)
}

// body is the order at a time.
func (c *orderCommand) body(now time.Time) orderBody {
	b := orderBody{Action: c.action, Mode: c.mode, Workers: c.workers, Who: me(), Reason: c.reason}
	if c.mode == "configured" {
		b.Mode = ""
	}
	if c.lasts != 0 {
		until := now.Add(c.lasts)
		b.Until = &until
	}
	return b
}

func (c *orderCommand) orderNode() error {
	var n pool.Node
	if err := c.post("nodes/"+url.PathEscape(c.of)+"/orders", nil, c.body(time.Time{}), &n); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, nodeText(&n))
	return err
}

func (c *orderCommand) forget() error {
	if err := c.post("nodes/"+url.PathEscape(c.of)+"/orders", nil, c.body(time.Time{}), &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s is forgotten. It joins anew when its daemon syncs.\n", printable(c.of))
	return err
}

func (c *orderCommand) restart() error {
	if err := c.post("workers/"+url.PathEscape(c.of)+"/restart", nil, struct{}{}, &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s will be restarted by its node.\n", printable(c.of))
	return err
}

func (c *orderCommand) orderService(now time.Time) error {
	if c.lasts < 0 {
		return fmt.Errorf("--for: want a length of time as 2h, got %v", c.lasts)
	}
	var s serviceLine
	if err := c.post("services/"+url.PathEscape(c.of)+"/orders", nil, c.body(now), &s); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.out, s.text())
	return err
}
