package api

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// lineWriter writes rows and lines of growth as JSON, field by field in the
// order of the structs: several times as fast as encoding/json by reflection,
// which would take most of a large table's time. A test holds the two equal.
type lineWriter struct{ b []byte }

// key starts a field; it writes the comma, or the brace that opens the object.
func (w *lineWriter) key(name string) {
	if n := len(w.b); n == 0 || w.b[n-1] == ':' {
		w.b = append(w.b, '{')
	} else {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *lineWriter) end() { w.b = append(w.b, '}') }

func (w *lineWriter) number(name string, n analytics.Number) {
	w.key(name)
	if !n.Known() {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = strconv.AppendFloat(w.b, float64(n), 'g', -1, 64)
}

func (w *lineWriter) integer(name string, n int) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, int64(n), 10)
}

func (w *lineWriter) truth(name string, v bool) {
	w.key(name)
	w.b = strconv.AppendBool(w.b, v)
}

func (w *lineWriter) text(name, v string) {
	w.key(name)
	w.quote(v)
}

// quote writes plain text as it is and leaves what needs escapes to
// encoding/json.
func (w *lineWriter) quote(v string) {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			w.escape(v)
			return
		}
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, v...)
	w.b = append(w.b, '"')
}

func (w *lineWriter) escape(v string) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("BUG: a text is no JSON: " + err.Error())
	}
	w.b = append(w.b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

func (w *lineWriter) path(p fleet.Path) {
	w.key("path")
	w.b = append(w.b, '[')
	for i, name := range p {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.quote(name)
	}
	w.b = append(w.b, ']')
}

func (w *lineWriter) time(name string, t *time.Time) {
	w.key(name)
	if t == nil {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = append(w.b, '"')
	w.b = t.AppendFormat(w.b, time.RFC3339Nano)
	w.b = append(w.b, '"')
}

func (w *lineWriter) interval(name string, v analytics.Interval) {
	w.key(name)
	w.number("value", v.Value)
	w.number("lower", v.Lower)
	w.number("upper", v.Upper)
	w.end()
}

func (w *lineWriter) row(r *analytics.Row) {
	w.text("id", r.ID)
	w.path(r.Path)
	w.text("level", r.Level)
	w.number("devices", r.Devices)
	w.number("devices_silent", r.DevicesSilent)
	w.number("processes", r.Processes)
	w.number("busy_seconds", r.BusySeconds)
	w.number("requests", r.Requests)
	w.time("at", &r.At)
	w.number("load", r.Load)
	w.number("load_max", r.LoadMax)
	w.number("mean", r.Mean)
	w.number("lower", r.Lower)
	w.number("upper", r.Upper)
	w.integer("days", r.Days)
	w.truth("deviates", r.Deviates)
	w.text("direction", r.Direction)
	w.truth("alarm", r.Alarm)
	w.number("score", r.Score)
	w.time("since", r.Since)
	w.peak(&r.PeakToday)
	w.number("headroom", r.Headroom)
	w.number("headroom_after_loss", r.HeadroomAfterLoss)
	w.domain("largest_domain", r.LargestDomain)
	w.text("state", string(r.State))
	if r.Reason != "" {
		w.text("reason", r.Reason)
	}
	w.number("age_seconds", r.Age)
	w.text("note", r.Note)
	if r.NoteBy != "" {
		w.text("note_by", r.NoteBy)
	}
	if r.NoteAt != nil {
		w.time("note_at", r.NoteAt)
	}
	w.text("owner", r.Owner)
	w.end()
}

func (w *lineWriter) domain(name string, d *rollup.Domain) {
	w.key(name)
	if d == nil {
		w.b = append(w.b, "null"...)
		return
	}
	w.text("label", d.Label)
	w.text("value", d.Value)
	w.integer("devices", d.Devices)
	w.end()
}

func (w *lineWriter) peak(p *analytics.Peak) {
	w.key("peak_today")
	w.number("value", p.Value)
	w.number("lower", p.Lower)
	w.number("upper", p.Upper)
	w.time("at", p.At)
	w.number("seen", p.Seen)
	w.text("model", p.Model)
	w.end()
}

func (w *lineWriter) growth(g *analytics.Growth) {
	w.text("id", g.ID)
	w.path(g.Path)
	w.text("level", g.Level)
	w.text("as_of", g.AsOf)
	w.integer("days", g.Days)
	w.number("slope_per_day", g.SlopePerDay)
	w.number("percent_per_day", g.PercentPerDay)
	w.number("trend_per_day", g.TrendPerDay)
	w.truth("slope_doubted", g.SlopeDoubted)
	w.number("r2", g.R2)
	w.number("peak_now", g.PeakNow)
	w.integer("horizon_days", g.HorizonDays)
	w.interval("peak_at_horizon", g.PeakAtHorizon)
	w.interval("peak_max", g.PeakMax)
	w.number("target_load", g.TargetLoad)
	w.key("full_on")
	w.text("value", g.FullOn.Value)
	w.text("lower", g.FullOn.Lower)
	w.text("upper", g.FullOn.Upper)
	w.end()
	w.number("devices", g.Devices)
	w.number("devices_needed", g.DevicesNeeded)
	w.number("devices_to_request", g.DevicesToRequest)
	w.text("device_type", g.DeviceType)
	w.number("risk", g.Risk)
	w.number("peak_at_risk", g.PeakAtRisk)
	w.text("event", g.Event)
	w.number("spares", g.Spares)
	w.number("pooled_needed", g.PooledNeeded)
	w.text("state", string(g.State))
	w.text("reason", g.Reason)
	w.end()
}
