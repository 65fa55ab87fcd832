package document

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"headroom/scaler/flow/tool"
)

// fields are what expressions can select, by the name of a type and that of a field: so
// that an input, a step or an output that is not there is found before a run.
type fields map[string]map[string]*cel.Type

// typed adds the types of a flow to those of the language.
type typed struct {
	types.Provider
	fields fields
}

func (t typed) FindStructType(name string) (*types.Type, bool) {
	if t.fields[name] != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return t.Provider.FindStructType(name)
}

func (t typed) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if known := t.fields[name]; known != nil {
		of := known[field]
		return &types.FieldType{Type: of}, of != nil
	}
	return t.Provider.FindStructFieldType(name, field)
}

// The names of types have spaces, so that no expression can make a value of them.
func typeOfStep(id string) string    { return "step " + id }
func typeOfOutputs(id string) string { return "outputs of " + id }

// environment is what all expressions of a flow see. Which steps one sees is not the
// environment's matter but that of references.
func environment(f *Flow, outputs map[string]tool.Description) (*cel.Env, error) {
	base, err := language()
	if err != nil {
		return nil, err
	}
	known := fields{"the inputs": {}, "the constants": {}, "the steps": {}, "the run": {
		"id": cel.StringType, "flow": cel.StringType, "who": cel.StringType, "why": cel.StringType, "started": cel.TimestampType,
	}}
	for i := range f.Inputs {
		known["the inputs"][f.Inputs[i].Name] = f.Inputs[i].kind().celType()
	}
	for name, v := range f.Constants {
		known["the constants"][name] = typeOfValue(v)
	}
	for id, desc := range outputs {
		known["the steps"][id] = cel.ObjectType(typeOfStep(id))
		known[typeOfStep(id)] = map[string]*cel.Type{"state": cel.StringType, "outputs": cel.ObjectType(typeOfOutputs(id))}
		known[typeOfOutputs(id)] = map[string]*cel.Type{}
		for _, p := range desc.Outputs {
			known[typeOfOutputs(id)][p.Name] = parameterKind(p).celType()
		}
	}
	return base.Extend(
		cel.CustomTypeProvider(typed{base.CELTypeProvider(), known}),
		cel.Variable("inputs", cel.ObjectType("the inputs")),
		cel.Variable("constants", cel.ObjectType("the constants")),
		cel.Variable("steps", cel.ObjectType("the steps")),
		cel.Variable("run", cel.ObjectType("the run")),
	)
}

func (i *Input) kind() kind { return i.Type.of(i.Of) }

func parameterKind(p tool.Parameter) kind { return Type(p.Type).of(Any) }

// celType is the type of values in expressions.
func (k kind) celType() *cel.Type {
	switch k.Type {
	case Int:
		return cel.IntType
	case Number:
		return cel.DoubleType
	case Bool:
		return cel.BoolType
	case Span:
		return cel.DurationType
	case ListType:
		return cel.ListType(kind{k.of, Any}.celType())
	case MapType:
		return cel.MapType(cel.StringType, cel.DynType)
	case String, Module, Node:
		return cel.StringType
	default:
		return cel.DynType
	}
}

// takes tells whether an expression of a type can give a value of the kind. Of what is
// only known in the run it says yes.
func (k kind) takes(t *cel.Type) bool {
	switch t.Kind() {
	case types.DynKind, types.AnyKind, types.TypeParamKind:
		return true
	case types.StringKind:
		return k.Type == Any || k.Type == Span || k.celType() == cel.StringType
	case types.IntKind:
		return k.Type == Any || k.Type == Int || k.Type == Number
	case types.DoubleKind:
		return k.Type == Any || k.Type == Number
	case types.BoolKind:
		return k.Type == Any || k.Type == Bool
	case types.DurationKind:
		return k.Type == Any || k.Type == Span
	case types.TimestampKind:
		return k.Type == Any || k.Type == String
	case types.ListKind:
		return k.Type == Any || k.Type == ListType
	case types.MapKind:
		return k.Type == Any || k.Type == MapType
	default:
		return false
	}
}

// typeOfValue is the type of a constant.
func typeOfValue(v any) *cel.Type {
	switch v := v.(type) {
	case string:
		return cel.StringType
	case int64:
		return cel.IntType
	case float64:
		return cel.DoubleType
	case bool:
		return cel.BoolType
	case []any:
		return cel.ListType(typeOfElements(v))
	case map[string]any:
		return cel.MapType(cel.StringType, cel.DynType)
	}
	return cel.DynType
}

func typeOfElements(list []any) *cel.Type {
	if len(list) == 0 {
		return cel.DynType
	}
	first := typeOfValue(list[0])
	for _, v := range list[1:] {
		if !typeOfValue(v).IsExactType(first) {
			return cel.DynType
		}
	}
	return first
}

// seen is how an expression sees a value of the kind: a duration as one, and the rest
// as it is.
func (k kind) seen(v any) (any, error) {
	v, err := k.fits(v)
	if err != nil {
		return nil, err
	}
	if k.Type == Span {
		return time.ParseDuration(v.(string))
	}
	if list, ok := v.([]any); ok && k.of == Span {
		for i := range list {
			if list[i], err = time.ParseDuration(list[i].(string)); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
