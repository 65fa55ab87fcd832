package request

import (
	"fmt"
	"maps"
	"slices"

	"headroom/internal/faults"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/storage/fleet"
)

// check reports a flow that is not there, and inputs that it does not take.
func (c *Change) check(l *faults.List, flows Flows) {
	if flows == nil {
		l.Add("change.flow", "there are no flows here, so %q cannot be asked for", c.Flow)
		return
	}
	doc, err := flows.Flow(c.Flow)
	if err != nil {
		l.Add("change.flow", "want the name of a flow, got %q: %v", c.Flow, err)
		return
	}
	known := map[string]bool{}
	for i := range doc.Inputs {
		in := &doc.Inputs[i]
		known[in.Name] = true
		v, given := c.Inputs[in.Name]
		switch {
		case !given && in.Required && in.Default == nil:
			l.Add("change.inputs."+in.Name, "is needed")
		case given && in.Secret:
			l.Add("change.inputs."+in.Name, "a secret is not kept in a request; give the flow its name or file")
		case given && in.Type == document.Module:
			if id, ok := v.(string); !ok {
				l.Add("change.inputs."+in.Name, "want the id of a node of the business tree, got %v", v)
			} else {
				wantPath(l, "change.inputs."+in.Name, id, false)
			}
		case given && len(in.Values) > 0 && !slices.ContainsFunc(in.Values, func(w any) bool { return fmt.Sprint(w) == fmt.Sprint(v) }):
			l.Add("change.inputs."+in.Name, "want one of %v, got %v", in.Values, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Inputs)) {
		if !known[name] {
			l.Add("change.inputs."+name, "flow %s has no such input", c.Flow)
		}
	}
	if t, ok := flows.(Toucher); ok && len(*l) == 0 {
		if _, err := t.Touches(flow.Start{Flow: c.Flow, Inputs: c.Inputs}); err != nil {
			l.Add("change.inputs", "%v", err)
		}
	}
}

// path is the node below which all lies that the run would change, and all modules that
// the flow gets: its approvers are responsible. A flow without any concerns the whole
// tree. It is read from what the run will get, so that nobody can name a harmless place.
func (c *Change) path(flows Flows) string {
	doc, err := flows.Flow(c.Flow)
	if err != nil {
		return ""
	}
	var ids []string
	for i := range doc.Inputs {
		ids = append(ids, modulesOf(&doc.Inputs[i], c.Inputs)...)
	}
	if t, ok := flows.(Toucher); ok {
		nodes, err := t.Touches(flow.Start{Flow: c.Flow, Inputs: c.Inputs})
		if err != nil || len(nodes) == 0 {
			return ""
		}
		ids = append(ids, nodes...)
	}
	return commonNode(ids)
}

// commonNode is the lowest node that all lie below; of none the root.
func commonNode(ids []string) string {
	var common fleet.Path
	for i, id := range ids {
		path, err := fleet.ParseID(id)
		if err != nil {
			return ""
		}
		if i == 0 {
			common = path
		}
		for !path.Under(common) {
			common = common[:len(common)-1]
		}
	}
	return common.ID()
}

// modulesOf are the modules that an input names.
func modulesOf(in *document.Input, inputs map[string]any) (ids []string) {
	v := inputs[in.Name]
	if v == nil {
		v = in.Default
	}
	switch list, isList := v.([]any); {
	case in.Type == document.Module:
		if id, ok := v.(string); ok {
			ids = append(ids, id)
		}
	case in.Type == document.ListType && in.Of == document.Module && isList:
		for _, e := range list {
			if id, ok := e.(string); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
