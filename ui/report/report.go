// Package report makes the monthly expansion report: what has to be ordered,
// for whom, and why. It takes its numbers from the growth lines of a snapshot
// as they are; it adds them up and does no other arithmetic. Beside that it judges
// the orders of the months before, see [PastOrder].
package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
)

// Format is the version of the report's JSON, which is kept forever once it is
// published. Fields that are added do not raise it.
const Format = 1

// Report is the expansion report of one month.
type Report struct {
	Format      int       `json:"format"`
	Month       string    `json:"month"` // YYYY-MM
	Draft       bool      `json:"draft"` // a draft changes with each snapshot
	MadeAt      time.Time `json:"made_at"`
	SnapshotAt  time.Time `json:"snapshot_at"` // start of the minute whose numbers these are
	Model       string    `json:"model"`
	Levels      []string  `json:"levels"` // labels of the hierarchy, top first
	HorizonDays int       `json:"horizon_days"`

	Total  Total     `json:"total"`
	ByTop  []Total   `json:"by_top"` // one for each name of the first level
	Lines  []Line    `json:"lines"`  // most devices to request first
	Left   []LeftOut `json:"left_out"`
	Method []string  `json:"method"`

	Past []PastOrder `json:"past_orders,omitempty"` // newest first, up to one that could be judged

	Requests []RequestLine `json:"requests,omitempty"` // of the month, newest first
}

// Total adds up lines.
type Total struct {
	Name             string           `json:"name"`
	Modules          int              `json:"modules"`
	Devices          analytics.Number `json:"devices"`
	DevicesNeeded    analytics.Number `json:"devices_needed"`
	DevicesToRequest analytics.Number `json:"devices_to_request"`
}

// Line is what one module needs, with the evidence.
type Line struct {
	analytics.Growth
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Evidence is the picture behind a line: a value for each day, oldest first.
type Evidence struct {
	Days  []string           `json:"days"`  // YYYY-MM-DD
	Peaks []analytics.Number `json:"peaks"` // null for days without enough data and for the future
	Line  []analytics.Number `json:"line"`
}

// LeftOut is a module about which nothing can be said yet.
type LeftOut struct {
	ID      string           `json:"id"`
	State   analytics.State  `json:"state"`
	Devices analytics.Number `json:"devices"`
	Reason  string           `json:"reason"`
}

// Build makes the draft of a month's report.
func Build(s *analytics.Snapshot, month string, at time.Time) Report {
	r := Report{
		Format: Format, Month: month, Draft: true, MadeAt: at, SnapshotAt: s.At, Model: s.Model, Levels: s.Levels,
		ByTop: []Total{}, Lines: []Line{}, Left: []LeftOut{},
	}
	for i := range s.Growth {
		switch g := &s.Growth[i]; {
		case len(g.Path) != len(s.Levels):
		case g.State == analytics.OK:
			r.Lines = append(r.Lines, Line{Growth: *g})
		default:
			r.Left = append(r.Left, LeftOut{g.ID, g.State, g.Devices, g.Reason})
		}
	}
	slices.SortFunc(r.Lines, func(a, b Line) int {
		if a.DevicesToRequest.Known() && b.DevicesToRequest.Known() && a.DevicesToRequest != b.DevicesToRequest {
			return int(b.DevicesToRequest - a.DevicesToRequest)
		}
		return strings.Compare(a.ID, b.ID)
	})
	slices.SortFunc(r.Left, func(a, b LeftOut) int { return strings.Compare(a.ID, b.ID) })
	r.addUp()
	r.Method = r.method()
	return r
}

// addUp fills the totals from the lines.
func (r *Report) addUp() {
	tops := map[string]int{}
	r.Total = Total{Name: "Total"}
	for i := range r.Lines {
		l := &r.Lines[i]
		r.HorizonDays = max(r.HorizonDays, l.HorizonDays)
		n, ok := tops[l.Path[0]]
		if !ok {
			n = len(r.ByTop)
			tops[l.Path[0]] = n
			r.ByTop = append(r.ByTop, Total{Name: l.Path[0]})
		}
		r.ByTop[n].add(l)
		r.Total.add(l)
	}
	slices.SortFunc(r.ByTop, func(a, b Total) int { return strings.Compare(a.Name, b.Name) })
}

// add counts a line; numbers that are unknown count as nothing here and are
// shown as unknown in their line.
func (t *Total) add(l *Line) {
	t.Modules++
	for _, n := range []struct{ sum, value *analytics.Number }{
		{&t.Devices, &l.Devices}, {&t.DevicesNeeded, &l.DevicesNeeded}, {&t.DevicesToRequest, &l.DevicesToRequest},
	} {
		if n.value.Known() {
			*n.sum += *n.value
		}
	}
}

// Prove adds the picture to the lines that ask for devices, from each module's
// trend; a nil trend leaves a line without one.
func (r *Report) Prove(trend func(id string) *analytics.Trend) {
	for i := range r.Lines {
		l := &r.Lines[i]
		if !l.asks() {
			continue
		}
		if t := trend(l.ID); t != nil {
			l.Evidence = &Evidence{t.Days, t.Peaks, t.Line}
		}
	}
}

// TargetLoad is the percentage at which a device counts as full, unknown without
// any line.
func (r *Report) TargetLoad() float64 {
	if len(r.Lines) == 0 {
		return math.NaN()
	}
	return float64(r.Lines[0].TargetLoad)
}

func (l *Line) asks() bool { return l.DevicesToRequest.Known() && l.DevicesToRequest > 0 }

// Judge adds the orders of months before, which are judged already, and how that
// is done.
func (r *Report) Judge(past []PastOrder) {
	r.Past = past
	if len(past) > 0 {
		r.Method = append(r.Method, "An earlier order is judged by the largest work of its lead time: devices needed = a day’s peak × its devices ÷ the target load then, rounded up; needed beyond those present then is what should have been requested. Minimums, spares and multiples are not taken off what was requested.")
	}
}

// method says in words where the numbers come from.
func (r *Report) method() []string {
	first := []string{
		"A module's load is the mean over its devices, in percent of a device; a day's peak is its highest five-minute mean.",
		"A straight line (ordinary least squares) is laid through the daily peaks of the growth window; days without enough data are left out. R² tells how much of the peaks' variation the line explains.",
	}
	if r.Model == analytics.ModelClassic {
		return append(first,
			"The line, continued to the horizon, gives the forecast peak; its interval is the 95 % prediction interval. The horizon is the time from a request to a machine in service.",
			"Devices needed = devices × forecast peak at the horizon ÷ target load, rounded up. Devices to request = needed − devices, where that is above 0.",
			"Full on is the day on which the line reaches the target load, with the earliest and latest day of its interval.",
		)
	}
	return append(first,
		"The forecast takes the level of the last weeks, the weekdays, and the trend as far as the weeks agree on one; its interval comes from how wrong it was within the growth window and, the farther ahead the more, from the size of the load. The horizon is the time from a request to a machine in service.",
		"The peak at risk is what the largest peak until the horizon exceeds with the stated probability, an event of the calendar included. That probability is idle cost ÷ (shortage cost + idle cost).",
		"Devices needed = devices × peak at risk ÷ target load, rounded up, at least the minimum, and spares for devices that fail. Devices to request = needed − devices, where that is above 0, in multiples that are delivered.",
		"Full on is the day by which a peak has more likely than not reached the target load, with the earliest and latest day of its 95 % interval.",
	)
}
