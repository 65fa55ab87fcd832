// Package choose falls back from a model to a simpler one where a series' own
// backtest clearly speaks for that.
//
// The model to take without evidence is the one that is best over all series; on
// one of them another may be, but a few weeks tell little. To prefer a simpler
// model wherever it was as good within a tenth would have cost, on recorded series
// forecast with the choices of the weeks before, 8 to 36 % of the error at noon;
// to prefer it wherever it was better at all up to 1 %; where it was better by a
// tenth, nothing. So that is the rule: it costs nothing where the better model is
// good, and helps where it fails. The result says why in a sentence, with the numbers. Choose knows neither models nor series:
// the scores come from package backtest, and may come from the ledger.
package choose

import (
	"fmt"
	"math"
)

const (
	// Margin and LeastMargin are by how much a simpler model's error must be smaller:
	// a tenth of it, or half a percent of the load if that is more. The errors of 28
	// days tell models apart no more finely, and nobody orders a machine for less.
	Margin, LeastMargin = 0.1, 0.005

	// Slack is by how much the share of an interval that held may be below the
	// nominal one. A good interval of 95 % falls short of that in 28 days about one
	// time in a hundred.
	Slack = 0.1
)

// Rule is how the models of one task are compared.
type Rule struct {
	Task    string
	Measure string // what the error is of, for the sentence; empty: of the forecast
	Unit    string // of the origins: "days"
	Least   int    // origins that are needed
}

// The rules. An origin is a day, of growth a day as of which the coming ones
// were forecast, once a week.
var (
	Band   = Rule{Task: "band", Measure: "interval score ", Unit: "days", Least: 14}
	Peak   = Rule{Task: "peak", Unit: "days", Least: 28}
	Growth = Rule{Task: "growth", Unit: "weekly forecasts", Least: 8}
)

// Score is how right a model was.
type Score struct {
	Model string
	Error float64 // mean size of the error, relative to what came; NaN: nothing to compare
	Held  float64 // share of what came that lay inside of the interval; NaN: there was none
}

func (s Score) holds(level float64) bool { return s.Error >= 0 && s.Held >= level-Slack }

// Choice is a model, and why it was chosen.
type Choice struct {
	Task    string `json:"task"`
	Model   string `json:"model"`
	Reason  string `json:"reason"` // one sentence, with the numbers
	Origins int    `json:"origins"`
	Tested  bool   `json:"tested"` // false: too little to compare, Model is the last one
}

// Choose picks a model by its scores, the simplest model first, the one to take
// without evidence last; at least one. All are scored on the same origins, and
// with intervals of the same nominal level. It is the last one, unless its interval
// did not hold or the error of one that held is smaller by Margin or LeastMargin:
// then the first such model, or the one with the smallest error if only the
// interval speaks against the last.
func (r Rule) Choose(scores []Score, origins int, level float64) Choice {
	last := scores[len(scores)-1]
	c := Choice{Task: r.Task, Model: last.Model, Origins: origins}
	best := smallest(scores, func(s Score) bool { return s.holds(level) })
	switch {
	case origins < r.Least:
		c.Reason = fmt.Sprintf("%s: %s, which is the default; there are %d of the %d %s that a choice needs", r.Task, c.Model, origins, r.Least, r.Unit)
	case best < 0:
		c.Reason = fmt.Sprintf("%s: %s, which is the default; no model's interval held %.4g %% over %d %s", r.Task, c.Model, 100*(level-Slack), origins, r.Unit)
	default:
		at := first(scores, func(s Score) bool { return s.holds(level) && clearlyBelow(s.Error, last.Error) })
		if at < 0 {
			at = len(scores) - 1
			if !last.holds(level) {
				at = best
			}
		}
		c.Model, c.Tested = scores[at].Model, true
		c.Reason = r.sentence(scores, at, origins, level)
	}
	return c
}

// clearlyBelow tells whether an error is smaller by enough.
func clearlyBelow(a, b float64) bool { return a+max(Margin*a, LeastMargin) <= b }

// sentence compares the model that was chosen with the best of the others.
func (r Rule) sentence(scores []Score, at, origins int, level float64) string {
	chosen := scores[at]
	said := fmt.Sprintf("%s: %s, %s%s", r.Task, chosen.Model, r.Measure, percent(chosen.Error))
	over := fmt.Sprintf(" over %d %s", origins, r.Unit)
	i := smallest(scores, func(s Score) bool { return s.Model != chosen.Model })
	if i < 0 {
		return said + over
	}
	rival := scores[i]
	said += fmt.Sprintf(" against %s's %s%s", rival.Model, percent(rival.Error), over)
	switch {
	case math.IsNaN(rival.Held):
		said += fmt.Sprintf("; %s gave no interval", rival.Model)
	case !rival.holds(level):
		said += fmt.Sprintf("; %s's interval held %s, not %s", rival.Model, percent(rival.Held), percent(level))
	case rival.Error <= chosen.Error:
		said += fmt.Sprintf("; %s is not clearly better", rival.Model)
	}
	return said
}

// smallest returns the place of the smallest error of those that count, the
// first of equal ones; −1 if there is none.
func smallest(scores []Score, counts func(Score) bool) int {
	at := -1
	for i, s := range scores {
		if !math.IsNaN(s.Error) && counts(s) && (at < 0 || s.Error < scores[at].Error) {
			at = i
		}
	}
	return at
}

func first(scores []Score, counts func(Score) bool) int {
	for i, s := range scores {
		if counts(s) {
			return i
		}
	}
	return -1
}

// percent writes a share with three digits.
func percent(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) }
