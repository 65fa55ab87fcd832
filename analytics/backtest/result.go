package backtest

import (
	"slices"

	"headroom/analytics/choose"
)

// Result holds the scores of a run.
type Result struct {
	Task   Task          `json:"task"`
	Model  string        `json:"model"` // whose rows were written
	Level  float64       `json:"level"`
	Models []ModelScores `json:"models"` // over all series
	Series []ModelScores `json:"series"` // series by series, in the order given

	Choices []Choice  `json:"choices"` // of the series, but for the task deviation
	Missing []Missing `json:"missing"` // series too short to say anything
	Own     *Own      `json:"own,omitempty"`
}

// ModelScores are the scores of one model.
type ModelScores struct {
	Series string `json:"series,omitempty"`
	Model  string `json:"model"`
	Scores Scores `json:"scores"`
}

// Choice is the model that a series' own backtest speaks for.
type Choice struct {
	Series string `json:"series"`
	choose.Choice
}

// Missing is what a series lacks.
type Missing struct {
	Series string `json:"series"`
	Reason string `json:"reason"`
}

// played is what the models did on one series.
type played struct {
	series  string
	scores  []tally // in the order of models; nil if there were no values
	choice  *choose.Choice
	missing string // empty if there is enough
}

func newResult(o Options, all []played) *Result {
	r := &Result{Task: o.Task, Model: o.Model, Level: o.Level, Series: []ModelScores{}, Choices: []Choice{}, Missing: []Missing{}}
	for _, p := range all {
		if p.missing != "" {
			r.Missing = append(r.Missing, Missing{p.series, p.missing})
		}
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p played) bool { return p.scores == nil })
	for i, m := range models {
		tallies := make([]tally, len(all))
		for k, p := range all {
			tallies[k] = p.scores[i]
		}
		r.Models = append(r.Models, ModelScores{Model: m.name, Scores: pool(tallies)})
	}
	for _, p := range all {
		for i, m := range models {
			r.Series = append(r.Series, ModelScores{Series: p.series, Model: m.name, Scores: p.scores[i].scores()})
		}
		if p.choice != nil && p.missing == "" {
			r.Choices = append(r.Choices, Choice{p.series, *p.choice})
		}
	}
	return r
}
