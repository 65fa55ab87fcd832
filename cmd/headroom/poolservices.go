package main

import (
	"fmt"
	"net/url"
	"strings"

	"headroom/scaler"
	"headroom/scaler/pool"
)

// serviceLine is a service as the API answers it.
type serviceLine struct {
	pool.ServiceView
	Policy   struct{ Minimum, Maximum int }
	Decision *scaler.Record
}

// desired is how many workers the service shall have: what was recommended last
// where that is not carried out.
func (s *serviceLine) desired() int {
	if s.Mode == pool.Recommend && s.Decision != nil {
		return s.Decision.Desired
	}
	return s.Desired
}

func (c *poolCommand) services() error {
	ask := func(data any) error { return c.get("services", filters("path", c.path), data) }
	return show(c.client, c.json, ask, func(all *[]serviceLine) error { return c.printServices(*all) })
}

func (c *poolCommand) printServices(all []serviceLine) error {
	g := &grid{
		head:  []string{"MODULE", "MODE", "DESIRED", "WORKERS", "SERVING", "LOST", "STOPPING", "NODES", "BUSY", ""},
		right: []bool{false, false, true, true, true, true, true, true, true, false},
	}
	for i := range all {
		s := &all[i]
		g.rows = append(g.rows, []cell{
			plain(printable(s.Module)), plain(string(s.Mode)), count(s.desired()), count(s.Wanted), count(s.Serving), bad(s.Lost),
			count(s.Stopping), count(s.Nodes), plain(busy(s.Decision)), plain(printable(strings.Join(s.notes(), "; "))),
		})
	}
	return printNewest(c.out, g, false, "No services. Name them under \"services\" in the server's configuration, each with its module and command.")
}

// busy is the fraction of the minute that was decided on.
func busy(d *scaler.Record) string {
	if d == nil || !d.Fraction.Known() {
		return "–"
	}
	return decimal(100*d.Fraction, 1) + " %"
}

// notes are what is special about a service.
func (s *serviceLine) notes() (notes []string) {
	if !s.Configured {
		notes = append(notes, "no longer configured")
	}
	notes = noteOrder(notes, "retired", s.Retiring)
	if m := s.ModeOrder; m != nil {
		notes = noteOrder(notes, string(m.Mode), &m.Order)
	}
	if h := s.Hold; h != nil {
		what := "held"
		if !h.Until.IsZero() {
			what += " until " + h.Until.Format("01-02 15:04")
		}
		notes = noteOrder(notes, what, &h.Order)
	}
	if m := s.Manual; m != nil {
		notes = noteOrder(notes, fmt.Sprintf("number of workers set to %d", m.Workers), &m.Order)
	}
	if s.Failing > 0 {
		notes = append(notes, fmt.Sprintf("%d failing: %s", s.Failing, s.Failure))
	}
	if s.Overloaded > 0 {
		notes = append(notes, fmt.Sprintf("%d overloaded", s.Overloaded))
	}
	if d := s.Decision; d != nil && d.Short != "" {
		notes = append(notes, d.Short)
	}
	return notes
}

func (c *poolCommand) service() error {
	ask := func(data any) error { return c.get("services/"+url.PathEscape(c.module), nil, data) }
	return show(c.client, c.json, ask, func(s *serviceLine) error { return printTable(c.out, s.text(), workersGrid(s.Workers)) })
}

// text is the head of a service's table of workers.
func (s *serviceLine) text() string {
	text := fmt.Sprintf("%s is in mode %s; workers: %d desired, %d that shall run, %d serving, %d stopping.", s.Module, s.Mode, s.desired(), s.Wanted, s.Serving, s.Stopping)
	if notes := s.notes(); len(notes) > 0 {
		text += "\n" + strings.Join(notes, "; ")
	}
	if d := s.Decision; d != nil {
		text += "\nLast decision: " + d.Reason + " (explain " + d.ID + ")"
	}
	return lines(text)
}
