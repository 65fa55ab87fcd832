package analytics

import (
	"time"

	"headroom/analytics/choose"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// Choices are what nodes' own backtests speak for since a time, by the node's id:
// one choice a task. Where there is none, or it was not tested, the calibrated
// model counts.
type Choices struct {
	Made  time.Time                  `json:"made_at"`
	Nodes map[string][]choose.Choice `json:"nodes"`
}

// of returns the choice of a node for a task; false if none was tested.
func (c Choices) of(id string, r choose.Rule) (choose.Choice, bool) {
	for _, choice := range c.Nodes[id] {
		if choice.Task == r.Task && choice.Tested {
			return choice, true
		}
	}
	return choose.Choice{}, false
}

// choices are those that were made last.
func (m *Model) choices() (last Choices) {
	for _, c := range m.Choices {
		if m.at.IsZero() || !c.Made.After(m.at) {
			last = c
		}
	}
	return last
}

// forecaster forecasts a day's peak as of a slot.
type forecaster interface {
	Forecast(today []float64, asof int, z float64) peak.Forecast
}

// classicPeak is the classic forecast on ordinary days.
type classicPeak struct{ *peak.Day }

// Forecast implements forecaster.
func (c classicPeak) Forecast(today []float64, asof int, z float64) peak.Forecast {
	lastHour, seen := peak.SoFar(today, asof)
	f := c.Day.Forecast(asof, lastHour, seen, z)
	if f.Value == seen {
		_, f.Slot = season.Max(today[:asof])
	}
	return f
}

// choosePeak sets who forecasts today's peak: the model that the node's own
// backtest speaks for.
func (k *learned) choosePeak(m *Model, id string, five *season.Grid, day int) {
	k.peakBy, k.peakModel = k.peak, ModelCalibrated
	choice, ok := m.choices().of(id, choose.Peak)
	if !ok {
		return
	}
	k.peakReason = choice.Reason
	switch choice.Model {
	case ModelClassic:
		k.peakBy, k.peakModel = classicPeak{peak.Learn(five, day)}, ModelClassic
	case ModelNaive:
		k.peakBy, k.peakModel = peak.LearnNaive(five, day), ModelNaive
	}
}
