package document

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"headroom/scaler/flow/tool"
)

// Check returns the inputs of a run from those that are given: each of its declared
// type, with defaults. A text may stand for a number, true or false, or a list, as forms
// and command lines have it. An input that is neither given nor has a default is empty:
// "", 0, false, no list. The error names everything that is wrong.
func (f *Flow) Check(given map[string]any) (map[string]any, error) {
	inputs, errs := map[string]any{}, unknown(given, "input", "", inputNames(f))
	for i := range f.Inputs {
		in := &f.Inputs[i]
		v, err := in.value(given[in.Name])
		if err != nil {
			errs = append(errs, fmt.Errorf("input %s: %w", in.Name, err))
			continue
		}
		inputs[in.Name] = v
	}
	return inputs, errors.Join(errs...)
}

func unknown(given map[string]any, what, of string, known []string) (errs []error) {
	for _, name := range sortedNames(given) {
		if err := among(what, name, of, known); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// value is what an input has when v is given, nil for nothing.
func (in *Input) value(v any) (any, error) {
	k := in.kind()
	v, err := Plain(v)
	if err != nil {
		return nil, err
	}
	if v == nil && in.Default != nil {
		v = in.Default
	}
	if v == nil && !in.Required {
		return k.zero(), nil
	}
	if v != nil {
		v, err = k.read(v)
	}
	switch {
	case err != nil:
		return nil, err
	case in.Required && isEmpty(v):
		return nil, fmt.Errorf("it is required: want %s", k.wanted())
	}
	return v, k.oneOf(v, in.Values)
}

// Named are the values of the inputs of a type, and of their lists, that are not empty:
// the modules or the machines that a run was given.
func (f *Flow) Named(t Type, inputs map[string]any) (names []string) {
	for i := range f.Inputs {
		in := &f.Inputs[i]
		values, _ := inputs[in.Name].([]any)
		switch {
		case in.Type == t:
			values = []any{inputs[in.Name]}
		case in.Type != ListType || in.Of != t:
			continue
		}
		for _, v := range values {
			if name, ok := v.(string); ok && name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func isEmpty(v any) bool {
	list, ok := v.([]any)
	return v == nil || v == "" || ok && len(list) == 0
}

// CheckConstants returns the constants of a run: those of the flow, with those that are
// given in their place, each of the type of the one that it stands for.
func (f *Flow) CheckConstants(given map[string]any) (map[string]any, error) {
	constants := map[string]any{}
	for name, v := range f.Constants {
		constants[name] = v
	}
	errs := unknown(given, "constant", "", sortedNames(f.Constants))
	for _, name := range sortedNames(given) {
		old, ok := f.Constants[name]
		if !ok {
			continue
		}
		v, err := Plain(given[name])
		if err == nil {
			v, err = kindOf(old).read(v)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("constant %s: %w", name, err))
			continue
		}
		constants[name] = v
	}
	return constants, errors.Join(errs...)
}

// kindOf is the type of a constant.
func kindOf(v any) kind {
	switch v := v.(type) {
	case string:
		return String.of("")
	case int64:
		return Int.of("")
	case float64:
		return Number.of("")
	case bool:
		return Bool.of("")
	case []any:
		if len(v) == 0 {
			return ListType.of(Any)
		}
		first := kindOf(v[0]).Type
		if slices.ContainsFunc(v, func(e any) bool { return kindOf(e).Type != first }) {
			return ListType.of(Any)
		}
		return ListType.of(first)
	}
	return MapType.of("")
}

// Complete returns a tool's inputs from those that are given: checked against its
// description, with defaults. One that is nothing is not given. The error names
// everything that is wrong.
func Complete(desc tool.Description, given map[string]any) (map[string]any, error) {
	inputs, errs := map[string]any{}, unknown(given, "input", " of tool "+desc.Name, parameterNames(desc.Inputs))
	for _, p := range desc.Inputs {
		v, err := argument(p, given[p.Name])
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", p.Name, err))
		case v != nil:
			inputs[p.Name] = v
		}
	}
	return inputs, errors.Join(errs...)
}

// ReadTexts returns inputs of a tool that a person has typed: of a text where another type
// is wanted, that value; of an empty text that may be missing, nothing. The error names
// everything that cannot be read.
func ReadTexts(desc tool.Description, given map[string]any) (map[string]any, error) {
	out := maps.Clone(given)
	var errs []error
	for _, p := range desc.Inputs {
		text, typed := given[p.Name].(string)
		k := Type(p.Type).of("")
		switch {
		case !typed:
		case text == "" && !p.Required:
			out[p.Name] = nil
		case k.Type != String && k.Type != Any:
			v, err := k.read(text)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", p.Name, err))
			}
			out[p.Name] = v
		}
	}
	return out, errors.Join(errs...)
}

func argument(p tool.Parameter, v any) (any, error) {
	if v == nil {
		v = p.Default
	}
	v, err := Plain(v)
	k := parameterKind(p)
	switch {
	case err != nil:
		return nil, err
	case v == nil && p.Required:
		return nil, fmt.Errorf("it is required: want %s", k.wanted())
	case v == nil:
		return nil, nil
	}
	if v, err = k.fits(v); err != nil {
		return nil, err
	}
	return v, k.oneOf(v, p.Values)
}

// Placeholders are stand-ins for a tool's outputs, of their types, so that the
// expressions of later steps can be evaluated in a dry run. A list has one element.
func Placeholders(desc tool.Description) map[string]any {
	outputs := map[string]any{}
	for _, o := range desc.Outputs {
		if outputs[o.Name] = placeholder(o); o.Default != nil {
			outputs[o.Name], _ = Plain(o.Default)
		}
	}
	return outputs
}

func placeholder(o tool.Parameter) any {
	text := "<" + o.Name + ">"
	switch Type(o.Type) {
	case Int:
		return int64(1)
	case Number:
		return 1.0
	case Bool:
		return true
	case Span:
		return time.Second.String()
	case ListType:
		return []any{text}
	case MapType:
		return map[string]any{}
	default:
		return text
	}
}
