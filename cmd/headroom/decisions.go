package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler"
)

// decisionsCommand is "decisions [PATH]".
type decisionsCommand struct {
	*client
	newest
	path, direction string
	minute          bool // the last one, whole
}

func addDecisions(app *kingpin.Application) {
	cmd := app.Command("decisions", "Print what was decided of the numbers of workers, the newest first; explain ID tells how.")
	c := &decisionsCommand{client: addClient(cmd)}
	cmd.Arg("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&c.path)
	cmd.Flag("newest", "Those of the last minute, those too that changed nothing.").BoolVar(&c.minute)
	cmd.Flag("direction", "Only those that went this way.").EnumVar(&c.direction, "out", "in", "hold")
	c.addFlags(cmd, "those decided")
	cmd.Action(func(*kingpin.ParseContext) error { return c.list(time.Now()) })
}

func (c *decisionsCommand) params(now time.Time) (url.Values, error) {
	if c.minute {
		return filters("newest", "true", "path", c.path, "direction", c.direction), nil
	}
	return c.newest.params(now, map[string]string{"path": c.path, "direction": c.direction})
}

type decisionPage struct {
	Decisions []scaler.Record
	More      bool
}

func (c *decisionsCommand) list(now time.Time) error {
	params, err := c.params(now)
	if err != nil {
		return err
	}
	ask := func(data any) error { return c.get("decisions", params, data) }
	return show(c.client, c.json, ask, func(p *decisionPage) error { return p.print(c.out, c.none()) })
}

// none says what to do when there are no decisions.
func (c *decisionsCommand) none() string {
	if c.minute {
		return "Nothing was decided of the last minute. What is decided about: services in the server's configuration, " +
			"and modules whose processes report headroom_busy_seconds_total."
	}
	return "No decisions in that time. --newest shows the last minute, what stays as it is too; --since looks further back."
}

func (p *decisionPage) print(w io.Writer, none string) error {
	g := &grid{
		head:  []string{"DECIDED", "WAY", "WORKERS", "BUSY", "MODE", "LIMITS", "ID", "REASON"},
		right: []bool{false, false, true, true, false, false, false, false},
	}
	for i := range p.Decisions {
		d := &p.Decisions[i]
		reason := d.Reason
		if d.Short != "" {
			reason += " The pool could not place all: " + d.Short
		}
		g.rows = append(g.rows, []cell{
			plain(d.At.Format("01-02 15:04")), {string(d.Direction), directionColors[string(d.Direction)]}, plain(fmt.Sprintf("%d → %d", d.Current, d.Desired)),
			plain(busy(d)), plain(string(d.Mode)), plain(capped(d)), plain(printable(d.ID)), plain(printable(reason)),
		})
	}
	return printNewest(w, g, p.More, none)
}

var directionColors = map[string]string{"out": "33", "in": "32"}

// capped names what changed the number that was wanted, each with what it made of it.
func capped(d *scaler.Record) string {
	var all []string
	for _, c := range d.Caps {
		all = append(all, fmt.Sprintf("%s %d → %d", c.By, c.From, c.To))
	}
	if len(all) == 0 {
		return "–"
	}
	return printable(strings.Join(all, ", "))
}
