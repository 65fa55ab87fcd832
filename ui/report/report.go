// Package report makes the monthly expansion report: what has to be ordered,
// for whom, and why. It takes its numbers from the growth lines of a snapshot
// as they are; it adds them up and does no other arithmetic. Beside that it judges
// the orders of the months before, see [PastOrder].
package report

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/analytics/season"
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
	Arrives     string    `json:"arrives,omitempty"`    // the last day of the lead time, YYYY-MM-DD: what is ordered now is in service
	Currency    string    `json:"currency,omitempty"`   // of costs; empty if nothing is priced
	SiteLabel   string    `json:"site_label,omitempty"` // whose values the sites are; empty if there are none

	Total  Total     `json:"total"`
	ByTop  []Total   `json:"by_top"`            // one for each name of the first level
	BySite []Total   `json:"by_site,omitempty"` // a module of several sites counts in each, its devices are shared; without a name those of no known site
	ByType []Total   `json:"by_type,omitempty"` // by [Line.Type]
	Lines  []Line    `json:"lines"`             // most devices to request first
	Left   []LeftOut `json:"left_out"`
	Method []string  `json:"method"`

	Before   *Difference `json:"last_month,omitempty"`
	Accuracy *Accuracy   `json:"accuracy,omitempty"` // of forecasts about the month before

	Past []PastOrder `json:"past_orders,omitempty"` // newest first, up to one that could be judged

	Requests []RequestLine `json:"requests,omitempty"` // of the month, newest first

	Checksum string `json:"-"` // SHA-256 of the published text in hex, from those who keep it; empty: a draft
}

// Line is what one module needs, with the evidence.
type Line struct {
	analytics.Growth
	Type     string           `json:"type"`            // of the devices: what is ordered, or what the registry says they are; empty: unknown
	Cost     analytics.Number `json:"cost"`            // of the devices to request, in the report's currency; unknown without a price
	AtRisk   bool             `json:"at_risk"`         // likelier than not full before what is ordered now arrives
	Sites    []Share          `json:"sites,omitempty"` // most devices first; none if no device has the label
	Evidence *Evidence        `json:"evidence,omitempty"`
}

// UnmarshalJSON reads a cost that an older report does not have as unknown.
func (l *Line) UnmarshalJSON(text []byte) error {
	type plain Line
	p := plain{Cost: analytics.Unknown()}
	err := json.Unmarshal(text, &p)
	*l = Line(p)
	return err
}

// Evidence is the picture behind a line: a value for each day, oldest first.
type Evidence struct {
	Days  []string           `json:"days"`  // YYYY-MM-DD
	Peaks []analytics.Number `json:"peaks"` // null for days without enough data and for the future
	Line  []analytics.Number `json:"line"`

	// Of the last days, those to come; none in older reports.
	Forecast []analytics.Number `json:"forecast,omitempty"`
	Lower    []analytics.Number `json:"lower,omitempty"`
	Upper    []analytics.Number `json:"upper,omitempty"`
}

// LeftOut is a module about which nothing can be said yet.
type LeftOut struct {
	ID      string           `json:"id"`
	State   analytics.State  `json:"state"`
	Devices analytics.Number `json:"devices"`
	Reason  string           `json:"reason"`
}

// Options are what a report needs besides the snapshot.
type Options struct {
	Prices    Prices
	SiteLabel string                 // label of devices that tells their site; empty: none
	TypeOf    func(id string) string // of a module's present devices, empty if unknown; may be nil
}

// Build makes the draft of a month's report.
func Build(s *analytics.Snapshot, month string, at time.Time, o Options) Report {
	r := Report{
		Format: Format, Month: month, Draft: true, MadeAt: at, SnapshotAt: s.At, Model: s.Model, Levels: s.Levels,
		Lines: []Line{}, Left: []LeftOut{},
	}
	for i := range s.Growth {
		switch g := &s.Growth[i]; {
		case len(g.Path) != len(s.Levels):
		case g.State == analytics.OK:
			r.Lines = append(r.Lines, o.line(s, i))
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
	if o.Prices.any() {
		r.Currency = o.Prices.Currency
	}
	r.addUp(o.SiteLabel)
	r.Method = slices.Concat(r.method(), r.methodOfTotals())
	return r
}

// line makes the line of a module that is judged.
func (o *Options) line(s *analytics.Snapshot, node int) Line {
	l := Line{Growth: s.Growth[node]}
	l.Type = o.typeOf(&l.Growth)
	price := o.Prices.of(l.Type)
	l.Cost = cost(l.DevicesToRequest, price)
	l.AtRisk = l.FullOn.Value != "" && l.FullOn.Value <= l.arrives()
	if o.SiteLabel != "" {
		l.place(s.Domains(node), o.SiteLabel, price)
	}
	return l
}

// arrives is the last day of the lead time; empty if it is unknown.
func (l *Line) arrives() string {
	asOf, err := season.ParseDate(l.AsOf)
	if err != nil {
		return ""
	}
	return season.Date(asOf + l.HorizonDays)
}

// addUp fills the totals from the lines.
func (r *Report) addUp(siteLabel string) {
	var tops, sites, types totals
	r.Total = newTotal("Total")
	for i := range r.Lines {
		l := &r.Lines[i]
		r.HorizonDays, r.Arrives = max(r.HorizonDays, l.HorizonDays), max(r.Arrives, l.arrives())
		r.Total.add(l)
		tops.of(l.Path[0]).add(l)
		types.of(l.Type).add(l)
		for _, s := range l.Sites {
			sites.of(s.Site).addShare(l, s)
			r.SiteLabel = siteLabel
		}
	}
	for i := range r.Lines {
		if l := &r.Lines[i]; r.SiteLabel != "" && len(l.Sites) == 0 {
			sites.of("").add(l)
		}
	}
	r.ByTop, r.BySite, r.ByType = tops.sorted(), sites.sorted(), types.sorted()
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
			l.Evidence = &Evidence{t.Days, t.Peaks, t.Line, ahead(t.Forecast), ahead(t.Lower), ahead(t.Upper)}
		}
	}
}

// ahead leaves out the days over, of which nothing is forecast.
func ahead(values []analytics.Number) []analytics.Number {
	first := slices.IndexFunc(values, analytics.Number.Known)
	if first < 0 {
		return nil
	}
	return values[first:]
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
