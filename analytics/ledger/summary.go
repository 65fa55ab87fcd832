package ledger

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"headroom/analytics"
)

// Summary is how right the forecasts of one task and horizon were. Means are over
// all forecasts of which the truth is in.
type Summary struct {
	Task    string `json:"task"`
	Horizon string `json:"horizon"`
	Made    int    `json:"made"`   // forecasts
	Scored  int    `json:"scored"` // of which the truth is in

	Error      analytics.Number `json:"error"`          // mean size of the relative error
	Bias       analytics.Number `json:"bias"`           // mean relative error: above 0 too much was forecast; unknown of the band
	Coverage   analytics.Number `json:"coverage"`       // share inside of the interval; of the band: of the minutes
	Width      analytics.Number `json:"width"`          // mean width of the interval, relative to what came
	Score      analytics.Number `json:"interval_score"` // mean, relative to what came
	NaiveError analytics.Number `json:"naive_error"`    // as error, of the naive forecast, where both are known
}

// mean of the numbers added to it; unknown of none.
type mean struct{ sum, n float64 }

func (m *mean) add(v analytics.Number) {
	if v.Known() {
		m.sum += float64(v)
		m.n++
	}
}

func (m *mean) value() analytics.Number { return analytics.Number(m.sum / m.n) }

func size(v analytics.Number) analytics.Number { return analytics.Number(math.Abs(float64(v))) }

// Summarize sums up entries by task and horizon, in the order of [Tasks] and the
// nearest horizon first.
func Summarize(entries []Entry) []Summary {
	groups := map[[2]string][]*Entry{}
	for i := range entries {
		key := [2]string{entries[i].Task, entries[i].Horizon}
		groups[key] = append(groups[key], &entries[i])
	}
	out := make([]Summary, 0, len(groups))
	for key, group := range groups {
		out = append(out, summarize(key[0], key[1], group))
	}
	slices.SortFunc(out, func(a, b Summary) int {
		return cmp.Or(cmp.Compare(slices.Index(Tasks(), a.Task), slices.Index(Tasks(), b.Task)),
			cmp.Compare(len(a.Horizon), len(b.Horizon)), strings.Compare(a.Horizon, b.Horizon))
	})
	return out
}

func summarize(task, horizon string, entries []*Entry) Summary {
	s := Summary{Task: task, Horizon: horizon, Made: len(entries)}
	var err, bias, inside, width, score, naive mean
	for _, e := range entries {
		if e.Actual.Known() {
			s.Scored++
		}
		err.add(size(e.Error))
		width.add(e.Width)
		if task == Band {
			inside.add(e.Actual)
			score.add(e.Score)
			naive.add(e.NaiveError)
			continue
		}
		bias.add(e.Error)
		if e.Inside != nil {
			inside.add(share(*e.Inside))
			score.add(e.Score / e.Actual)
		}
		if e.Error.Known() {
			naive.add(size(e.NaiveError))
		}
	}
	s.Error, s.Bias, s.Coverage, s.Width, s.Score, s.NaiveError = err.value(), bias.value(), inside.value(), width.value(), score.value(), naive.value()
	return s
}
