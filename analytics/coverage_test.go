package analytics

import (
	"context"
	"testing"
	"time"
)

// More coverage has wider intervals around the same forecasts; the table's own
// coverage gives the table's numbers.
func TestWithCoverage(t *testing.T) {
	r, g, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return v }, 1, plainModel)
	judged := func(coverage float64) *Judged {
		t.Helper()
		j, err := w.loop.WithCoverage(context.Background(), r.ID, "", coverage)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	if same := judged(0.95); same.Row.PeakToday.Upper != r.PeakToday.Upper || same.Growth.PeakMax != g.PeakMax || same.Growth.FullOn != g.FullOn {
		t.Errorf("%+v\nis not the table's %+v", same.Row, r)
	}
	last := judged(0.5)
	for _, coverage := range []float64{0.8, 0.95, 0.99} {
		j := judged(coverage)
		a, b := last.Growth.PeakAtHorizon, j.Growth.PeakAtHorizon
		if j.Row.PeakToday.Value != r.PeakToday.Value || !(last.Row.PeakToday.Upper < j.Row.PeakToday.Upper) || a.Value != b.Value || !(b.Lower < a.Lower && a.Upper < b.Upper) || j.Growth.DevicesNeeded != g.DevicesNeeded {
			t.Errorf("%v: %+v\nless before: %+v", coverage, j.Row.PeakToday, last.Row.PeakToday)
		}
		trend, err := w.loop.Trend(context.Background(), r.ID, "", coverage)
		if n := len(trend.Upper) - 1; err != nil || trend.Upper[n] != b.Upper {
			t.Errorf("%v: the trend's %v is not %v", coverage, trend.Upper[n], b.Upper)
		}
		last = j
	}
	if _, err := w.loop.WithCoverage(context.Background(), "no", "", 0.8); err == nil {
		t.Error("of no node")
	}
}
