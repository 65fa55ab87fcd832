package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"headroom/scaler/flow/document"
)

// printFlow prints what a flow is started with, its faults and its steps.
func printFlow(w io.Writer, f *flowWhole) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%s)\n", printable(f.Name), printable(f.Title), printable(f.Source))
	if f.Description != "" {
		fmt.Fprintln(&b, printable(strings.Join(strings.Fields(f.Description), " ")))
	}
	for _, fault := range f.Faults {
		fmt.Fprintf(&b, "fault on line %d: %s: %s\n", fault.Line, printable(fault.Key), printable(fault.Problem))
	}
	if _, err := io.WriteString(w, b.String()+"\n"); err != nil {
		return err
	}
	if err := printInputs(w, f.Inputs); err != nil || f.Document == nil {
		return err
	}
	g := &grid{head: []string{"STEP", "TITLE", "DOES", "WHEN"}, right: make([]bool, 4)}
	addSteps(g, f.Document.Steps, "")
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return g.print(w, terminal(w))
}

func printInputs(w io.Writer, inputs []document.Input) error {
	g := &grid{head: []string{"INPUT", "TYPE", "DEFAULT", "MEANING"}, right: make([]bool, 4)}
	for _, in := range inputs {
		kind := string(in.Type)
		if in.Type == document.ListType {
			kind = "list of " + string(cmp.Or(in.Of, document.String))
		}
		def := "–"
		switch {
		case in.Required:
			def = "must be given"
		case in.Default != nil:
			def = fmt.Sprint(in.Default)
		}
		g.rows = append(g.rows, []cell{plain(printable(in.Name)), plain(kind), plain(printable(def)), plain(printable(meaning(in)))})
	}
	return printNewest(w, g, false, "It takes no inputs.")
}

// meaning is what people are told of an input.
func meaning(in document.Input) string {
	text := in.Title
	if text != "" && in.Description != "" {
		text += ". "
	}
	return strings.Join(strings.Fields(text+in.Description), " ")
}

// addSteps adds the steps with those that lie in them, further to the right.
func addSteps(g *grid, steps []document.Step, indent string) {
	for i := range steps {
		s := &steps[i]
		does := s.Tool
		switch {
		case s.ForEach != "":
			does = "for each of " + s.ForEach
		case len(s.Branches) > 0:
			does = "side by side"
		}
		g.rows = append(g.rows, []cell{plain(indent + printable(s.ID)), plain(printable(s.Title)), plain(printable(does)), plain(printable(s.When))})
		addSteps(g, s.Steps, indent+"  ")
		for j := range s.Branches {
			g.rows = append(g.rows, []cell{plain(indent + "  " + printable(s.Branches[j].ID)), plain(""), plain("a branch"), plain("")})
			addSteps(g, s.Branches[j].Steps, indent+"    ")
		}
	}
}
