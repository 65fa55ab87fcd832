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
)

// alarmsCommand is "alarms [PATH]", "alarms ack ID" and "alarms unack ID".
type alarmsCommand struct {
	*client
	newest
	path, outcome, kind, search string
	id, reason                  string
	lasts, until                string
	open, all                   bool
}

func addAlarms(app *kingpin.Application) {
	cmd := app.Command("alarms", "Alarms and what became of them.")

	sub := cmd.Command("list", "Print alarms, the newest first; explain alarm:ID tells the whole way of one.").Default()
	list := &alarmsCommand{client: addClient(sub)}
	sub.Arg("path", "Only those of this node of the business tree and below, as Qzone/WNS.").StringVar(&list.path)
	sub.Flag("open", "Only those to which something may still happen.").BoolVar(&list.open)
	sub.Flag("all", "Those that are part of a common cause, too.").BoolVar(&list.all)
	sub.Flag("outcome", "Only those that came out so: waiting, folded, muted, healed, resolved or notified.").StringVar(&list.outcome)
	sub.Flag("kind", "Only those with this alertname.").StringVar(&list.kind)
	sub.Flag("search", "Only those in whose text this is.").StringVar(&list.search)
	list.addFlags(sub, "those received")
	sub.Action(func(*kingpin.ParseContext) error { return list.list(time.Now()) })

	sub = cmd.Command("stats", "Print how many alarms there were, by how they came out.")
	stats := &alarmsCommand{client: addClient(sub)}
	sub.Arg("path", "Only those of this node of the business tree and below.").StringVar(&stats.path)
	stats.addSince(sub, "those received")
	sub.Action(func(*kingpin.ParseContext) error { return stats.stats(time.Now()) })

	sub = cmd.Command("told", "Print what was told to whom, or could not be, the newest first.")
	told := &alarmsCommand{client: addClient(sub)}
	told.addFlags(sub, "what was told")
	sub.Action(func(*kingpin.ParseContext) error { return told.told(time.Now()) })

	sub = cmd.Command("ack", "Take an alarm on: it is not repeated any more.")
	ack := &alarmsCommand{client: addClient(sub)}
	sub.Arg("id", "The alarm's id, as in the list.").Required().StringVar(&ack.id)
	sub.Flag("reason", "A sentence for the others.").StringVar(&ack.reason)
	sub.Flag("for", "For how long, as 2h; then it is told again if it still fires. Default: until it is over.").StringVar(&ack.lasts)
	sub.Flag("until", "Until when, as 2026-11-30T09:00:00+08:00.").StringVar(&ack.until)
	sub.Action(func(*kingpin.ParseContext) error { return ack.ack() })

	sub = cmd.Command("unack", "Give an alarm back that somebody has taken on: if it still fires, whoever was told is told again.")
	back := &alarmsCommand{client: addClient(sub)}
	sub.Arg("id", "The alarm's id, as in the list.").Required().StringVar(&back.id)
	sub.Flag("reason", "A sentence for the others.").StringVar(&back.reason)
	sub.Action(func(*kingpin.ParseContext) error { return back.unack() })
}

type alarmLine struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	Severity   string            `json:"severity"`
	Labels     map[string]string `json:"labels"`
	Path       string            `json:"path"`
	Node       string            `json:"node"`
	ReceivedAt time.Time         `json:"received_at"`
	ClosedAt   *time.Time        `json:"closed_at"`
	Outcome    string            `json:"outcome"`
	Reason     string            `json:"reason"`
	AckedBy    string            `json:"acked_by"`
	AckedUntil *time.Time        `json:"acked_until"`
	Cause      *struct {
		Component struct{ Kind, Name string } `json:"component"`
		Members   []string                    `json:"members"`
	} `json:"cause"`
}

type alarmPage struct {
	Alarms []alarmLine `json:"alarms"`
	More   bool        `json:"more"`
}

func (c *alarmsCommand) params(now time.Time) (url.Values, error) {
	params, err := c.newest.params(now, map[string]string{"path": c.path, "outcome": c.outcome, "kind": c.kind, "search": c.search})
	if err == nil && c.open {
		params.Set("open", "true")
		params.Del("from")
	}
	return params, err
}

