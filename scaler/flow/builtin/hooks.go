package builtin

import (
	"context"
	"fmt"

	"headroom/scaler/flow/tool"
)

// hook is a step that every site has to fill in: it does nothing and says so. A user's
// tool of the same name takes its place.
type hook struct {
	name, title, does string
}

var hooks = []hook{
	{"join-name-service", "Join the name service", "registers nodes of a module in a name service, so that they get traffic"},
	{"leave-name-service", "Leave the name service", "takes nodes of a module out of a name service, so that they get none"},
	{"run-tests", "Run tests", "tests nodes of a module before they get traffic"},
}

// IsHook tells whether a tool is one whose place a user's tool may take.
func IsHook(t tool.Tool) bool {
	_, ok := t.(hook)
	return ok
}

func (h hook) Describe() tool.Description {
	return tool.Description{
		Name: h.name, Title: h.title, Source: Source, Repeatable: true,
		Doc: fmt.Sprintf("Stands for a tool of yours that %s. As long as there is none of this name in flows.tools_dir it does nothing and says so.", h.does),
		Inputs: []tool.Parameter{
			{Name: "module", Type: "module", Doc: "Id of the module."},
			{Name: "node", Type: "node", Doc: "The node that it is about."},
			{Name: "nodes", Type: "list", Doc: "The nodes that it is about."},
			{Name: "name_service", Type: "string", Doc: "Which one of several."},
		},
		Outputs: []tool.Parameter{{Name: "done", Type: "bool", Doc: "Whether anything was done: false."}},
	}
}

func (h hook) nothing() string {
	return fmt.Sprintf("nothing was done: nobody has put a tool of the name %s into flows.tools_dir", h.name)
}

func (h hook) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	say(c, "%s", h.nothing())
	return tool.Outputs{"done": false}, nil
}

func (h hook) Plan(context.Context, *tool.Call) (string, tool.Outputs, error) {
	return "would do nothing: nobody has put a tool of the name " + h.name + " into flows.tools_dir", tool.Outputs{"done": false}, nil
}
