package external

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"headroom/internal/faults"
	"headroom/scaler/flow/tool"
)

// described is what "FILE describe" prints: the description with what else the tool can.
type described struct {
	tool.Description
	Checks bool `json:"checks"` // it can be asked how a call stands
	Plans  bool `json:"plans"`  // it can say what a call would do
}

var (
	toolName      = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	parameterName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

	types = []string{"string", "int", "number", "bool", "duration", "module", "node", "list", "map", "any"}
)

// parseDescription reads a description of the tool of a name. All faults are told at once.
func parseDescription(text []byte, name string) (d described, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return d, fmt.Errorf("describe: want its description as one JSON object: %w; it begins %q", err, begin(text))
	}
	if dec.Decode(&struct{}{}) != io.EOF {
		return d, fmt.Errorf("describe: there is more after the description's end")
	}
	var bad faults.List
	if d.Name != "" && d.Name != name {
		bad.Add("name", "want that of the file without its extension, %q, or none; got %q", name, d.Name)
	}
	if strings.TrimSpace(d.Title) == "" {
		bad.Add("title", "want a few words, got none")
	}
	if d.Source != "" {
		bad.Add("source", "want none, got %q", d.Source)
	}
	checkParameters(&bad, "inputs", d.Inputs)
	checkParameters(&bad, "outputs", d.Outputs)
	if holds := func(p tool.Parameter) bool { return p.Name == d.Holds }; d.Holds != "" && !slices.ContainsFunc(d.Outputs, holds) {
		bad.Add("holds", "want the name of an output, got %q", d.Holds)
	}
	d.Name = name
	if err := bad.Err(); err != nil {
		return d, fmt.Errorf("describe: %w", err)
	}
	return d, nil
}

func checkParameters(bad *faults.List, list string, all []tool.Parameter) {
	for i, p := range all {
		at := fmt.Sprintf("%s[%d]", list, i)
		if !parameterName.MatchString(p.Name) {
			bad.Add(at+".name", "want letters a-z, digits and _, beginning with a letter, got %q", p.Name)
		}
		if !slices.Contains(types, p.Type) {
			bad.Add(at+".type", "want one of %s, got %q", strings.Join(types, ", "), p.Type)
		}
		if slices.ContainsFunc(all[:i], func(o tool.Parameter) bool { return o.Name == p.Name }) {
			bad.Add(at+".name", "want a name of its own, got %q twice", p.Name)
		}
	}
}
