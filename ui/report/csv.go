package report

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/analytics"
	"headroom/storage/fleet"
)

var csvHead = []string{
	"id", "state", "devices", "devices_needed", "devices_to_request", "device_type",
	"peak_now", "slope_per_day", "percent_per_day", "r2", "days", "as_of",
	"horizon_days", "peak_at_horizon", "peak_at_horizon_lower", "peak_at_horizon_upper",
	"target_load", "full_on", "full_on_earliest", "full_on_latest", "risk", "peak_at_risk", "event", "spares", "reason",
	"past_month", "past_requested", "past_needed", "past_difference", "past_forecast", "past_actual", "past_error",
	"requests", "requests_devices",
}

// CSV writes a line for each module, those left out at the end with only what
// is known of them, and then those of which only an earlier order or a request is. The
// last columns are the newest earlier order that could be judged, and the requests of
// the month for that very module. Numbers are as in the JSON; an unknown one is empty. A byte
// order mark in front tells spreadsheets that names are UTF-8.
func (r *Report) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	_ = out.Write(append(safeAll(r.Levels), csvHead...)) // Flush keeps the error
	past, asked := r.csvPast(), r.csvRequests()
	write := func(g *analytics.Growth) {
		_ = out.Write(slices.Concat(r.csvLine(g), past(g.ID), asked(g.ID)))
	}
	for i := range r.Lines {
		write(&r.Lines[i].Growth)
	}
	for _, left := range slices.Concat(r.Left, r.gone(), r.onlyAsked()) {
		write(left.growth())
	}
	out.Flush()
	return out.Error()
}

// growth returns a line of which nothing but the module is known.
func (l *LeftOut) growth() *analytics.Growth {
	path, err := fleet.ParseID(l.ID)
	if err != nil {
		path = nil // the id is in the line all the same
	}
	nan := analytics.Unknown()
	return &analytics.Growth{
		ID: l.ID, Path: path, State: l.State, Reason: l.Reason, Devices: l.Devices, DevicesNeeded: nan, DevicesToRequest: nan,
		PeakNow: nan, SlopePerDay: nan, PercentPerDay: nan, R2: nan, TargetLoad: nan,
		PeakAtHorizon: analytics.Interval{Value: nan, Lower: nan, Upper: nan}, Risk: nan, PeakAtRisk: nan, Spares: nan, PooledNeeded: nan,
	}
}

func (r *Report) csvLine(g *analytics.Growth) []string {
	path := make([]string, len(r.Levels))
	copy(path, g.Path)
	return append(safeAll(path),
		safe(g.ID), string(g.State), digits(g.Devices), digits(g.DevicesNeeded), digits(g.DevicesToRequest), safe(g.DeviceType),
		digits(g.PeakNow), digits(g.SlopePerDay), digits(g.PercentPerDay), digits(g.R2), count(g.Days), g.AsOf,
		count(g.HorizonDays), digits(g.PeakAtHorizon.Value), digits(g.PeakAtHorizon.Lower), digits(g.PeakAtHorizon.Upper),
		digits(g.TargetLoad), g.FullOn.Value, g.FullOn.Lower, g.FullOn.Upper,
		digits(g.Risk), digits(g.PeakAtRisk), safe(g.Event), digits(g.Spares), safe(g.Reason))
}

func digits(n analytics.Number) string {
	if !n.Known() {
		return ""
	}
	if math.Abs(float64(n)) < 1e15 {
		return strconv.FormatFloat(float64(n), 'f', -1, 64) // spreadsheets read no 1e-05 as text
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// safe keeps a spreadsheet from taking a name for a formula.
func safe(s string) string {
	if strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r\n") || strings.HasPrefix(s, "＝") {
		return "'" + s
	}
	return s
}

func safeAll(names []string) []string {
	out := make([]string, len(names))
	for i, s := range names {
		out[i] = safe(s)
	}
	return out
}
