package report

import (
	"strings"

	"headroom/analytics"
)

// Type is how a column's cells are to be read.
type Type int

// Types of fields; what is unknown is an empty cell in each.
const (
	Words   Type = iota // a string
	Day                 // a string as YYYY-MM-DD
	Count               // an int, 0 for none, or a whole [analytics.Number]
	Percent             // a Number from 0 to 100
	Decimals
	Ratio // a Number of which 1 is the whole
	Amount
)

// Field is one of the flat table that CSV and XLSX have: a line for each module.
type Field struct {
	Name string // in CSV, and where heads are looked up
	Type Type
	Of   func(*Record) any // a string, an int or a Number
}

// Record is a module in the flat table, with all that is known of it.
type Record struct {
	*Line
	PastMonth string
	Past      *PastLine // nil: none could be judged
	Requests  []string  // ids
	Asked     int       // devices that they ask for
	risky     bool      // whether it is known which modules are at risk
}

// Fields are those of the flat table: the levels of the tree, then the module.
func (r *Report) Fields() []Field {
	all := make([]Field, 0, len(r.Levels)+len(fields))
	for i, level := range r.Levels {
		all = append(all, Field{level, Words, func(row *Record) any {
			if i < len(row.Path) {
				return row.Path[i]
			}
			return ""
		}})
	}
	return append(all, fields...)
}

var fields = []Field{
	{"id", Words, func(r *Record) any { return r.ID }},
	{"state", Words, func(r *Record) any { return string(r.State) }},
	{"devices", Count, func(r *Record) any { return r.Devices }},
	{"devices_needed", Count, func(r *Record) any { return r.DevicesNeeded }},
	{"devices_to_request", Count, func(r *Record) any { return r.DevicesToRequest }},
	{"device_type", Words, func(r *Record) any { return r.DeviceType }},
	{"peak_now", Percent, func(r *Record) any { return r.PeakNow }},
	{"slope_per_day", Decimals, func(r *Record) any { return r.SlopePerDay }},
	{"percent_per_day", Decimals, func(r *Record) any { return r.PercentPerDay }},
	{"trend_per_day", Decimals, func(r *Record) any { return r.TrendPerDay }},
	{"r2", Decimals, func(r *Record) any { return r.R2 }},
	{"days", Count, func(r *Record) any { return r.Days }},
	{"as_of", Day, func(r *Record) any { return r.AsOf }},
	{"horizon_days", Count, func(r *Record) any { return r.HorizonDays }},
	{"peak_at_horizon", Percent, func(r *Record) any { return r.PeakAtHorizon.Value }},
	{"peak_at_horizon_lower", Percent, func(r *Record) any { return r.PeakAtHorizon.Lower }},
	{"peak_at_horizon_upper", Percent, func(r *Record) any { return r.PeakAtHorizon.Upper }},
	{"target_load", Percent, func(r *Record) any { return r.TargetLoad }},
	{"full_on", Day, func(r *Record) any { return r.FullOn.Value }},
	{"full_on_earliest", Day, func(r *Record) any { return r.FullOn.Lower }},
	{"full_on_latest", Day, func(r *Record) any { return r.FullOn.Upper }},
	{"risk", Ratio, func(r *Record) any { return r.Risk }},
	{"peak_at_risk", Percent, func(r *Record) any { return r.PeakAtRisk }},
	{"event", Words, func(r *Record) any { return r.Event }},
	{"spares", Count, func(r *Record) any { return r.Spares }},
	{"reason", Words, func(r *Record) any { return r.Reason }},
	{"past_month", Words, func(r *Record) any { return r.PastMonth }},
	{"past_requested", Count, pastOf(func(p *PastLine) analytics.Number { return p.Requested })},
	{"past_needed", Count, pastOf(func(p *PastLine) analytics.Number { return p.Needed })},
	{"past_difference", Count, pastOf(func(p *PastLine) analytics.Number { return p.Difference })},
	{"past_forecast", Count, pastOf(func(p *PastLine) analytics.Number { return p.Forecast })},
	{"past_actual", Count, pastOf(func(p *PastLine) analytics.Number { return p.Actual })},
	{"past_error", Ratio, pastOf(func(p *PastLine) analytics.Number { return p.Error })},
	{"requests", Words, func(r *Record) any { return strings.Join(r.Requests, " ") }},
	{"requests_devices", Count, func(r *Record) any {
		if len(r.Requests) == 0 {
			return analytics.Unknown()
		}
		return analytics.Number(r.Asked)
	}},
	{"type", Words, func(r *Record) any { return r.Type }},
	{"cost", Amount, func(r *Record) any { return r.Cost }},
	{"at_risk", Words, func(r *Record) any { return r.atRisk() }},
	{"site", Words, func(r *Record) any { return r.Site() }},
}

func pastOf(f func(*PastLine) analytics.Number) func(*Record) any {
	return func(r *Record) any {
		if r.Past == nil {
			return analytics.Unknown()
		}
		return f(r.Past)
	}
}

// atRisk is "yes" or "no"; empty if that is not known.
func (r *Record) atRisk() string {
	switch {
	case !r.risky || r.State != analytics.OK:
		return ""
	case r.AtRisk:
		return "yes"
	}
	return "no"
}
