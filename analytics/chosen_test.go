package analytics

import (
	"strings"
	"testing"
	"time"

	"headroom/analytics/choose"
)

// A node's peak is forecast by the model that its own backtest speaks for, and the
// explanation says which and why; a choice without evidence changes nothing.
func TestPeakByTheChosenModel(t *testing.T) {
	usual := func(_ time.Time, v float64) float64 { return v }
	chosen := func(model string, tested bool) (Row, *world) {
		r, _, w := learnedFrom(t, usual, 1, func(m *Model) {
			m.Choices = []Choices{
				{Made: noon.AddDate(0, 0, -7)},
				{Made: noon.Add(-time.Hour), Nodes: map[string][]choose.Choice{
					moduleM: {{Task: "growth", Model: ModelNaive, Tested: true}, {Task: "peak", Model: model, Reason: "peak: naive, 5 % over 40 days", Tested: tested}},
				}},
			}
		})
		return r, w
	}
	plain, _, _ := learnedFrom(t, usual, 1, plainModel)
	for model, by := range map[string]string{ModelClassic: "base", ModelNaive: "peak of the same weekday", ModelCalibrated: "usual peak"} {
		r, w := chosen(model, true)
		if r.PeakToday.Model != model || (r.PeakToday.Value == plain.PeakToday.Value) != (model == ModelCalibrated) || !r.PeakToday.Upper.Known() {
			t.Errorf("%s: %+v, the calibrated one is %+v", model, r.PeakToday, plain.PeakToday)
		}
		if model == ModelClassic {
			if c := w.rowOf("m", ModelClassic).PeakToday; c.Value != r.PeakToday.Value || c.Upper != r.PeakToday.Upper {
				t.Errorf("classic is %+v in its own table, %+v here", c, r.PeakToday)
			}
		}
		if e := w.explain("row:"+moduleM, ModelCalibrated); !explains(e, "model", "over 40 days") || !explains(e, "", by) {
			t.Errorf("%s is explained by %+v", model, e.Steps)
		}
		// What was shown before the choice is explained as it was then.
		if e := w.explain("row:"+moduleM+"@2026-11-22T10:00", ModelCalibrated); explains(e, "model", "") || !explains(e, "usual peak", "") {
			t.Errorf("%s: two hours before by %+v", model, e.Steps)
		}
	}
	if r, _ := chosen(ModelClassic, false); r.PeakToday != plain.PeakToday && r.PeakToday.Value != plain.PeakToday.Value {
		t.Errorf("without evidence %+v", r.PeakToday)
	}
}

const moduleM = "Qzone/WNS/dispatch/m"

// explains tells whether a step of a name has a text in it; empty: any.
func explains(e *Explanation, name, text string) bool {
	for _, s := range e.Steps {
		if (name == "" || s.Name == name) && strings.Contains(s.Name+s.Formula+s.Numbers, text) {
			return true
		}
	}
	return false
}
