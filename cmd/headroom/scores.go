package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"headroom/analytics"
	"headroom/analytics/backtest"
)

// measures are what the series are compared by, of each task.
var measures = map[backtest.Task]string{
	backtest.Band: "interval_score_pct", backtest.Deviation: "alarms_week", backtest.Peak: "mape_pct", backtest.Growth: "mape_pct",
}

// printScores prints the scores over all series, those of each series with the
// model that its own backtest speaks for, and what is missing.
func printScores(w io.Writer, r *backtest.Result) error {
	if err := r.WriteText(w); err != nil {
		return err
	}
	if lines := scoredSeries(r); len(lines) > 0 {
		fmt.Fprintf(w, "\n%s by series, those where %s is worst first", measures[r.Task], r.Model)
		if r.Task != backtest.Deviation {
			fmt.Fprint(w, " (a choice compares only what all models spoke of)")
		}
		fmt.Fprintln(w, ":")
		if err := seriesGrid(r, lines).print(w, terminal(w)); err != nil {
			return err
		}
	}
	if len(r.Missing) == 0 {
		return nil
	}
	g := &grid{head: []string{"TOO SHORT", "WHAT THERE IS"}, right: []bool{false, false}}
	for _, m := range r.Missing {
		g.rows = append(g.rows, []cell{plain(printable(m.Series)), plain(m.Reason)})
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return g.print(w, terminal(w))
}

// seriesLine is a series with its measure by each model.
type seriesLine struct {
	name   string
	worst  float64 // of the chosen model
	values []float64
}

// scoredSeries returns the series with anything to compare; where the chosen
// model is worst comes first.
func scoredSeries(r *backtest.Result) (lines []seriesLine) {
	short := map[string]bool{}
	for _, m := range r.Missing {
		short[m.Series] = true
	}
	for all := r.Series; len(all) >= len(r.Models); all = all[len(r.Models):] {
		l := seriesLine{name: all[0].Series}
		for _, s := range all[:len(r.Models)] {
			v := s.Scores.Get(measures[r.Task])
			if l.values = append(l.values, v); s.Model == r.Model {
				l.worst = v
			}
		}
		if !short[l.name] {
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(a, b seriesLine) int { return cmp.Compare(b.worst, a.worst) })
	return lines
}

func seriesGrid(r *backtest.Result, lines []seriesLine) *grid {
	g := &grid{head: []string{"SERIES"}, right: []bool{false}}
	for _, m := range r.Models {
		g.head, g.right = append(g.head, m.Model), append(g.right, true)
	}
	choices := map[string]backtest.Choice{}
	for _, c := range r.Choices {
		choices[c.Series] = c
	}
	if len(choices) > 0 {
		g.head, g.right = append(g.head, "CHOICE", "WHY"), append(g.right, false, false)
	}
	for _, l := range lines {
		row := []cell{plain(printable(l.name))}
		for _, v := range l.values {
			row = append(row, plain(decimal(analytics.Number(v), 2)))
		}
		if len(choices) > 0 {
			c := choices[l.name]
			row = append(row, plain(c.Model), plain(c.Reason))
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// ownLine says which part of a store was replayed.
func ownLine(o *backtest.Own, from *client) string {
	part := fmt.Sprintf("%d nodes", o.Matched)
	if o.Matched == 1 {
		part = "1 node"
	}
	if o.Replayed < o.Matched {
		part = fmt.Sprintf("%d of %s (picked evenly; --limit takes up to %d)", o.Replayed, part, backtest.MaxNodes)
	}
	return fmt.Sprintf("Loads of %s at %s, %s to %s in %s.", part, from.name(), o.From, o.To, o.Timezone)
}
