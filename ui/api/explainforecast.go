package api

import (
	"context"
	"fmt"
	"slices"

	"headroom/analytics"
	"headroom/analytics/ledger"
)

// explainForecast sets out one forecast of the ledger beside what came: what follows
// [ledger.ExplainPrefix].
func (s *Server) explainForecast(ctx context.Context, id string) (*analytics.Explanation, error) {
	q, horizon, err := ledger.ParseID(id)
	if err != nil {
		return nil, badParam("id", ledger.ExplainPrefix+id, err)
	}
	entries, err := s.Ledger.Entries(ctx, q)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.Horizon == horizon && e.ID == q.Path.ID() })
	if i < 0 {
		return nil, &Error{notFound, errorf("the ledger has no such forecast: %s", id)}
	}
	e := &entries[i]
	out := &analytics.Explanation{ID: ledger.ExplainPrefix + id, Title: fmt.Sprintf("Forecast of the %s on %s: %s", forecastNames[e.Task], e.For, e.ID)}
	if e.Task == ledger.Band {
		explainBands(out, e)
	} else {
		s.explainMade(out, e)
	}
	out.Related = []string{"row:" + e.ID}
	if at := e.Made; !at.IsZero() {
		kind := map[string]string{ledger.Peak: "row:", ledger.Growth: "order:", ledger.Order: "order:"}[e.Task]
		out.Related = append([]string{kind + e.ID + "@" + at.In(s.Location).Format("2006-01-02T15:04")}, out.Related...)
	}
	return out, nil
}

var forecastNames = map[string]string{ledger.Band: "band", ledger.Peak: "peak", ledger.Growth: "daily peak", ledger.Order: "devices needed"}

// cameNames say what is compared with a forecast.
var cameNames = map[string]string{
	ledger.Peak: "the highest five-minute mean of the day", ledger.Growth: "the highest five-minute mean of the day, or the largest one of the days up to it",
	ledger.Order: "devices that the largest peak of the lead time took at the target load",
}

// naiveNames say what the naive forecast of a task is.
var naiveNames = map[string]string{
	ledger.Peak: "the peak of the day before", ledger.Growth: "the last peak of the same weekday that was known, or the largest of as many days before",
	ledger.Order: "none",
}

// explainMade sets out a forecast that was made at a time.
func (s *Server) explainMade(out *analytics.Explanation, e *ledger.Entry) {
	unit := " %"
	if e.Task == ledger.Order {
		unit = " devices"
	}
	how := "written down when it was made, before anything of it came"
	if e.Replayed {
		how = "not made then, but computed later from what had been stored before then"
	}
	line(out, "forecast", how, "made "+s.said(e.Made)+", horizon "+e.Horizon, rounded(e.Forecast)+unit)
	if e.Lower.Known() {
		line(out, "interval", fmt.Sprintf("holds what comes in %g of 100 cases", 100*ledger.Level), "", "["+rounded(e.Lower)+", "+rounded(e.Upper)+"] %")
	}
	if !e.Actual.Known() {
		line(out, "what came", "known when the day is over", "", "not known yet")
		return
	}
	line(out, "what came", cameNames[e.Task], "", rounded(e.Actual)+unit)
	line(out, "error", "forecast ÷ what came − 1", rounded(e.Forecast)+" ÷ "+rounded(e.Actual)+" − 1", share(e.Error))
	if e.Inside != nil {
		line(out, "inside", "lower ≤ what came ≤ upper", "", map[bool]string{true: "yes", false: "no"}[*e.Inside])
		line(out, "interval score", "upper − lower + 2 ÷ (1 − level) · what lies outside: smaller is better", "", rounded(e.Score))
	}
	if e.Naive.Known() {
		line(out, "naive forecast", naiveNames[e.Task], "", rounded(e.Naive)+unit)
		line(out, "naive error", "naive forecast ÷ what came − 1", rounded(e.Naive)+" ÷ "+rounded(e.Actual)+" − 1", share(e.NaiveError))
	}
}

// explainBands sets out the bands of a day, each minute's said so long before.
func explainBands(out *analytics.Explanation, e *ledger.Entry) {
	line(out, "minutes inside", fmt.Sprintf("share of the day's minutes inside of the band that was said %s before", e.Horizon), "", share(e.Actual))
	if e.Error.Known() {
		line(out, "error", "mean over the minutes of |expected ÷ load − 1|", "", share(e.Error))
	}
	if e.NaiveError.Known() {
		line(out, "naive error", "likewise, of the load at the time it was said", "", share(e.NaiveError))
	}
	if e.Width.Known() {
		line(out, "width", "mean width of the band, relative to the load", "", share(e.Width))
	}
}

// share writes a part of one in percent.
func share(n analytics.Number) string { return rounded(100*n) + " %" }

// rounded writes a number with the digits that a forecast deserves.
func rounded(n analytics.Number) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.4g", float64(n))
}
