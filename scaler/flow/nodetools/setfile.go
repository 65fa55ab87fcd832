package nodetools

import (
	"context"
	"fmt"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

func setFile(d Dispatcher) tool.Tool {
	return &nodeTool{
		dispatcher: d, kind: wire.TaskFile,
		description: tool.Description{
			Name: "set-file", Title: "Set owner and mode", Source: "built in", Repeatable: true,
			Doc: "Sets owner, group and mode of a file or directory of a node, or removes it. What is empty stays as it is. " +
				"No link is followed, and a file that has other names is not touched. The node's tasks.files have to allow it.",
			Inputs: []tool.Parameter{
				node(),
				required(param("target", document.String, "absolute path on the node")),
				param("absent", document.Bool, "it is removed; a directory only if it is empty"),
				param("owner", document.String, "name or number"),
				param("group", document.String, "name or number"),
				param("mode", document.String, "as 0644"),
			},
			Outputs: []tool.Parameter{param("changed", document.Bool, "it was otherwise before")},
		},
		spec: func(_ context.Context, in inputs) (any, error) {
			s := wire.OneFileSpec{Target: in.text("target"), Absent: in.flag("absent"), Owner: in.text("owner"), Group: in.text("group"), Mode: in.text("mode")}
			return s, in.needs("target")
		},
		plan: func(_ inputs, spec any) (string, tool.Outputs) {
			s := spec.(wire.OneFileSpec)
			if s.Absent {
				return fmt.Sprintf("removes %s if it is there", s.Target), tool.Outputs{"changed": true}
			}
			return fmt.Sprintf("makes %s that of %q, group %q, with mode %q where they are said", s.Target, s.Owner, s.Group, s.Mode), tool.Outputs{"changed": true}
		},
	}
}
