package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// MaxOutputs is how many bytes the outputs of a call can have, as JSON.
const MaxOutputs = 64 << 10

// errLarge is counted as a limit that was met.
var errLarge = errors.New("the outputs are too large")

// checkOutputs returns what a call has given, each value of the type that the tool
// declares. The note names what it does not declare, which is left out.
func checkOutputs(desc tool.Description, given tool.Outputs) (outputs document.Values, note string, err error) {
	declared := map[string]any{}
	for _, p := range desc.Outputs {
		if v := given[p.Name]; v != nil {
			declared[p.Name] = v
		}
	}
	outputs, err = document.Complete(tool.Description{Name: desc.Name, Inputs: desc.Outputs}, declared)
	if err != nil {
		return nil, "", fmt.Errorf("the outputs of tool %s are not what it declares: %w", desc.Name, err)
	}
	text, err := json.Marshal(outputs)
	if err != nil {
		return nil, "", fmt.Errorf("outputs of tool %s: %w", desc.Name, err)
	}
	if len(text) > MaxOutputs {
		return nil, "", fmt.Errorf("tool %s: %w: %d bytes, at most %d", desc.Name, errLarge, len(text), MaxOutputs)
	}
	return outputs, undeclared(desc, given), nil
}

func undeclared(desc tool.Description, given tool.Outputs) string {
	var names []string
	for name := range given {
		if !slices.ContainsFunc(desc.Outputs, func(p tool.Parameter) bool { return p.Name == name }) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "left out, since the tool does not declare it: " + strings.Join(names, ", ")
}
