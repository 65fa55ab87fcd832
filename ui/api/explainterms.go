package api

import (
	"strings"

	"headroom/analytics"
)

// terms are the numbers that pages show, each with the steps that make it, of any
// model. A name of a step may go on with a figure, as in "peak in 30 days".
var terms = []struct {
	term  string
	steps []string
}{
	{"mean", []string{"usual", "level", "expected", "mean"}},
	{"band", []string{"noise", "spread", "tails", "threshold", "lower", "upper", "half-width", "band"}},
	{"deviates", []string{"score", "deviates", "strength", "alarm"}},
	{"peak", []string{"usual peak", "unlike the usual day", "still to come", "base", "ratio", "peak today", "interval"}},
	{"headroom", []string{"headroom"}},
	{"loss", []string{"after loss"}},
	{"growth", []string{"line", "trend"}},
	{"full", []string{"trend", "peak in", "full on"}},
	{"order", []string{"largest peak of", "risk of", "peak at risk", "devices needed", "devices to request"}},
	{"seen", []string{"peak today"}},
	{"horizon", []string{"trend", "peak in", "spread", "interval"}},
	{"risk", []string{"largest peak of", "risk of", "peak at risk"}},
	{"target", []string{"headroom"}},
	{"needed", []string{"peak at risk", "devices needed"}},
	{"short", []string{"largest peak of", "risk of", "devices needed", "devices to request"}},
	{"fraction", []string{"busy fraction"}},
	{"workers", []string{"wanted by the numbers", "limit:", "desired"}},
}

// setTerms says of each step which numbers of a page it makes.
func setTerms(e *analytics.Explanation) {
	for i := range e.Steps {
		name := e.Steps[i].Name + " "
		for _, t := range terms {
			for _, step := range t.steps {
				if strings.HasPrefix(name, step+" ") {
					e.Steps[i].Terms = append(e.Steps[i].Terms, t.term)
					break
				}
			}
		}
	}
}
