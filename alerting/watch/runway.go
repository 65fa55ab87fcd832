package watch

import (
	"fmt"
	"math"
	"time"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/internal/config"
)

// runwayShort tells that a node will be full sooner than a machine that is asked
// for today is in service. It ends when the day is beyond the lead time by a
// margin, or when the load is not expected to get there.
var runwayShort = rule{
	kind:   "RunwayShort",
	limits: func(w config.Watch) config.WatchRule { return w.RunwayShort.Rule() },
	find: func(in *Input, found func(Subject, Text)) {
		in.eachJudged(func(i int, r *analytics.Row) {
			g := &in.Snapshot.Growth[i]
			if days, known := runway(in, g); known && days < in.leadDays() {
				found(Subject{Kind: "RunwayShort", Severity: warning, Node: r.ID}, runwayText(r, g, days, in.leadDays()))
			}
		})
	},
	over: func(in *Input, s Subject) bool {
		i := in.Snapshot.Find(s.Node)
		if i < 0 || !in.judged(&in.Snapshot.Rows[i]) {
			return false
		}
		days, known := runway(in, &in.Snapshot.Growth[i])
		return known && days > in.leadDays()*(1+in.Config.RunwayShort.Margin/100)
	},
}

func (in *Input) leadDays() float64 { return in.Lead.Hours() / 24 }

// runway is in how many days from the snapshot's on the daily peak reaches the
// target load; infinite if it is not expected to.
func runway(in *Input, g *analytics.Growth) (days float64, known bool) {
	if g.State != analytics.OK {
		return 0, false
	}
	if g.FullOn.Value == "" {
		return math.Inf(1), true
	}
	full, err := season.ParseDate(g.FullOn.Value)
	today, err2 := season.ParseDate(in.Snapshot.At.Format(time.DateOnly))
	if err != nil || err2 != nil {
		return 0, false
	}
	return float64(full - today), true
}

func runwayText(r *analytics.Row, g *analytics.Growth, days, lead float64) Text {
	when := fmt.Sprintf("in %.0f days, on %s", days, g.FullOn.Value)
	switch {
	case days <= 0:
		when = "by now"
	case days == 1:
		when = "tomorrow, on " + g.FullOn.Value
	}
	t := Text{
		Summary: fmt.Sprintf("%s: full %s; machines take %.0f days", r.ID, when, lead),
		Description: fmt.Sprintf("The daily peak of %s reaches %.0f %% %s (%s); a machine that is asked for today is in service in %.0f days. %s.",
			title(r.Path), float64(g.TargetLoad), when, between(g.FullOn), lead, growing(g)),
		Numbers: numbers("days", analytics.Number(days), "lead_time_days", analytics.Number(lead), "peak", g.PeakNow, "slope", g.SlopePerDay, "devices", g.Devices, "devices_to_request", g.DevicesToRequest),
	}
	if g.DevicesToRequest > 0 {
		t.Description += fmt.Sprintf(" To request: %.0f devices.", float64(g.DevicesToRequest))
	}
	return t
}

// growing says where the peak comes from. A slope that the forecast does not count on
// would contradict it.
func growing(g *analytics.Growth) string {
	if g.SlopeDoubted {
		return fmt.Sprintf("The peak is %s now, and the weeks agree on no growth", percent(g.PeakNow))
	}
	return fmt.Sprintf("The peak grows by %.2f points a day from %s now", float64(g.SlopePerDay), percent(g.PeakNow))
}

// between is the interval of a day in words.
func between(d analytics.Dates) string {
	switch {
	case d.Lower == "" && d.Upper == "":
		return "its interval is open"
	case d.Upper == "":
		return d.Lower + " at the earliest, perhaps never"
	case d.Lower == d.Upper:
		return "no other day is likely"
	}
	return d.Lower + " to " + d.Upper
}
