package backtest

import (
	"fmt"
	"math"
	"slices"

	"headroom/analytics/band"
	"headroom/analytics/choose"
	"headroom/analytics/growth"
)

// step is one forecast beside what came.
type step struct {
	origin int     // the day that the forecast counts for in a choice
	actual float64 // NaN: not known
	said   interval
}

// simplest lists the models in the order of a choice, the simplest first.
var simplest = []string{"naive", "classic", "calibrated"}

// rules are those of the tasks that a model can be chosen for: without labels no
// alarm is right or wrong.
var rules = map[Task]choose.Rule{Band: choose.Band, Peak: choose.Peak, Growth: choose.Growth}

// choice picks a model by the steps of which every model said something, and of
// which it is known what came; nil for a task that is not chosen for.
func (o Options) choice(all []outcome) *choose.Choice {
	rule, ok := rules[o.Task]
	if !ok {
		return nil
	}
	steps := make([][]step, len(all))
	for i, of := range all {
		steps[i] = of.steps()
	}
	origins := common(steps)
	scores := make([]choose.Score, len(all))
	for i, m := range models {
		scores[slices.Index(simplest, m.name)] = scoreOf(m.name, o, tallyOf(steps[i], o.Level))
	}
	c := rule.Choose(scores, origins, o.Level)
	return &c
}

// common makes unknown what came where a model said nothing or gave no interval,
// and returns how many origins are left.
func common(steps [][]step) (origins int) {
	last := math.MinInt
	for k := range steps[0] {
		compared := steps[0][k].actual
		for _, s := range steps {
			compared += s[k].said.value + s[k].said.upper - s[k].said.lower // NaN if one is
		}
		if compared == compared {
			if s := steps[0][k]; s.origin != last {
				last, origins = s.origin, origins+1
			}
			continue
		}
		for _, s := range steps {
			s[k].actual = math.NaN()
		}
	}
	return origins
}

// scoreOf takes the error of a forecast as it is shown: of today's peak and of
// growth the mean relative error; of a band, in which one is interested in the
// bounds, the interval score.
func scoreOf(name string, o Options, t tally) choose.Score {
	s := choose.Score{Model: name, Error: t.error / float64(t.sized), Held: float64(t.inside) / float64(t.bounded)}
	if o.Task == Band {
		s.Error = t.loss / t.size
	}
	return s
}

// missing says what a series lacks of which a model said nothing that can be
// compared; empty if there is something.
func (o Options) missing(p *placed, m model, t tally) string {
	if t.seen > 0 {
		return ""
	}
	if o.Task == Band || o.Task == Deviation {
		days := len(slices.Compact(slices.Clone(p.day)))
		return fmt.Sprintf("%d days with values; a band needs %d at the same time of day, and values after them", days, band.MinDays)
	}
	full := known(dailyPeaks(p.peakGrid()))
	if o.Task == Peak {
		return fmt.Sprintf("%d full days; today's peak needs %d before it, and is compared on full days", full, m.peakDays)
	}
	return fmt.Sprintf("%d full days; growth needs %d in a row, of which %d may be missing, and days after them", full, growth.Days, missingDays)
}
