package heal

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// flow runs the action's flow to its end.
func (j *job) flow(ctx context.Context) (string, error) {
	if err := j.lacks(); err != nil {
		return "", err
	}
	inputs, err := j.inputs()
	if err != nil {
		return "", err
	}
	run := FlowRun{Heal: j.id, Flow: j.action.Flow.Name, Inputs: inputs, Target: j.target, Alarm: j.alarm.ID, Who: j.who}
	run.Why = fmt.Sprintf("%s of rule %q", j.action.Name, j.rule)
	if name := j.alarm.Kind(); name != "" {
		run.Why += " for alarm " + name
	}
	return j.flows.Run(ctx, run)
}

// inputs fills in those of the action's flow; nil: it names none.
func (j *job) inputs() (map[string]string, error) {
	if len(j.action.inputs) == 0 {
		return nil, nil
	}
	inputs, v := map[string]string{}, valuesOf(j.alarm)
	for _, name := range slices.Sorted(maps.Keys(j.action.inputs)) {
		text, err := fill(j.action.inputs[name], v)
		if err != nil {
			return nil, fmt.Errorf("input %s of flow %s: %w", name, j.action.Flow.Name, err)
		}
		inputs[name] = text
	}
	return inputs, nil
}
