package main

import (
	"fmt"
	"io"
	"math"
	"time"

	"headroom/scaler/policy"
	"headroom/scaler/replay"
)

// replayResult is what "replay" found, and prints with --json.
type replayResult struct {
	policy   policy.Settings
	Families []replay.Family      `json:"families"`
	Series   []*replay.Comparison `json:"series"`
	Pool     *replay.Placement    `json:"pool,omitempty"`
	LeftOut  []leftOut            `json:"left_out,omitempty"`
}

// leftOut is a series that was not replayed.
type leftOut struct {
	Series string `json:"series"`
	Reason string `json:"reason"`
}

// print shows few series under every rule, many in one line each, and families.
func (r *replayResult) print(w io.Writer, margin float64) error {
	const few = 3
	if len(r.Series) <= few {
		for _, c := range r.Series {
			fmt.Fprintf(w, "%s, %s to %s, target %.2f, start-up %s\n\n", printable(c.Name), c.From.Format(time.DateTime), c.To.Format(time.DateTime), r.policy.Target, r.policy.Startup)
			if err := rulesGrid(c, margin).print(w, terminal(w)); err != nil {
				return err
			}
			fmt.Fprintln(w)
		}
	} else if err := seriesReplayGrid(r.Series).print(w, terminal(w)); err != nil {
		return err
	}
	if len(r.Series) > 1 {
		fmt.Fprint(w, "\nWorker-hours saved, series counting alike:\n\n")
		if err := familyGrid(r.Families).print(w, terminal(w)); err != nil {
			return err
		}
	}
	if r.Pool != nil {
		if len(r.Series) > 1 {
			fmt.Fprintln(w)
		}
		if err := printPlacement(w, r.Pool, r.Series); err != nil {
			return err
		}
	}
	return r.printLeftOut(w)
}

func (r *replayResult) printLeftOut(w io.Writer) error {
	if len(r.LeftOut) == 0 {
		return nil
	}
	g := &grid{head: []string{"LEFT OUT", "WHY"}, right: []bool{false, false}}
	for _, l := range r.LeftOut {
		g.rows = append(g.rows, []cell{plain(printable(l.Series)), plain(printable(l.Reason))})
	}
	fmt.Fprintln(w)
	return g.print(w, terminal(w))
}

// rulesGrid is one series under every rule.
func rulesGrid(c *replay.Comparison, margin float64) *grid {
	g := &grid{
		head:  []string{"RULE", "WORKER-HOURS", "MINUTES ABOVE", "SATURATED", "SLACK", "CHANGES", "MOST WORKERS"},
		right: []bool{false, true, true, true, true, true, true},
	}
	add := func(rule string, o replay.Outcome) {
		g.rows = append(g.rows, []cell{
			plain(rule), plain(fmt.Sprintf("%.1f", o.Hours)), plain(fmt.Sprint(o.Above)), plain(fmt.Sprint(o.Saturated)),
			plain(shareText(o.Slack(), 0)), plain(fmt.Sprint(o.Decisions)), plain(fmt.Sprint(o.Most)),
		})
	}
	add("policy", c.Policy)
	if c.Default != nil {
		add("default policy", *c.Default)
	}
	if c.Ran != nil {
		add("what ran", *c.Ran)
	}
	if c.Sized.Workers > 0 {
		add(fmt.Sprintf("static %d: peak before + %.0f %%", c.Sized.Workers, 100*margin), c.Sized.Outcome)
	}
	add(fmt.Sprintf("static %d: the peak that came", c.Peak.Workers), c.Peak.Outcome)
	add(fmt.Sprintf("static %d: no more minutes above", c.Equal.Workers), c.Equal.Outcome)
	if c.HPA.Target > 0 {
		add(fmt.Sprintf("HPA at %.2f: no more minutes above", c.HPA.Target), c.HPA.Outcome)
	}
	add(fmt.Sprintf("HPA at %.2f", c.Plain.Target), c.Plain.Outcome)
	return g
}

// seriesReplayGrid is a line for each series.
func seriesReplayGrid(all []*replay.Comparison) *grid {
	g := &grid{
		head:  []string{"SERIES", "DAYS", "WORKER-HOURS", "ABOVE", "SLACK", "CHANGES/DAY", "STATIC PEAK", "STATIC EQUAL", "HPA EQUAL", "AT"},
		right: []bool{false, true, true, true, true, true, true, true, true, true},
	}
	for _, c := range all {
		days := float64(c.Policy.Minutes) / 1440
		saved := func(o replay.Outcome) string { return shareText(1-c.Policy.Hours/o.Hours, 1) }
		g.rows = append(g.rows, []cell{
			plain(printable(c.Name)), plain(fmt.Sprintf("%.1f", days)), plain(fmt.Sprintf("%.0f", c.Policy.Hours)),
			plain(shareText(float64(c.Policy.Above)/float64(c.Policy.Minutes), 2)), plain(shareText(c.Policy.Slack(), 0)),
			plain(perDay(float64(c.Policy.Decisions) / days)), plain(saved(c.Peak.Outcome)), plain(saved(c.Equal.Outcome)),
			plain(saved(c.HPA.Outcome)), plain(decimal(c.HPA.Target, 2)),
		})
	}
	return g
}

func familyGrid(families []replay.Family) *grid {
	g := &grid{
		head:  []string{"FAMILY", "SERIES", "DAYS", "ABOVE", "SLACK", "CHANGES/DAY", "STATIC SIZED", "STATIC PEAK", "STATIC EQUAL", "HPA EQUAL", "AT", "HPA BEST", "ABOVE OF PLAIN HPA"},
		right: []bool{false, true, true, true, true, true, true, true, true, true, true, true, true},
	}
	for _, f := range families {
		g.rows = append(g.rows, []cell{
			plain(printable(f.Name)), plain(fmt.Sprint(f.Series)), plain(fmt.Sprintf("%.1f", f.Days)), plain(shareText(f.Above, 2)), plain(shareText(f.Slack, 1)),
			plain(perDay(f.Decisions)), plain(shareText(f.Sized, 1)), plain(shareText(f.Peak, 1)), plain(shareText(f.Equal, 1)),
			plain(shareText(f.HPA, 1)), plain(decimal(f.HPATarget, 2)), plain(shareText(f.Best, 1)), plain(shareText(f.PlainAbove, 1)),
		})
	}
	return g
}

// perDay writes a number a day: "–" where no minute counted.
func perDay[T ~float64](n T) string {
	if math.IsNaN(float64(n)) {
		return "–"
	}
	return fmt.Sprintf("%.0f", float64(n))
}

// shareText writes a share in percent: "–" when it is unknown.
func shareText[T ~float64](share T, decimals int) string {
	if v := float64(share); math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return fmt.Sprintf("%.*f %%", decimals, 100*float64(share))
}
