package report

import (
	"strconv"

	"headroom/analytics/ledger"
)

// facts are the key figures of a report, what has to be decided first.
func (r *Report) facts(w *words) []Fact {
	t := &r.Total
	if r.blank() {
		return []Fact{{Label: w.modules, Value: "0"}, {Label: w.leftCount, Value: grouped(strconv.Itoa(len(r.Left)))}}
	}
	all := []Fact{{Label: w.request, Value: Decimal(t.DevicesToRequest, 0), Strong: true}}
	if t.Cost.Known() {
		f := Fact{Label: fill(w.cost, r.Currency), Value: Money(t.Cost), Strong: true}
		if t.Unpriced > 0 {
			f.Note = fill(w.unpriced, Decimal(t.Unpriced, 0))
		}
		all = append(all, f)
	}
	if t.AtRisk.Known() {
		all = append(all, Fact{Label: w.risk, Value: Decimal(t.AtRisk, 0), Note: fill(w.riskNote, orDash(r.Arrives))})
	}
	if b := r.Before; b != nil {
		all = append(all, Fact{Label: fill(w.since, b.Month), Value: signedDecimal(b.DevicesToRequest, 0), Note: fill(w.sinceNote, Decimal(b.Then.DevicesToRequest, 0))})
	}
	all = append(all,
		Fact{Label: w.devices, Value: Decimal(t.Devices, 0)},
		Fact{Label: w.needed, Value: Decimal(t.DevicesNeeded, 0)},
		Fact{Label: w.modules, Value: grouped(strconv.Itoa(t.Modules))})
	return append(all, r.forecastFact(w)...)
}

// forecastFact says how good forecasts were: of the order that is judged, else of
// daily peaks the longest time ahead.
func (r *Report) forecastFact(w *words) []Fact {
	if o := r.judged(); o != nil && o.Total.Error.Known() {
		t := &o.Total
		return []Fact{{
			Label: fill(w.forecast, o.Month), Value: signedPercent(t.Error) + " %",
			Note: fill(w.forecastNote, Decimal(t.Forecast, 0), Decimal(t.Actual, 0)),
		}}
	}
	if r.Accuracy == nil {
		return nil
	}
	var last *Score
	for i := range r.Accuracy.Scores {
		if s := &r.Accuracy.Scores[i]; s.Task == ledger.Growth && s.Median.Known() {
			last = s
		}
	}
	if last == nil {
		return nil
	}
	return []Fact{{Label: w.median, Value: Decimal(100*last.Median, 1) + " %", Note: fill(w.medianNote, w.horizon(last.Horizon))}}
}
