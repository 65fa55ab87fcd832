package watch

import (
	"fmt"

	"headroom/analytics"
	"headroom/internal/config"
)

// peakAboveTarget tells that today's peak is expected above the target load: as a
// warning if the forecast is, critical if the whole of its interval is. Both end
// when the peak is clear of the target by a margin. Each begins once its own condition
// has held for the rule's time, so that an interval that only touches the target does
// not ring louder at once. A warning that has begun stays while the critical one fires,
// since it is true; it does not begin then.
var peakAboveTarget = rule{
	kind:   "PeakAboveTarget",
	limits: func(w config.Watch) config.WatchRule { return w.PeakAboveTarget.Rule() },
	find: func(in *Input, found func(Subject, Text)) {
		in.eachJudged(func(i int, r *analytics.Row) {
			target := float64(in.Snapshot.Growth[i].TargetLoad)
			for _, severity := range []string{critical, warning} { // the greater one first
				if peakOf(r, severity) > target {
					found(Subject{Kind: "PeakAboveTarget", Severity: severity, Node: r.ID}, peakText(r, target))
				}
			}
		})
	},
	over: func(in *Input, s Subject) bool {
		i := in.Snapshot.Find(s.Node)
		if i < 0 || !in.judged(&in.Snapshot.Rows[i]) {
			return false
		}
		clear := float64(in.Snapshot.Growth[i].TargetLoad) * (1 - in.Config.PeakAboveTarget.Margin/100)
		return peakOf(&in.Snapshot.Rows[i], s.Severity) < clear
	},
	greater: func(s Subject) Subject {
		if s.Severity == critical {
			return Subject{}
		}
		s.Severity = critical
		return s
	},
}

// peakOf is the number that a severity is about, NaN if it is unknown.
func peakOf(r *analytics.Row, severity string) float64 {
	if severity == critical {
		return float64(r.PeakToday.Lower)
	}
	return float64(r.PeakToday.Value)
}

// passed tells whether today's peak is over: it was seen, and no higher one is expected.
func passed(r *analytics.Row) bool {
	p := &r.PeakToday
	return p.Value == p.Seen && p.At != nil && p.At.Before(r.At)
}

func peakText(r *analytics.Row, target float64) Text {
	p := r.PeakToday
	t := Text{Numbers: numbers("peak", p.Value, "lower", p.Lower, "upper", p.Upper, "seen", p.Seen, "target", analytics.Number(target), "load", r.Load, "devices", r.Devices)}
	full := fmt.Sprintf("a device counts as full at %.0f %%. Devices: %.0f.", target, float64(r.Devices))
	if passed(r) {
		t.Summary = fmt.Sprintf("%s: today's peak was %s, the target is %.0f %%", r.ID, percent(p.Value), target)
		t.Description = fmt.Sprintf("The load of %s reached %s today at %s; %s", title(r.Path), percent(p.Value), clock(*p.At), full)
		return t
	}
	at := ""
	if p.At != nil {
		at = " at about " + clock(*p.At)
	}
	t.Summary = fmt.Sprintf("%s: today's peak is expected at %s, the target is %.0f %%", r.ID, percent(p.Value), target)
	t.Description = fmt.Sprintf("The load of %s is expected to reach %s today%s (%s to %s); %s",
		title(r.Path), percent(p.Value), at, percent(p.Lower), percent(p.Upper), full)
	if p.Seen.Known() {
		t.Description += fmt.Sprintf(" So far it was at most %s.", percent(p.Seen))
	}
	return t
}
