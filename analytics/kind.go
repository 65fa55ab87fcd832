package analytics

import (
	"fmt"
	"strings"

	"headroom/analytics/band"
	"headroom/analytics/order"
	"headroom/analytics/peak"
)

// The models that a table can be computed with.
const (
	ModelCalibrated = "calibrated"
	ModelClassic    = "classic"

	// ModelNaive repeats the week before. It makes no table; the calibrated one falls
	// back to it where a node's own backtest speaks for that.
	ModelNaive = "naive"
)

// kind computes the numbers of one model from what was learned of a node and
// what its day has brought so far.
type kind interface {
	name() string

	// band returns what is normal at the day's current minute, from what was
	// known before its load.
	band(k *learned, t *today) band.Band

	// ahead returns what will be normal at the minute that lies a lead ahead, from
	// what is known with the current minute's load.
	ahead(k *learned, t *today, lead band.Lead, at slot) band.Band

	// peakModel is the model that peak forecasts by, itself or a simpler one.
	peakModel(k *learned) string

	// since returns the first of the day's minutes outside of the band up to the
	// current one, in Unix seconds; 0 if that is not known.
	since(k *learned, t *today) int64

	// alarm tells whether a deviation is worth telling, of a row that has its
	// verdict.
	alarm(r *Row, t *today) bool

	// peak forecasts today's peak as of the last slot that is over, with an
	// interval of z standard deviations; Slot is where it is expected.
	peak(k *learned, t *today, z float64) peak.Forecast

	// missing says what the band and the peak still need, nothing if they are
	// there.
	missing(r *Row, k *learned) []string

	// outlook sets what the node grows to, if the model has learned that.
	grown(k *learned) bool
	outlook(g *Growth, k *learned, m *Model)

	// order sets how many devices a module needs, and returns their demand as a
	// random number, if the model knows it.
	order(g *Growth, k *learned, m *Model) order.Demand

	// dayAhead is the daily peak expected h days after the last that counts.
	dayAhead(k *learned, h int, level float64) Interval

	// bands returns the bands of a day's minutes as they were, or will be, of
	// which those before now have been measured; curveDays is how many days
	// before it they are made from.
	bands(m *Model, h *history, day, now int) []band.Band
	curveDays(m *Model) int

	// The explanations show the arithmetic of the numbers above.
	explainBand(e *Explanation, x *moment)
	explainPeak(e *Explanation, x *moment)
	explainOutlook(e *Explanation, x *moment)
	explainOrder(e *Explanation, x *moment)
}

var unknownInterval = Interval{Unknown(), Unknown(), Unknown()}

// kinds returns the models that a minute is judged with, the configured one
// first.
func (m *Model) kinds() []kind {
	if m.Name == ModelClassic {
		return []kind{classic{}, calibrated{}}
	}
	return []kind{calibrated{}, classic{}}
}

// kinds likewise; the classic model comes first as long as only that has learned.
func (g *generation) kinds(m *Model) []kind {
	if g != nil && g.quick {
		return []kind{classic{}, calibrated{}}
	}
	return m.kinds()
}

// kindOf returns the model of a name, an empty one being the configured one.
func (m *Model) kindOf(name string) (kind, error) {
	var names []string
	for _, k := range m.kinds() {
		if name == "" || name == k.name() {
			return k, nil
		}
		names = append(names, k.name())
	}
	return nil, fmt.Errorf("model %q: %w; there is: %s", name, ErrNoModel, strings.Join(names, ", "))
}
