package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/request"
)

// askCommand asks for something: "request machines", "request access" and so on.
type askCommand struct {
	*client
	ask   request.Ask
	draft bool // only show the form

	devices int           // 0: as the draft has it
	lasts   time.Duration // of a role
	inputs  []string
}

func addAsks(parent *kingpin.CmdClause) {
	cmd, c := addAsk(parent, request.KindMachines, "Ask for machines; what is left out is filled in from the forecast.")
	c.ask.Machines = &request.Machines{}
	cmd.Arg("module", "The module's id, as Qzone/WNS/dispatch/SET_W13.").Required().StringVar(&c.ask.Machines.Module)
	cmd.Flag("devices", "How many (default: as many as the forecast asks for).").IntVar(&c.devices)
	cmd.Flag("type", "Their type (default: the forecast's).").StringVar(&c.ask.Machines.DeviceType)
	cmd.Flag("by", "The day by which they are needed, as 2026-12-24 (default: when the lead time is over).").StringVar(&c.ask.Machines.NeededBy)
	cmd.Flag("node", "A machine that is to be used; repeat it for each. Without any they are still to come.").StringsVar(&c.ask.Machines.Nodes)

	cmd, c = addAsk(parent, request.KindBusiness, "Ask for a place in the pool for a new module.")
	b := &request.Business{}
	c.ask.Business = b
	cmd.Arg("module", "The id that it shall have.").Required().StringVar(&b.Module)
	cmd.Flag("command", "A word of the workers' command; repeat it for each.").StringsVar(&b.Command)
	cmd.Flag("image", "The workers' image, instead of a command.").StringVar(&b.Image)
	cmd.Flag("user", "That they run as.").StringVar(&b.User)
	cmd.Flag("min", "Workers at the least.").IntVar(&b.Minimum)
	cmd.Flag("max", "Workers at most.").IntVar(&b.Maximum)
	cmd.Flag("cpu", "Percent of a node's cores for all its workers.").Float64Var(&b.CPUPercent)
	cmd.Flag("memory", "Of all its workers on a node, as 2GiB.").StringVar(&b.Memory)
	cmd.Flag("proxy", "A proxy that they serve behind; repeat it for each.").StringsVar(&b.Proxies)
	cmd.Flag("port-from", "First port that they may listen on.").IntVar(&b.PortFrom)
	cmd.Flag("port-to", "The last one.").IntVar(&b.PortTo)

	cmd, c = addAsk(parent, request.KindAccess, "Ask for a role on a part of the business tree.")
	a := &request.Access{}
	c.ask.Access = a
	cmd.Arg("role", "viewer, operator or admin.").Required().EnumVar(&a.Role, "viewer", "operator", "admin")
	cmd.Arg("path", "The node of the business tree (default: all of it).").StringVar(&a.Path)
	cmd.Flag("for", "Who shall have it (default: who asks).").StringVar(&a.Subject)
	cmd.Flag("lasts", "How long, as 720h.").Default("720h").DurationVar(&c.lasts)

	cmd, c = addAsk(parent, request.KindChange, "Ask for the run of a flow.")
	c.ask.Change = &request.Change{}
	cmd.Arg("flow", "The flow's name.").Required().StringVar(&c.ask.Change.Flow)
	cmd.Flag("input", "An input as name=value; a list as a,b, and anything else as JSON.").Short('i').StringsVar(&c.inputs)
}

// addAsk adds a command that asks for something of a kind.
func addAsk(parent *kingpin.CmdClause, kind request.Kind, help string) (*kingpin.CmdClause, *askCommand) {
	cmd := parent.Command(string(kind), help)
	c := &askCommand{client: addClient(cmd), ask: request.Ask{Kind: kind, Who: me()}}
	cmd.Flag("why", "A sentence for those who approve it.").StringVar(&c.ask.Why)
	if kind == request.KindMachines {
		cmd.Flag("draft", "Only show the form and what the rules say of it.").BoolVar(&c.draft)
	}
	cmd.Action(func(*kingpin.ParseContext) error { return c.run(time.Now()) })
	return cmd, c
}

func (c *askCommand) run(now time.Time) error {
	if err := c.fill(now); err != nil || c.draft {
		return err
	}
	var r request.Request
	if err := c.post("requests", nil, &c.ask, &r); err != nil {
		return err
	}
	return printRequest(c.out, &r)
}

// fill sets what was left out.
func (c *askCommand) fill(now time.Time) error {
	switch {
	case c.ask.Machines != nil:
		return c.fillMachines()
	case c.ask.Access != nil:
		c.ask.Access.Until = now.Add(c.lasts).Truncate(time.Second)
	case c.ask.Change != nil:
		inputs, err := named("--input", c.inputs)
		c.ask.Change.Inputs = inputs
		return err
	}
	return nil
}

// fillMachines takes from the draft what the command does not say, and shows it.
func (c *askCommand) fillMachines() error {
	m := c.ask.Machines
	var d request.Draft
	if err := c.get("requests/draft", url.Values{"kind": {"machines"}, "module": {m.Module}}, &d); err != nil {
		return err
	}
	if m.Devices = c.devices; m.Devices == 0 {
		m.Devices = d.Machines.Devices
		if len(m.Nodes) > 0 {
			m.Devices = len(m.Nodes)
		}
	}
	if m.NeededBy == "" {
		m.NeededBy = d.Machines.NeededBy
	}
	if m.DeviceType == "" {
		m.DeviceType = d.Machines.DeviceType
	}
	if !c.draft {
		return nil
	}
	lines := []string{fmt.Sprintf("%d machines for %s by %s", m.Devices, printable(m.Module), m.NeededBy)}
	lines = append(lines, forecastLines(d.Machines)...)
	lines = append(lines, checkLines(d.Checks)...)
	lines = append(lines, "approved by: "+approversText(d.Approvers))
	if d.Rule != "" {
		lines = append(lines, "would be "+printable(d.Rule))
	}
	_, err := fmt.Fprintln(c.out, strings.Join(lines, "\n"))
	return err
}
