package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/storage/fleet"
)

// markCommand is "mark add|list|remove".
type markCommand struct {
	*client
	in   io.Reader // where a person answers
	path string
	from string
	to   string
	kind string
	note string
	id   int64
	yes  bool
	all  bool
}

func addMark(app *kingpin.Application) {
	cmd := app.Command("mark", "Mark intervals that are not to be learned from, as incidents.")

	sub := cmd.Command("add", "Mark an interval of a node with all below it; shows first what that changes.")
	add := &markCommand{client: addClient(sub), in: os.Stdin}
	sub.Arg("path", "The node of the business tree, as Qzone/WNS; without one the whole fleet.").StringVar(&add.path)
	sub.Flag("from", "Its first minute, as 2026-11-22T20:00 in this machine's zone, or with a zone as 2026-11-22T20:00:00+08:00.").Required().StringVar(&add.from)
	sub.Flag("to", "The minute after its last one.").Required().StringVar(&add.to)
	sub.Flag("kind", "What it was.").Default("incident").EnumVar(&add.kind, fleet.MarkKinds...)
	sub.Flag("note", "A note for people.").StringVar(&add.note)
	sub.Flag("yes", "Do not ask.").Short('y').BoolVar(&add.yes)
	sub.Action(func(*kingpin.ParseContext) error { return add.add() })

	sub = cmd.Command("list", "Print the marks that concern a node.")
	list := &markCommand{client: addClient(sub)}
	sub.Arg("path", "The node of the business tree.").StringVar(&list.path)
	sub.Flag("all", "Those that were taken away, too.").BoolVar(&list.all)
	sub.Action(func(*kingpin.ParseContext) error { return list.list() })

	sub = cmd.Command("remove", "Take a mark away: its interval is learned from again; shows first what that changes.")
	remove := &markCommand{client: addClient(sub), in: os.Stdin}
	sub.Arg("number", "The mark's number, as in the list.").Required().Int64Var(&remove.id)
	sub.Flag("yes", "Do not ask.").Short('y').BoolVar(&remove.yes)
	sub.Action(func(*kingpin.ParseContext) error { return remove.remove() })
}

// markAnswer is what the API answers.
type markAnswer struct {
	Mark   *markLine         `json:"mark"`
	Refits []analytics.Refit `json:"refits"`
	Nodes  int               `json:"nodes"`
	Says   string            `json:"says"` // what becomes of alarms that run
}

type markLine struct {
	ID      int64      `json:"id"`
	Path    string     `json:"path"`
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to"`
	Kind    string     `json:"kind"`
	Note    string     `json:"note"`
	Who     string     `json:"who"`
	EndedAt *time.Time `json:"ended_at"`
}

func (m *markCommand) add() error {
	body := map[string]string{"path": m.path, "kind": m.kind, "note": m.note}
	for name, s := range map[string]string{"from": m.from, "to": m.to} {
		t, err := readTime(s)
		if err != nil {
			return fmt.Errorf("--%s: %w", name, err)
		}
		body[name] = t.Format(time.RFC3339)
	}
	var answer markAnswer
	if err := m.post("marks", url.Values{"preview": {"true"}}, body, &answer); err != nil {
		return err
	}
	if sure, err := m.confirm(&answer, "Mark it?"); !sure {
		return err
	}
	if err := m.post("marks", nil, body, &answer); err != nil {
		return err
	}
	_, err := fmt.Fprintf(m.out, "Mark %d is made; the fleet is being learned anew. Take it away by: headroom mark remove %d\n", answer.Mark.ID, answer.Mark.ID)
	return err
}

func (m *markCommand) remove() error {
	path := "marks/" + strconv.FormatInt(m.id, 10)
	var answer markAnswer
	if err := m.ask(http.MethodDelete, path, url.Values{"preview": {"true"}}, nil, &answer); err != nil {
		return err
	}
	if sure, err := m.confirm(&answer, "Take it away?"); !sure {
		return err
	}
	if err := m.ask(http.MethodDelete, path, nil, nil, &answer); err != nil {
		return err
	}
	_, err := fmt.Fprintf(m.out, "Mark %d is taken away; the fleet is being learned anew.\n", m.id)
	return err
}

// readTime reads a time with a zone, or one of this machine's.
func readTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("want a time as 2006-01-02T15:04 or 2006-01-02T15:04:05+08:00, got %q", s)
}

// confirm shows what would change and asks, unless --yes was given.
func (m *markCommand) confirm(a *markAnswer, question string) (bool, error) {
	if err := a.print(m.out); err != nil || m.yes {
		return err == nil, err
	}
	if _, err := fmt.Fprintf(m.out, "\n%s [y/N] ", question); err != nil {
		return false, err
	}
	line, err := bufio.NewReader(m.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if line == "y\n" || line == "yes\n" || line == "Y\n" {
		return true, nil
	}
	_, err = fmt.Fprintln(m.out, "Nothing is changed. (--yes does not ask.)")
	return false, err
}

// print shows the nodes before and after.
func (a *markAnswer) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "It concerns %d nodes; of the first %d:\n\n", a.Nodes, len(a.Refits)); err != nil {
		return err
	}
	g := &grid{
		head:  []string{"PATH", "MEAN NOW", "INTERVAL", "PEAK TODAY", "PEAK AT RISK", "NEEDED", "TO REQUEST", "STATE"},
		right: []bool{false, true, true, true, true, true, true, false},
	}
	for i := range a.Refits {
		r := &a.Refits[i]
		b, n := &r.Before, &r.After
		g.rows = append(g.rows, []cell{
			plain(printable(r.ID)),
			plain(change(decimal(b.Mean, 1), decimal(n.Mean, 1))),
			plain(change(interval(b.Lower, b.Upper), interval(n.Lower, n.Upper))),
			plain(change(decimal(b.PeakToday.Value, 1), decimal(n.PeakToday.Value, 1))),
			plain(change(decimal(b.PeakAtRisk, 1), decimal(n.PeakAtRisk, 1))),
			plain(change(decimal(b.DevicesNeeded, 0), decimal(n.DevicesNeeded, 0))),
			plain(change(decimal(b.DevicesToRequest, 0), decimal(n.DevicesToRequest, 0))),
			plain(change(string(b.State), string(n.State))),
		})
	}
	if err := g.print(w, terminal(w)); err != nil || a.Says == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", printable(a.Says))
	return err
}

func (m *markCommand) list() error {
	params := url.Values{"all": {strconv.FormatBool(m.all)}}
	if m.path != "" {
		params.Set("path", m.path)
	}
	var marks []markLine
	if err := m.get("marks", params, &marks); err != nil {
		return err
	}
	if len(marks) == 0 {
		_, err := fmt.Fprintln(m.out, "No marks. Make one by: headroom mark add PATH --from TIME --to TIME")
		return err
	}
	g := &grid{head: []string{"NUMBER", "PATH", "FROM", "TO", "KIND", "BY", "", "NOTE"}, right: []bool{true, false, false, false, false, false, false, false}}
	for _, k := range marks {
		path, ended := k.Path, ""
		if path == "" {
			path = "(all)"
		}
		if k.EndedAt != nil {
			ended = "taken away " + k.EndedAt.Format("2006-01-02 15:04")
		}
		const layout = "2006-01-02 15:04"
		g.rows = append(g.rows, []cell{
			plain(strconv.FormatInt(k.ID, 10)), plain(printable(path)), plain(k.From.Format(layout)), plain(k.To.Format(layout)),
			plain(k.Kind), plain(printable(k.Who)), plain(ended), plain(printable(k.Note)),
		})
	}
	return g.print(m.out, terminal(m.out))
}
