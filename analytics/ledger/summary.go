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
	Task     string `json:"task"`
	Horizon  string `json:"horizon"`
	Replayed bool   `json:"replayed"` // not made in the open; apart from those that were
	Made     int    `json:"made"`     // forecasts
	Scored   int    `json:"scored"`   // of which the truth is in

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
	type kind struct {
		task, horizon string
		replayed      bool
	}
	groups := map[kind][]*Entry{}
	for i := range entries {
		e := &entries[i]
		key := kind{e.Task, e.Horizon, e.Replayed}
		groups[key] = append(groups[key], e)
	}
	out := make([]Summary, 0, len(groups))
	for key, group := range groups {
		s := Summary{Task: key.task, Horizon: key.horizon, Replayed: key.replayed, Made: len(group)}
		s.summarize(group)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Summary) int {
		return cmp.Or(cmp.Compare(slices.Index(Tasks(), a.Task), slices.Index(Tasks(), b.Task)),
			cmp.Compare(unit(a.Horizon), unit(b.Horizon)), cmp.Compare(len(a.Horizon), len(b.Horizon)),
			strings.Compare(a.Horizon, b.Horizon), cmp.Compare(byte(share(a.Replayed)), byte(share(b.Replayed))))
	})
	return out
}

// unit orders horizons by what they are counted in.
func unit(horizon string) int { return strings.IndexByte("mhd", horizon[len(horizon)-1]) }

func (s *Summary) summarize(entries []*Entry) {
	var err, bias, inside, width, score, naive mean
	for _, e := range entries {
		if e.Actual.Known() {
			s.Scored++
		}
		err.add(size(e.Error))
		width.add(e.Width)
		if s.Task == Band {
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
}
