package flow

import (
	"context"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// plan says what the call would do. A tool that cannot tell gives outputs that stand for
// those of a real call.
func (i *invocation) plan(ctx context.Context) result {
	ctx, stop := context.WithTimeout(ctx, checkWithin)
	defer stop()
	type planned struct {
		text    string
		outputs tool.Outputs
	}
	p := planned{text: "it would be called: " + i.desc.Title}
	if planner, ok := i.tool.(tool.Planner); ok {
		var err error
		p, err = guarded(ctx, func() (p planned, err error) {
			p.text, p.outputs, err = planner.Plan(ctx, i.call)
			return p, err
		})
		if err != nil {
			return result{text: err.Error(), final: true}
		}
	}
	outputs := document.Placeholders(i.desc)
	for name, v := range p.outputs {
		outputs[name] = v
	}
	return result{how: finished, outputs: outputs, plan: p.text}
}
