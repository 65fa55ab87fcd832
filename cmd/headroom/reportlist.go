package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

// reportCommand is "report list", "publish", "send" and "deliveries".
type reportCommand struct {
	*client
	json  bool
	month string
	ways  []string
}

func addReports(cmd *kingpin.CmdClause) {
	sub := cmd.Command("list", "Print the months that have a report, the newest first.")
	list := &reportCommand{client: addClient(sub)}
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&list.json)
	sub.Action(func(*kingpin.ParseContext) error { return list.list() })

	sub = cmd.Command("publish", "Publish the running month's report, once and for all, and have it delivered.")
	publish := &reportCommand{client: addClient(sub)}
	sub.Arg("month", "The month, as 2026-11.").Required().StringVar(&publish.month)
	sub.Action(func(*kingpin.ParseContext) error { return publish.publish() })

	sub = cmd.Command("send", "Have a published report delivered once more.")
	send := &reportCommand{client: addClient(sub)}
	sub.Arg("month", "The month, as 2026-11.").Required().StringVar(&send.month)
	sub.Flag("to", "Only by this way, as 'mail ann@example.com'; may be repeated (default: all that are configured).").StringsVar(&send.ways)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&send.json)
	sub.Action(func(*kingpin.ParseContext) error { return send.send() })

	sub = cmd.Command("deliveries", "Print to whom a published report went, and how far that is.")
	sent := &reportCommand{client: addClient(sub)}
	sub.Arg("month", "The month, as 2026-11.").Required().StringVar(&sent.month)
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&sent.json)
	sub.Action(func(*kingpin.ParseContext) error { return sent.deliveries() })
}

// reportPage is the answer of the API's list.
type reportPage struct {
	Next   time.Time
	Months []press.Month
}

func (c *reportCommand) list() error {
	ask := func(data any) error { return c.get("reports", nil, data) }
	return show(c.client, c.json, ask, func(p *reportPage) error { return p.print(c.out) })
}

func (p *reportPage) print(w io.Writer) error {
	if len(p.Months) == 0 {
		fmt.Fprintln(w, "No report was published yet, and no minute was judged of which a draft could be made.")
	} else if err := p.grid().print(w, terminal(w)); err != nil {
		return err
	}
	if !p.Next.IsZero() {
		fmt.Fprintln(w, "The next one is published by itself at "+p.Next.Format("2006-01-02 15:04")+".")
	}
	return nil
}

func (p *reportPage) grid() *grid {
	g := &grid{
		head:  []string{"MONTH", "STATE", "AT", "BY", "MODULES", "DEVICES", "REQUEST", "DIFFERENCE", "COST", "AT RISK", "SENT", "SHA-256"},
		right: []bool{false, false, false, false, true, true, true, true, true, true, false, false},
	}
	for i := range p.Months {
		m := &p.Months[i]
		t := &m.Total
		state, at := cell{"draft", "33"}, m.SnapshotAt
		if m.Published {
			state, at = cell{"published", "32"}, m.At
		}
		price := report.Money(t.Cost)
		if t.Cost.Known() {
			price += " " + m.Currency
		}
		row := []cell{plain(m.Month), state, plain(stampOf(at)), plain(printable(m.Who)), plain(strconv.Itoa(t.Modules))}
		for _, n := range []analytics.Number{t.Devices, t.DevicesToRequest} {
			row = append(row, plain(report.Decimal(n, 0)))
		}
		row = append(row, plain(differenceOf(m)), plain(printable(price)), plain(report.Decimal(t.AtRisk, 0)), sentCell(m))
		g.rows = append(g.rows, append(row, plain(m.SHA256[:min(len(m.SHA256), shortSum)])))
	}
	return g
}

// shortSum is how much of a checksum tells reports apart.
const shortSum = 12

// stampOf is when a report was published, or a draft has its numbers of.
func stampOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02 15:04")
}

// differenceOf is that of a month's devices to request, and to which month.
func differenceOf(m *press.Month) string {
	if m.Than == "" || !m.Difference.Known() {
		return ""
	}
	return fmt.Sprintf("%+.0f to %s", float64(m.Difference), m.Than)
}

// sentCell says how far the deliveries of a month are.
func sentCell(m *press.Month) cell {
	done, waiting, lost := m.Deliveries[state.DeliveryDelivered], m.Deliveries[state.DeliveryWaiting], m.Deliveries[state.DeliveryPartly]+m.Deliveries[state.DeliveryGivenUp]
	switch {
	case m.Error != "":
		return cell{printable(m.Error), "1;31"}
	case lost > 0:
		return cell{fmt.Sprintf("%d of %d, %d failed", done, done+waiting+lost, lost), "31"}
	case done+waiting > 0:
		return plain(fmt.Sprintf("%d of %d", done, done+waiting))
	}
	return plain("")
}

func (c *reportCommand) path() string { return "reports/" + url.PathEscape(c.month) }

func (c *reportCommand) publish() error {
	var r report.Report
	if err := c.post(c.path(), nil, map[string]any{}, &r); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "The report of %s is published.\n%s\n", r.Month, report.Headline(&r, report.English))
	return err
}

// sentPage is the answer about deliveries.
type sentPage struct{ Deliveries []press.Sent }

func (c *reportCommand) send() error {
	ask := func(data any) error {
		return c.post(c.path()+"/deliveries", nil, map[string]any{"ways": c.ways}, data)
	}
	return show(c.client, c.json, ask, func(p *sentPage) error { return p.print(c.out) })
}

func (c *reportCommand) deliveries() error {
	ask := func(data any) error { return c.get(c.path()+"/deliveries", nil, data) }
	return show(c.client, c.json, ask, func(p *sentPage) error { return p.print(c.out) })
}

var deliveryColors = map[string]string{state.DeliveryWaiting: "33", state.DeliveryDelivered: "32", state.DeliveryPartly: "31", state.DeliveryGivenUp: "1;31"}

func (p *sentPage) print(w io.Writer) error {
	if len(p.Deliveries) == 0 {
		_, err := fmt.Fprintln(w, "It was delivered to nobody: report.mail, report.receivers and report.webhooks are empty.")
		return err
	}
	g := &grid{head: []string{"N", "TO", "STATE", "ATTEMPTS", "ASKED", "BY", "HOW IT STANDS"}, right: []bool{true, false, false, true, false, false, false}}
	for _, d := range p.Deliveries {
		how := d.Error
		if !d.Next.IsZero() {
			how = "next attempt " + d.Next.Format("01-02 15:04") + "; " + how
		}
		g.rows = append(g.rows, []cell{
			plain(strconv.Itoa(d.N)), plain(printable(d.Way)), {d.State, deliveryColors[d.State]}, plain(strconv.Itoa(d.Attempts)),
			plain(d.Asked.Format("01-02 15:04")), plain(printable(d.Who)), plain(printable(how)),
		})
	}
	return g.print(w, terminal(w))
}
