package main

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// newest is what commands are asked that list what has happened, the newest first.
type newest struct {
	since string
	limit int // 0: as many as the server answers unless asked
	json  bool
}

// addSince adds --since; happened says what has, as "those received".
func (n *newest) addSince(cmd *kingpin.CmdClause, happened string) {
	cmd.Flag("since", "Only "+happened+" so long ago or less, as 24h.").Default("24h").StringVar(&n.since)
}

// addFlags adds --since, --limit and --json.
func (n *newest) addFlags(cmd *kingpin.CmdClause, happened string) {
	n.addSince(cmd, happened)
	cmd.Flag("limit", "Show so many.").Default("50").IntVar(&n.limit)
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&n.json)
}

// params are what the API is asked; empty filters are left out.
func (n *newest) params(now time.Time, filters map[string]string) (url.Values, error) {
	since, err := time.ParseDuration(n.since)
	if err != nil {
		return nil, fmt.Errorf("--since: want a length of time as 24h, got %q", n.since)
	}
	params := url.Values{"from": {now.Add(-since).Format(time.RFC3339)}}
	for name, v := range filters {
		if v != "" {
			params.Set(name, v)
		}
	}
	if n.limit != 0 {
		params.Set("limit", strconv.Itoa(n.limit))
	}
	return params, nil
}

// printNewest prints a list, or a sentence if there is nothing in it, and tells
// whether there are older ones.
func printNewest(w io.Writer, g *grid, more bool, none string) error {
	if len(g.rows) == 0 {
		_, err := fmt.Fprintln(w, none)
		return err
	}
	if err := g.print(w, terminal(w)); err != nil || !more {
		return err
	}
	_, err := fmt.Fprintln(w, "There are older ones: --limit shows more.")
	return err
}
