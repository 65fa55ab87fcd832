package watch

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
)

// Metrics are the values of Headroom's own metrics that are watched.
type Metrics map[metric]float64

// metric is one series: its name, and the value of the label that is watched.
type metric struct{ name, what string }

// trouble is something that one of Headroom's own metrics tells of.
type trouble struct {
	kind     string
	severity string
	metric   string
	label    string // tells alarms apart; empty: one for all
	holds    func(now time.Time, before, value float64) bool
	says     string // what has happened, after the value of the label
	do       string // what a person can do
}

func grows(_ time.Time, before, value float64) bool { return value > before }

func is(want float64) func(time.Time, float64, float64) bool {
	return func(_ time.Time, _, value float64) bool { return value == want }
}

// lateAfter is how old the newest table may be.
const lateAfter = 3 * time.Minute

func isLate(now time.Time, _, value float64) bool {
	return value > 0 && now.Sub(time.Unix(int64(value), 0)) > lateAfter+time.Minute // from the minute's start
}

// troubles are what Headroom alarms on about itself.
var troubles = []trouble{
	{"HeadroomRejectsSamples", warning, "headroom_ingest_rejected_samples_total", "reason", grows, "samples are refused", "The log and docs/ingest.md tell which limit or format it is."},
	{"HeadroomStorageFull", critical, "headroom_storage_read_only", "", is(1), "the disk is too full to take samples", "Make room or lower the retention; senders keep what they could not send and try again."},
	{"HeadroomTableLate", critical, "headroom_table_minute_timestamp_seconds", "", isLate, "the table has stood still for more than three minutes", "What is shown and alarmed on is old. The log tells what holds it up."},
	{"HeadroomConfigBad", warning, "headroom_config_last_reload_successful", "", is(0), "the configuration file was not taken", "The one before is in force. headroom check config lists its faults."},
	{"HeadroomNotifiesNobody", critical, "alertmanager_notifications_failed_total", "integration", grows, "notifications fail", "Somebody is not told of alarms. The log tells what the receiver answered."},
	{"HeadroomRuleFails", warning, "prometheus_rule_evaluation_failures_total", "rule_group", grows, "rules cannot be evaluated", "Their alarms neither begin nor end. /api/v1/rules has the error of each rule."},
}

// selfRules are the rules about Headroom itself.
func selfRules() (all []rule) {
	for _, t := range troubles {
		all = append(all, rule{
			kind:   t.kind,
			limits: func(w config.Watch) config.WatchRule { return w.Self },
			find: func(in *Input, found func(Subject, Text)) {
				for m, value := range in.Metrics {
					before, known := in.MetricsBefore[m]
					if m.name == t.metric && t.holds(in.Now, before, value) && (known || value > 0) && in.MetricsBefore != nil {
						found(t.subject(m.what), t.text(m.what))
					}
				}
			},
			over: func(in *Input, s Subject) bool {
				value, known := in.Metrics[metric{t.metric, s.What}]
				before := in.MetricsBefore[metric{t.metric, s.What}]
				return in.MetricsBefore != nil && (!known || !t.holds(in.Now, before, value))
			},
		})
	}
	return all
}

func (t *trouble) subject(what string) Subject {
	return Subject{Kind: t.kind, Severity: t.severity, What: what}
}

func (t *trouble) text(what string) Text {
	says := "Headroom: " + t.says
	if what != "" {
		says += fmt.Sprintf(" (%s)", what)
	}
	return Text{Summary: says, Description: says + ". " + t.do}
}

// gather reads the metrics that are watched. Series that differ in other labels
// are added up.
func gather(g prometheus.Gatherer) (Metrics, error) {
	families, err := g.Gather()
	if err != nil {
		return nil, fmt.Errorf("read own metrics: %w", err)
	}
	out := Metrics{}
	for _, family := range families {
		i := slices.IndexFunc(troubles, func(t trouble) bool { return t.metric == family.GetName() })
		if i < 0 {
			continue
		}
		for _, series := range family.GetMetric() {
			m := metric{name: troubles[i].metric}
			for _, l := range series.GetLabel() {
				if l.GetName() == troubles[i].label {
					m.what = l.GetValue()
				}
			}
			out[m] += series.GetCounter().GetValue() + series.GetGauge().GetValue()
		}
	}
	return out, nil
}
