package external

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/scaler/flow/program"
	"headroom/scaler/flow/tool"
)

// Tool is an executable of a user.
type Tool struct {
	path string
	described
}

// Describe implements [tool.Tool].
func (t *Tool) Describe() tool.Description { return t.Description }

// call is what a tool reads.
type call struct {
	Action  string         `json:"action"` // run, check or plan
	Key     string         `json:"key"`
	Run     string         `json:"run"`
	Flow    string         `json:"flow"`
	Step    string         `json:"step"`
	Attempt int            `json:"attempt"`
	Resumed bool           `json:"resumed"`
	Began   time.Time      `json:"began"`
	Module  string         `json:"module"`
	Who     string         `json:"who"`
	Why     string         `json:"why"`
	Inputs  map[string]any `json:"inputs"`
}

// askTime is how long a tool may take to check or plan.
const askTime = time.Minute

// ask calls the tool. The error says that it did not answer as it should; what it answers
// is looked at by who asks.
func (t *Tool) ask(ctx context.Context, action string, c *tool.Call) (Answer, error) {
	stdin, err := json.Marshal(call{
		Action: action, Key: c.Key, Run: c.Run, Flow: c.Flow, Step: c.Step, Attempt: c.Attempt, Resumed: c.Resumed, Began: c.Began,
		Module: c.Module, Who: c.Who, Why: c.Why, Inputs: written(c.Inputs),
	})
	if err != nil {
		return Answer{}, fmt.Errorf("write the call: %w", err)
	}
	p := program.Program{Argv: []string{t.path}, Dir: "/", Stdin: append(stdin, '\n'), MaxOut: MaxAnswer, Log: c.Log}
	r, err := p.Run(ctx)
	if err != nil {
		return Answer{}, err
	}
	a, err := ParseAnswer(r.Out)
	switch {
	case err != nil && r.Code != 0:
		return Answer{}, fmt.Errorf("it ended with code %d: %s", r.Code, cmp.Or(r.Err, "it wrote nothing to standard error"))
	case err != nil:
		return Answer{}, err
	case r.Code != 0 && a.Error == "":
		a.Error = fmt.Sprintf("it ended with code %d, and its answer tells no error: %s", r.Code, cmp.Or(r.Err, "it wrote nothing to standard error"))
	}
	return a, nil
}

// written are inputs as JSON has them: a duration is written as Go writes it.
func written(inputs map[string]any) map[string]any {
	all := make(map[string]any, len(inputs))
	for name, v := range inputs {
		if d, ok := v.(time.Duration); ok {
			v = d.String()
		}
		all[name] = v
	}
	return all
}

// failure is the error of an answer; nil if it has none.
func (a *Answer) failure() error {
	if a.Error == "" {
		return nil
	}
	err := errors.New(a.Error)
	if a.Final {
		return tool.Final(err)
	}
	return err
}

// Run implements [tool.Tool].
func (t *Tool) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	a, err := t.ask(ctx, "run", c)
	if err == nil {
		err = a.failure()
	}
	if err == nil {
		err = check(a.Outputs, t.Outputs)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return a.Outputs, nil
}

// checked is a tool that can be asked how a call stands.
type checked struct{ *Tool }

// asTool is the tool with what it can.
func (t *Tool) asTool() tool.Tool {
	if t.Checks {
		return checked{t}
	}
	return t
}

// Check implements [tool.Checker].
func (t checked) Check(ctx context.Context, c *tool.Call) (tool.Finding, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, askTime, errors.New("a check may take a minute"))
	defer cancel()
	a, err := t.ask(ctx, "check", c)
	if err == nil {
		err = a.failure()
	}
	if err != nil {
		return tool.Finding{}, fmt.Errorf("%s: check: %w", t.Name, err)
	}
	switch a.State {
	case tool.Done:
		if err := check(a.Outputs, t.Outputs); err != nil {
			return tool.Finding{}, fmt.Errorf("%s: check: %w", t.Name, err)
		}
	case tool.NotDone, tool.Running, tool.Unknown:
	default:
		return tool.Finding{}, fmt.Errorf("%s: check: state: want done, not done, running or unknown, got %q", t.Name, a.State)
	}
	return tool.Finding{State: a.State, Outputs: a.Outputs, Reason: a.Reason}, nil
}

// Plan implements [tool.Planner].
func (t *Tool) Plan(ctx context.Context, c *tool.Call) (string, tool.Outputs, error) {
	if !t.Plans {
		return "would call " + t.path, nil, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, askTime, errors.New("a plan may take a minute"))
	defer cancel()
	a, err := t.ask(ctx, "plan", c)
	if err == nil {
		err = a.failure()
	}
	if err == nil {
		err = check(a.Outputs, t.Outputs)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%s: plan: %w", t.Name, err)
	}
	return a.Plan, a.Outputs, nil
}
