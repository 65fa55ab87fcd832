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

// Tally sums up entries by task and horizon as they come. The zero value has none.
type Tally struct{ groups map[kind]*sums }

// kind is what is summed up together.
type kind struct {
	task, horizon string
	replayed      bool
}

type sums struct {
	made, scored                           int
	err, bias, inside, width, score, naive mean
}

// Add counts an entry, which is not kept.
func (t *Tally) Add(e *Entry) {
	if t.groups == nil {
		t.groups = map[kind]*sums{}
	}
	key := kind{e.Task, e.Horizon, e.Replayed}
	if t.groups[key] == nil {
		t.groups[key] = &sums{}
	}
	t.groups[key].add(e)
}

func (s *sums) add(e *Entry) {
	s.made++
	if e.Actual.Known() {
		s.scored++
	}
	s.err.add(size(e.Error))
	s.width.add(e.Width)
	if e.Task == Band {
		s.inside.add(e.Actual)
		s.score.add(e.Score)
		s.naive.add(e.NaiveError)
		return
	}
	s.bias.add(e.Error)
	if e.Inside != nil {
		s.inside.add(share(*e.Inside))
		s.score.add(e.Score / e.Actual)
	}
	if e.Error.Known() {
		s.naive.add(size(e.NaiveError))
	}
}

// Summaries returns what was counted, in the order of [Tasks] and the nearest horizon
// first, what was made in the open before what was replayed.
func (t *Tally) Summaries() []Summary {
	out := make([]Summary, 0, len(t.groups))
	for k, s := range t.groups {
		out = append(out, Summary{
			Task: k.task, Horizon: k.horizon, Replayed: k.replayed, Made: s.made, Scored: s.scored,
			Error: s.err.value(), Bias: s.bias.value(), Coverage: s.inside.value(), Width: s.width.value(), Score: s.score.value(), NaiveError: s.naive.value(),
		})
	}
	slices.SortFunc(out, func(a, b Summary) int {
		return cmp.Or(cmp.Compare(slices.Index(Tasks(), a.Task), slices.Index(Tasks(), b.Task)),
			cmp.Compare(unit(a.Horizon), unit(b.Horizon)), cmp.Compare(len(a.Horizon), len(b.Horizon)),
			strings.Compare(a.Horizon, b.Horizon), cmp.Compare(share(a.Replayed), share(b.Replayed)))
	})
	return out
}

// unit orders horizons by what they are counted in.
func unit(horizon string) int { return strings.IndexByte("mhd", horizon[len(horizon)-1]) }
