package watch

import (
	"fmt"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// loadDeviates tells of a load that has begun to deviate from its band: the alarm
// of the model, which has an onset and an end of its own.
var loadDeviates = rule{
	kind:   "LoadDeviates",
	limits: func(w config.Watch) config.WatchRule { return w.LoadDeviates },
	find: func(in *Input, found func(Subject, Text)) {
		in.eachJudged(func(_ int, r *analytics.Row) {
			if r.Alarm && r.Direction != "" {
				found(Subject{Kind: "LoadDeviates", Severity: warning, Node: r.ID, Direction: r.Direction}, deviationText(r))
			}
		})
	},
	// An alarm goes on for a while after the load has come back, without a direction.
	over: func(in *Input, s Subject) bool {
		r := in.row(s)
		return r != nil && in.judged(r) && (!r.Alarm || r.Direction != "")
	},
}

func deviationText(r *analytics.Row) Text {
	side := map[string]string{"up": "above", "down": "below"}[r.Direction]
	since := ""
	if r.Since != nil {
		since = " since " + clock(*r.Since)
	}
	return Text{
		Summary: fmt.Sprintf("%s: load %s is %s normal", r.ID, percent(r.Load), side),
		Description: fmt.Sprintf("The load of %s has been %s its band%s: %s at %s, where %s to %s is normal; that is %.1f times the usual distance from %s. Devices that report: %.0f.",
			title(r.Path), side, since, percent(r.Load), clock(r.At), percent(r.Lower), percent(r.Upper), float64(r.Score), percent(r.Mean), float64(r.Devices)),
		Numbers: numbers("load", r.Load, "expected", r.Mean, "lower", r.Lower, "upper", r.Upper, "score", r.Score, "devices", r.Devices),
	}
}

// title is a path as people read it.
func title(p fleet.Path) string { return strings.Join(p, " → ") }

func clock(t time.Time) string { return t.Format("15:04") }

func percent(n analytics.Number) string {
	if !n.Known() {
		return "an unknown load"
	}
	return fmt.Sprintf("%.1f %%", float64(n))
}

// numbers are names with their numbers, for those who format alarms; unknown
// ones are left out.
func numbers(pairs ...any) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if n := pairs[i+1].(analytics.Number); n.Known() {
			out[pairs[i].(string)] = fmt.Sprintf("%.4g", float64(n))
		}
	}
	return out
}
