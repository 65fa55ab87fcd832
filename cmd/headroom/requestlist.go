package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/scaler/request"
)

// requestCommand is "request list" and "request show".
type requestCommand struct {
	*client
	newest
	path, state, kind, who, text string
	id                           string
}

func addRequest(app *kingpin.Application) {
	cmd := app.Command("request", "What people ask for: machines, a place in the pool, access, changes.")

	sub := cmd.Command("list", "Print requests, the newest first.").Default()
	list := &requestCommand{client: addClient(sub)}
	sub.Arg("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&list.path)
	sub.Flag("state", "Only those in this state; under_way: all that are not over.").
		EnumVar(&list.state, "open", "approved", "running", "done", "failed", "rejected", "canceled", "under_way")
	sub.Flag("kind", "Only those of this kind.").EnumVar(&list.kind, "machines", "business", "access", "change")
	sub.Flag("who", "Only those that this person has asked for.").StringVar(&list.who)
	sub.Flag("text", "Only those with this in their text.").StringVar(&list.text)
	sub.Flag("since", "Only those opened so long ago or less, as 720h.").Default("2160h").StringVar(&list.since)
	sub.Flag("limit", "Show so many.").Default("50").IntVar(&list.limit)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&list.json)
	sub.Action(func(*kingpin.ParseContext) error { return list.list(time.Now()) })

	sub = cmd.Command("show", "Print a request with its checks and its history.")
	one := &requestCommand{client: addClient(sub)}
	sub.Arg("id", "Its id, as R12.").Required().StringVar(&one.id)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&one.json)
	sub.Action(func(*kingpin.ParseContext) error { return one.one() })

	addAsks(cmd)
	addRequestOrders(cmd)
}

type requestPage struct {
	Requests []request.Request
	More     bool
}

func (c *requestCommand) list(now time.Time) error {
	params, err := c.params(now, map[string]string{"path": c.path, "state": c.state, "kind": c.kind, "who": c.who, "text": c.text})
	if err != nil {
		return err
	}
	ask := func(data any) error { return c.get("requests", params, data) }
	return show(c.client, c.json, ask, func(p *requestPage) error { return p.print(c.out) })
}

var requestColors = map[request.State]string{
	request.Open: "33", request.Approved: "33", request.Failed: "1;31", request.Rejected: "31", request.Done: "32",
}

func (p *requestPage) print(w io.Writer) error {
	g := &grid{head: []string{"ID", "OPENED", "STATE", "BY", "WHAT", "HOW IT STANDS"}, right: make([]bool, 6)}
	for i := range p.Requests {
		r := &p.Requests[i]
		g.rows = append(g.rows, []cell{
			plain(r.ID), plain(r.Opened.Format("01-02 15:04")), {string(r.State), requestColors[r.State]}, plain(printable(r.Who)),
			plain(printable(r.Title)), plain(printable(r.Reason)),
		})
	}
	return printNewest(w, g, p.More, "No requests in that time. Ask for something by: headroom request machines MODULE --why TEXT")
}

func (c *requestCommand) one() error {
	ask := func(data any) error { return c.get("requests/"+url.PathEscape(c.id), nil, data) }
	return show(c.client, c.json, ask, func(r *request.Request) error { return printRequest(c.out, r) })
}

// printRequest prints all of a request.
func printRequest(w io.Writer, r *request.Request) error {
	lines := []string{
		fmt.Sprintf("%s %s: %s", r.ID, printable(r.Title), r.State),
		fmt.Sprintf("asked by %s: %s", printable(r.Who), printable(r.Why)),
	}
	if r.Reason != "" {
		lines = append(lines, printable(r.Reason))
	}
	if r.Run != "" {
		lines = append(lines, "run "+printable(r.Run)+" of flow "+printable(r.Flow))
	}
	if r.Machines != nil {
		lines = append(lines, forecastLines(r.Machines)...)
	}
	lines = append(lines, checkLines(r.Checks)...)
	if r.State == request.Open {
		lines = append(lines, "approved by: "+approversText(r.Approvers))
	}
	if r.Proposal != "" {
		lines = append(lines, "for services in the server's configuration:", strings.TrimSpace(r.Proposal))
	}
	lines = append(lines, "")
	for _, s := range r.History {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s  %-8s %s: %s", s.At.Format("2006-01-02 15:04:05"), s.What, printable(s.Who), printable(s.Why)), ": "))
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// forecastLines say what the forecast says of machines that are asked for.
func forecastLines(m *request.Machines) []string {
	f := m.Forecast
	if f == nil {
		return nil
	}
	lines := []string{"forecast: " + printable(f.Reason)}
	if f.FullOn.Value != "" {
		lines = append(lines, "full on: "+f.FullOn.Value)
	}
	if f.ShortWithout.Known() {
		lines = append(lines, fmt.Sprintf("risk of being short within %d days: %s, with %d more: %s", f.HorizonDays, riskText(f.ShortWithout), m.Devices, riskText(f.ShortWith)))
	}
	return lines
}

func riskText(n analytics.Number) string {
	if !n.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n))
}

func checkLines(all []request.Check) (lines []string) {
	for _, c := range all {
		lines = append(lines, fmt.Sprintf("%s: %s, %s", c.Name, map[bool]string{true: "yes", false: "no"}[c.OK], printable(c.Says)))
	}
	return lines
}

func approversText(a request.Approvers) string {
	if len(a.Who) == 0 {
		return "anyone but who asks"
	}
	return fmt.Sprintf("%d of %s", a.AtLeast, printable(strings.Join(a.Who, ", ")))
}
