package backtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Score is one measure; NaN where nothing could be measured.
type Score struct {
	Name  string
	Value float64
}

// Scores are the measures of a model, in the order in which they are shown.
type Scores []Score

// Get returns the measure of that name, NaN if there is none.
func (s Scores) Get(name string) float64 {
	for _, m := range s {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

// MarshalJSON writes the scores as one object; a measure that is not known is
// null.
func (s Scores) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range s {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		out = append(append(out, name...), ':')
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			out = append(out, "null"...)
		} else {
			out = strconv.AppendFloat(out, m.Value, 'g', -1, 64)
		}
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes, in the same order.
func (s *Scores) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil { // the brace
		return err
	}
	*s = nil
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var v *float64
		if err := dec.Decode(&v); err != nil {
			return err
		}
		m := Score{Name: fmt.Sprint(name), Value: math.NaN()}
		if v != nil {
			m.Value = *v
		}
		*s = append(*s, m)
	}
	return nil
}

// scores returns the measures of a series.
//
// Percentages of error are relative to the value that came; width and interval
// score (Winkler's) are in percent of the mean size of the values.
func (t tally) scores() Scores {
	if t.events != nil {
		return t.events.scores(t.seen)
	}
	out := Scores{
		{"values", float64(t.seen)},
		{"mape_pct", 100 * t.error / float64(t.sized)},
		{"coverage_pct", 100 * float64(t.inside) / float64(t.bounded)},
		{"width_pct", 100 * t.width / t.size},
		{"interval_score_pct", 100 * t.loss / t.size},
	}
	if t.largest != nil {
		largest := t.largest.scores()
		out = append(out,
			Score{"max_mape_pct", largest.Get("mape_pct")},
			Score{"max_coverage_pct", largest.Get("coverage_pct")})
	}
	return out
}

// scores of alarms. Precision counts runs of alarms, recall labelled events.
func (e *events) scores(values int) Scores {
	precision := 1 - float64(e.false)/float64(e.alarms)
	recall := float64(e.found) / float64(e.events)
	f1 := 2 * precision * recall / (precision + recall)
	if e.found == 0 && e.events > 0 {
		f1 = 0
	}
	if e.events == 0 { // without labels no alarm is right or wrong
		precision, f1 = math.NaN(), math.NaN()
	}
	return Scores{
		{"values", float64(values)},
		{"events", float64(e.events)},
		{"precision", precision},
		{"recall", recall},
		{"f1", f1},
		{"alarms_week", float64(e.alarms) / e.weeks},
		{"false_alarms_week", float64(e.false) / e.weeks},
	}
}

// pool returns the measures over several series: the mean over the series of
// each measure, so that every series weighs the same, except that values are
// added up and alarms are counted over all series together.
func pool(series []tally) Scores {
	if len(series) == 0 {
		return nil
	}
	var all events
	values := 0
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, t := range series {
		values += t.seen
		if t.events != nil {
			all.add(t.events)
		}
		for _, m := range t.scores() {
			if !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
				sums[m.Name] += m.Value
				counts[m.Name]++
			}
		}
	}
	if series[0].events != nil {
		return all.scores(values)
	}
	out := series[0].scores()
	for i, m := range out {
		out[i].Value = sums[m.Name] / counts[m.Name]
	}
	out[0].Value = float64(values)
	return out
}
