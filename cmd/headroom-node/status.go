package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"headroom/scaler/node"
	"headroom/scaler/node/wire"
)

const statusWithin = 5 * time.Second

// status prints how the daemon says the node is.
func status(address string, to io.Writer, now time.Time) error {
	table, err := ask(address)
	if err != nil {
		return err
	}
	return show(to, table, now)
}

func ask(address string) (node.Table, error) {
	var table node.Table
	client := http.Client{Timeout: statusWithin}
	answer, err := client.Get("http://" + address + "/workers")
	if err != nil {
		return table, fmt.Errorf("ask the daemon: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return table, fmt.Errorf("ask the daemon: it answers %s", answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&table); err != nil {
		return table, fmt.Errorf("ask the daemon: %w", err)
	}
	return table, nil
}

// show prints the table of workers, and what is special about the node above it.
func show(to io.Writer, t node.Table, now time.Time) error {
	have := t.Have
	if have == "" {
		have = "none yet"
	}
	fmt.Fprintf(to, "node %s (headroom-node %s), desired state %s, server: %s\n", t.Node, t.Version, have, t.Server)
	if t.Unsaved {
		fmt.Fprintln(to, "The desired state is not on disk: a restart without the server goes back to the one before.")
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WORKER\tSERVICE\tPORT\tPID\tSTATE\tSINCE\tRESTARTS\tWEIGHT\tREASON")
	for _, s := range t.Workers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d %%\t%s\n", s.ID, s.Service, orDash(s.Port), orDash(s.PID), s.State,
			now.Sub(s.Since).Round(time.Second), s.Restarts, s.Weight, reason(s))
	}
	return w.Flush()
}

func reason(s wire.Status) string {
	if s.Overload != "" {
		return oneLine(s.Overload)
	}
	return oneLine(s.Reason)
}

// oneLine shows what cannot be printed as blanks: a worker's answer may be in it, which
// must not do anything to the terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

func orDash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
