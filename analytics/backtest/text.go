package backtest

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
)

// WriteText prints the scores of the models as a table, a line a model. The
// column choice is how many series' own backtest speaks for it.
func (r *Result) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	chosen := r.chosen()
	fmt.Fprint(t, "model\t")
	for _, s := range r.Models[0].Scores {
		fmt.Fprintf(t, "%s\t", s.Name)
	}
	if chosen != nil {
		fmt.Fprint(t, "choice\t")
	}
	fmt.Fprintln(t)
	for _, m := range r.Models {
		fmt.Fprintf(t, "%s\t", m.Model)
		for _, s := range m.Scores {
			fmt.Fprintf(t, "%s\t", cell(s.Value))
		}
		if chosen != nil {
			fmt.Fprintf(t, "%d\t", chosen[m.Model])
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// chosen counts the series that speak for each model; nil if none does for any.
func (r *Result) chosen() map[string]int {
	var n map[string]int
	for _, c := range r.Choices {
		if c.Tested {
			if n == nil {
				n = map[string]int{}
			}
			n[c.Model]++
		}
	}
	return n
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
