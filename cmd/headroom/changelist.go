package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// leaseLine is what a list shows of a lease.
type leaseLine struct {
	heldLease
	Run       string     `json:"run"`
	Kind      string     `json:"kind"`
	Who       string     `json:"who"`
	Nodes     []string   `json:"nodes"`
	Paths     []string   `json:"paths"`
	StartedAt time.Time  `json:"started_at"`
	Expected  int        `json:"expected"`
	Hidden    int        `json:"hidden"`
	Over      int        `json:"over"`
	SettledAt *time.Time `json:"settled_at"`
}

// addChangeList adds "change list" and "change show ID".
func addChangeList(change *kingpin.CmdClause) {
	cmd := change.Command("list", "Print the newest changes and what they hid.")
	c := addClient(cmd)
	active := cmd.Flag("active", "Only those whose alarms are muted now.").Bool()
	limit := cmd.Flag("limit", "At most so many.").Default("20").Int()
	asJSON := cmd.Flag("json", "Print JSON as the API has it.").Bool()
	cmd.Action(func(*kingpin.ParseContext) error {
		params := url.Values{"active": {strconv.FormatBool(*active)}, "limit": {strconv.Itoa(*limit)}}
		ask := func(data any) error { return c.get("leases", params, data) }
		return show(c, *asJSON, ask, func(lines *[]leaseLine) error { return printLeases(c.out, *lines) })
	})

	cmd = change.Command("show", "Print what a change hid.")
	shown := addClient(cmd)
	id := cmd.Arg("id", "The change's id, as in the list.").Required().String()
	json := cmd.Flag("json", "Print JSON as the API has it.").Bool()
	cmd.Action(func(*kingpin.ParseContext) error {
		ask := func(data any) error { return shown.get("leases/"+url.PathEscape(*id), nil, data) }
		return show(shown, *json, ask, func(l *heldLease) error { return l.tell(shown.out) })
	})
}

func printLeases(w io.Writer, lines []leaseLine) error {
	g := &grid{
		head:  []string{"ID", "STARTED", "KIND", "RUN", "BY", "TOUCHES", "STATE", "HIDDEN", "EXPECTED", "FIRING"},
		right: []bool{false, false, false, false, false, false, false, true, true, true},
	}
	for i := range lines {
		l := &lines[i]
		g.rows = append(g.rows, []cell{
			plain(l.ID), plain(l.StartedAt.Format("2006-01-02 15:04")), plain(printable(l.Kind)), plain(printable(l.Run)), plain(printable(l.Who)),
			plain(printable(l.touches())), l.state(), plain(strconv.Itoa(l.Hidden)), plain(strconv.Itoa(l.Expected)), plain(strconv.Itoa(l.Fires)),
		})
	}
	return printNewest(w, g, false, "No changes. Run one by: headroom change --kind deploy --node NODE -- COMMAND")
}

// touches names the scope, or counts what is too long for a line.
func (l *leaseLine) touches() string {
	var parts []string
	for _, list := range []struct {
		names []string
		word  string
	}{{l.Nodes, "nodes"}, {l.Paths, "paths"}} {
		switch n := len(list.names); {
		case n > 2:
			parts = append(parts, fmt.Sprintf("%d %s", n, list.word))
		case n > 0:
			parts = append(parts, strings.Join(list.names, ", "))
		}
	}
	return strings.Join(parts, " of ")
}

func (l *leaseLine) state() cell {
	switch {
	case l.EndedAt == nil:
		return cell{"runs", "1;36"}
	case l.How == "done":
		return plain(l.How)
	}
	return cell{l.How, yellow}
}

// maxShown is how many alarms that still fire are listed for people.
const maxShown = 10

// tell says what a change hid and which of it still fires.
func (l *heldLease) tell(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, "headroom:", printable(l.Summary))
	for i, a := range l.Firing {
		if i == maxShown {
			fmt.Fprintf(&b, "headroom:   and %d more\n", l.Fires-maxShown)
			break
		}
		fmt.Fprintf(&b, "headroom:   %s since %s\n", printable(a.Name), a.Began.Format("15:04:05"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
