package main

import (
	"errors"
	"fmt"
	"time"

	"headroom/scaler/flow"
)

// watchEvery is how often a run that is watched is asked for.
const watchEvery = time.Second

// errRunFailed makes the command exit 1; what happened is on the screen.
var errRunFailed = errors.New("the run did not end well")

// watch prints what changes in a run until it is over.
func (c *runCommand) watch() error {
	seen := watched{steps: map[string]string{}}
	for {
		r, err := c.fetchRun()
		if err != nil {
			return err
		}
		for _, line := range seen.news(r) {
			if _, err := fmt.Fprintln(c.out, line); err != nil {
				return err
			}
		}
		switch {
		case r.State == flow.Done:
			return nil
		case r.State.Over():
			return errRunFailed
		}
		time.Sleep(watchEvery)
	}
}

// watched is what was printed of a run.
type watched struct {
	run   string
	steps map[string]string // by path
}

// news are lines of what has changed. Steps that have not begun are left out.
func (w *watched) news(r *flow.Run) (lines []string) {
	for i := range r.Steps {
		s := &r.Steps[i]
		text := printable(s.Path) + ": " + string(s.State)
		if reason := stepReason(s); reason != "" {
			text += ": " + printable(reason)
		}
		if s.State == flow.StepPending || w.steps[s.Path] == text {
			continue
		}
		w.steps[s.Path] = text
		if lasted := took(s); lasted != "" {
			text += " (" + lasted + ")"
		}
		lines = append(lines, "  "+text)
	}
	if text := runWords(r); text != w.run {
		w.run = text
		lines = append(lines, text)
	}
	return lines
}
