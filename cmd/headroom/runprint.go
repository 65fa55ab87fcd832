package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/scaler/flow"
)

// runWords is a run in a line.
func runWords(r *flow.Run) string {
	text := fmt.Sprintf("Run %s of %s is %s", printable(r.ID), printable(r.Flow), r.State)
	if r.Reason != "" {
		text += ": " + printable(r.Reason)
	}
	return text
}

// printRun prints a run with its steps and what people did to it.
func printRun(w io.Writer, r *flow.Run) error {
	var b strings.Builder
	fmt.Fprintln(&b, runWords(r))
	if place := runPlace(r); place != "" {
		fmt.Fprint(&b, printable(place), ", ")
	}
	fmt.Fprintf(&b, "started by %s", printable(someone(r.Who)))
	if r.Source.Kind != "" && r.Source.Kind != "person" {
		fmt.Fprintf(&b, " (%s %s)", printable(r.Source.Kind), printable(r.Source.ID))
	}
	fmt.Fprintf(&b, " %s", r.Created.Local().Format(clock))
	if r.Why != "" {
		fmt.Fprintf(&b, ": %s", printable(r.Why))
	}
	fmt.Fprint(&b, "\n\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if err := stepGrid(r).print(w, terminal(w)); err != nil || len(r.Actions) == 0 {
		return err
	}
	g := &grid{head: []string{"AT", "WHO", "DID", "STEP", "WHY", "WITH"}, right: make([]bool, 6)}
	for _, a := range r.Actions {
		g.rows = append(g.rows, []cell{
			plain(a.At.Local().Format(clock)), plain(printable(someone(a.Who))), plain(printable(a.What)), plain(printable(a.Step)), plain(printable(a.Why)), plain(printable(givenWith(a))),
		})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return g.print(w, terminal(w))
}

// givenWith are the values that a person has given with an action.
func givenWith(a flow.Action) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(a.Inputs)) {
		all = append(all, fmt.Sprintf("%s=%v", name, a.Inputs[name]))
	}
	return strings.Join(all, " ")
}

func stepGrid(r *flow.Run) *grid {
	g := &grid{head: []string{"STEP", "STATE", "TOOK", "TRIES", "TITLE", "REASON"}, right: []bool{false, false, true, true, false, false}}
	for i := range r.Steps {
		s := &r.Steps[i]
		tries := ""
		if n := len(s.Attempts); n > 0 {
			tries = strconv.Itoa(n)
		}
		g.rows = append(g.rows, []cell{
			plain(printable(s.Path)), {string(s.State), runColors[string(s.State)]}, plain(took(s)), plain(tries), plain(printable(s.Title)), plain(printable(stepReason(s))),
		})
	}
	return g
}

// took is how long a step lasted, if it had begun and is over; its undo does not count.
func took(s *flow.Step) string {
	ended := s.Ended
	if n := len(s.Attempts); n > 0 {
		ended = s.Attempts[n-1].Ended
	} else if s.Tool != "" || s.State == flow.StepCanceled {
		return ""
	}
	if s.Started.IsZero() || ended.IsZero() {
		return ""
	}
	return ended.Sub(s.Started).Round(100 * time.Millisecond).String()
}

// stepReason is why a step stands where it does, what it would do in a dry run, and what
// a person can do about it.
func stepReason(s *flow.Step) string {
	text := s.Reason
	if n := len(s.Attempts); n > 0 && s.Attempts[n-1].Plan != "" && text == "" {
		text = s.Attempts[n-1].Plan
	}
	if len(s.May) > 0 {
		text = strings.TrimSpace(text + " [may: " + strings.Join(s.May, ", ") + "]")
	}
	return text
}
