package backtest

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
)

// Result holds the scores of a run.
type Result struct {
	Task   Task          `json:"task"`
	Model  string        `json:"model"` // whose rows were written
	Level  float64       `json:"level"`
	Models []ModelScores `json:"models"` // over all series
	Series []ModelScores `json:"series"` // series by series, in the order given
}

// ModelScores are the scores of one model.
type ModelScores struct {
	Series string `json:"series,omitempty"`
	Model  string `json:"model"`
	Scores Scores `json:"scores"`
}

// played is what the models did on one series.
type played struct {
	series string
	scores []tally // in the order of models
}

func newResult(o Options, all []played) *Result {
	r := &Result{Task: o.Task, Model: o.Model, Level: o.Level}
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
	}
	return r
}

// WriteText prints the scores of the models as a table, a line a model.
func (r *Result) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "model\t")
	for _, s := range r.Models[0].Scores {
		fmt.Fprintf(t, "%s\t", s.Name)
	}
	fmt.Fprintln(t)
	for _, m := range r.Models {
		fmt.Fprintf(t, "%s\t", m.Model)
		for _, s := range m.Scores {
			fmt.Fprintf(t, "%s\t", cell(s.Value))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// cell writes four digits, a count in full, and a dash for what is not known.
func cell(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v == math.Trunc(v) || math.Abs(v) >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	default:
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
}