func (c *alarmsCommand) list(now time.Time) error {
	params, err := c.params(now)
	if err != nil {
		return err
	}
	if !c.all && c.outcome == "" && c.kind == "" && c.search == "" {
		params.Set("without", "folded") // many, and told by their common cause
	}
	ask := func(data any) error { return c.get("alarms", params, data) }
	return show(c.client, c.json, ask, func(p *alarmPage) error { return p.print(c.out) })
}

var outcomeColors = map[string]string{"notified": "1;31", "waiting": "33", "healed": "32"}

func (p *alarmPage) print(w io.Writer) error {
	g := &grid{
		head:  []string{"RECEIVED", "OUTCOME", "SEVERITY", "ALARM", "WHERE", "ID", "REASON"},
		right: make([]bool, 7),
	}
	for _, a := range p.Alarms {
		out := a.Outcome
		if a.ClosedAt != nil {
			out += ", over"
		}
		reason := a.Reason
		if a.AckedBy != "" {
			reason = "acknowledged by " + a.AckedBy + a.ackEnd() + "; " + reason
		}
		g.rows = append(g.rows, []cell{
			plain(a.ReceivedAt.Format("01-02 15:04:05")), {out, outcomeColors[a.Outcome]}, plain(printable(a.Severity)),
			plain(printable(a.Kind)), plain(printable(rings(a))), plain(a.ID), plain(printable(reason)),
		})
	}
	return printNewest(w, g, p.More, "No alarms.")
}

// rings says where an alarm rings.
func rings(a alarmLine) string {
	switch {
	case a.Cause != nil:
		return fmt.Sprintf("%s %s (%d alarms)", a.Cause.Component.Kind, a.Cause.Component.Name, len(a.Cause.Members))
	}
	device := a.Node
	if instance := a.Labels["instance"]; strings.HasPrefix(instance, device) {
		device = instance // its port tells two on one machine apart
	}
	if a.Path != "" && device != "" {
		return a.Path + " on " + device
	}
	return a.Path + device
}

func (c *alarmsCommand) stats(now time.Time) error {
	params, err := c.params(now)
	if err != nil {
		return err
	}
	params.Set("by", "outcome")
	var counts []struct {
		Values map[string]string `json:"values"`
		Alarms int               `json:"alarms"`
	}
	if err := c.get("alarms/stats", params, &counts); err != nil {
		return err
	}
	g := &grid{head: []string{"OUTCOME", "ALARMS"}, right: []bool{false, true}}
	total := 0
	for _, n := range counts {
		total += n.Alarms
		g.rows = append(g.rows, []cell{plain(n.Values["outcome"]), plain(strconv.Itoa(n.Alarms))})
	}
	g.rows = append([][]cell{{plain("received"), plain(strconv.Itoa(total))}}, g.rows...)
	return g.print(c.out, terminal(c.out))
}

func (c *alarmsCommand) ack() error {
	var a alarmLine
	body := map[string]string{"reason": c.reason, "who": me()}
	for name, value := range map[string]string{"for": c.lasts, "until": c.until} {
		if value != "" {
			body[name] = value
		}
	}
	if err := c.post(c.ackPath(), nil, body, &a); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%s of %s is acknowledged by %s%s.\n", printable(a.Kind), printable(rings(a)), someone(a.AckedBy), a.ackEnd())
	return err
}

func (c *alarmsCommand) unack() error {
	body, err := json.Marshal(map[string]string{"reason": c.reason, "who": me()})
	if err != nil {
		return err
	}
	var a alarmLine
	if err := c.ask(http.MethodDelete, c.ackPath(), nil, body, &a); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "Nobody has taken on %s of %s any more.\n", printable(a.Kind), printable(rings(a)))
	return err
}

func (c *alarmsCommand) ackPath() string { return "alarms/" + url.PathEscape(c.id) + "/ack" }

// ackEnd says until when somebody has taken it on; nothing where that is until it is over.
func (a alarmLine) ackEnd() string {
	if a.AckedUntil == nil {
		return ""
	}
	return " until " + a.AckedUntil.Format("01-02 15:04")
}

// someone names who did it; nobody has to log in everywhere.
func someone(who string) string {
	if who == "" {
		return "somebody who did not have to log in"
	}
	return printable(who)
}
