package alerting

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"headroom/alerting/alarm"
	"headroom/analytics"
)

// ExplainPrefix begins the ids that [Explain] answers for, as in "alarm:ID".
const ExplainPrefix = "alarm:"

// Explain sets out what happened to an alarm, at which stage and why. Times are
// written in a zone.
func Explain(a *alarm.Alarm, zone *time.Location) *analytics.Explanation {
	e := &analytics.Explanation{
		ID:    ExplainPrefix + a.ID,
		Title: fmt.Sprintf("%s: %s since %s", title(a), a.Outcome, a.Trail[len(a.Trail)-1].At.In(zone).Format(clock)),
	}
	e.Steps = append(e.Steps, fires(a, zone), analytics.Step{Name: "labels", Result: fmt.Sprint(len(a.Labels)), Inputs: pairs(a.Labels)})
	if len(a.Annotations) > 0 {
		e.Steps = append(e.Steps, analytics.Step{Name: "what its sender says", Result: fmt.Sprint(len(a.Annotations)), Inputs: pairs(a.Annotations)})
	}
	e.Steps = append(e.Steps, where(a)...)
	for _, event := range a.Trail {
		name := event.At.In(zone).Format(clock) + "  " + event.Stage
		e.Steps = append(e.Steps, analytics.Step{Name: name, Result: event.What, Numbers: event.Reason, Inputs: by(event.By)})
	}
	if c := a.Cause; c != nil {
		e.Steps = append(e.Steps, analytics.Step{
			Name: "alarms folded into it", Formula: "alarms of " + strings.Join(c.Kinds, ", ") + " of what shares " + c.Component.String(),
			Result: fmt.Sprint(len(c.Members)), Inputs: someOf(c.Members),
		})
	}
	last := cmp.Or(a.Reason, "nothing has been decided yet")
	e.Steps = append(e.Steps, analytics.Step{Name: "outcome", Result: string(a.Outcome), Numbers: last, Inputs: by(a.By)})
	return e
}

// fires tells whether an alarm still fires.
func fires(a *alarm.Alarm, zone *time.Location) analytics.Step {
	step := analytics.Step{Name: "fires", Result: "yes", Numbers: "since " + a.StartsAt.In(zone).Format(clock)}
	if a.Ended {
		step.Result, step.Numbers = "no", step.Numbers+" until "+a.EndsAt.In(zone).Format(clock)
	}
	return step
}

// someOf are the first of many ids.
func someOf(ids []string) []string {
	const most = 20
	if len(ids) <= most {
		return slices.Clone(ids)
	}
	return append(slices.Clone(ids[:most]), fmt.Sprintf("and %d more", len(ids)-most))
}

const clock = "2006-01-02 15:04:05"

func title(a *alarm.Alarm) string {
	rings := cmp.Or(a.Facts.Path.ID(), a.Facts.Node)
	if rings == "" {
		return a.Kind()
	}
	return a.Kind() + " of " + rings
}

func where(a *alarm.Alarm) (steps []analytics.Step) {
	add := func(name, value string) {
		if value != "" {
			steps = append(steps, analytics.Step{Name: name, Result: value})
		}
	}
	f := a.Facts
	add("path", f.Path.ID())
	add("node", f.Node)
	add("process", f.Process)
	add("owner", f.Owner)
	add("runbook", f.Runbook)
	add("changes that touched it", strings.Join(f.Changes, ", "))
	if len(f.Components) > 0 {
		shared := make([]string, len(f.Components))
		for i, c := range f.Components {
			shared[i] = c.String()
		}
		add("shares with others", strings.Join(shared, ", "))
	}
	if len(f.More) > 0 {
		steps = append(steps, analytics.Step{Name: "known there when it rang", Result: fmt.Sprint(len(f.More)), Inputs: pairs(f.More)})
	}
	return steps
}

func pairs[K, V ~string](m map[K]V) (lines []string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, string(k)+": "+string(m[k]))
	}
	return lines
}

func by(id string) []string {
	if id == "" {
		return nil
	}
	return []string{"by " + id}
}
