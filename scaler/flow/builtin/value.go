package builtin

import (
	"context"

	"headroom/scaler/flow/tool"
)

// value gives what it is given, so that later steps can refer to what an expression gives
// by a name, and a run shows it.
type value struct{}

func (value) Describe() tool.Description {
	return tool.Description{
		Name: "value", Title: "Work a value out", Source: Source, Repeatable: true,
		Doc:     "Gives what its input is: later steps refer to the step instead of having the same expression again, and the run shows it.",
		Inputs:  []tool.Parameter{{Name: "value", Type: "any", Doc: "The value, as an expression."}},
		Outputs: []tool.Parameter{{Name: "value", Type: "any", Doc: "The same; none if that is nothing."}},
	}
}

func (value) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	return tool.Outputs{"value": c.Inputs["value"]}, nil
}

func (value) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	return "would work the value out", tool.Outputs{"value": c.Inputs["value"]}, nil
}
