package builtin

import (
	"context"
	"fmt"
	"strings"

	"headroom/scaler/flow/tool"
)

// approval asks a person.
type approval struct{}

func (approval) Describe() tool.Description {
	return tool.Description{
		Name: "approval", Title: "Ask a person", Source: Source, Repeatable: true, Waits: true,
		Doc: "The run waits until a person approves the step, or rejects it.",
		Inputs: []tool.Parameter{
			{Name: "question", Type: "string", Doc: "What the person is asked.", Required: true},
			{Name: "who", Type: "list", Doc: "Who may answer, by name or as group:NAME (of a login, or of requests.groups), of those who may act on the run; empty: all of them."},
		},
	}
}

func (approval) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	return nil, &tool.WaitFor{What: in(c).text("question"), Who: in(c).texts("who")}
}

func (approval) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	whom := "a person"
	if who := in(c).texts("who"); len(who) > 0 {
		whom = strings.Join(who, " or ")
	}
	return fmt.Sprintf("would ask %s: %s", whom, in(c).text("question")), nil, nil
}

// noOp does nothing.
type noOp struct{}

func (noOp) Describe() tool.Description {
	return tool.Description{
		Name: "no-op", Title: "Do nothing", Source: Source, Repeatable: true,
		Doc:     "Writes a line to its log, for trying flows out.",
		Inputs:  []tool.Parameter{{Name: "says", Type: "string", Doc: "The line."}},
		Outputs: []tool.Parameter{{Name: "says", Type: "string", Doc: "The same line."}},
	}
}

func (noOp) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	says := in(c).text("says")
	say(c, "%s", says)
	return tool.Outputs{"says": says}, nil
}

func (noOp) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	return "would do nothing", tool.Outputs{"says": in(c).text("says")}, nil
}
