package document

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// expression is one that is compiled.
type expression struct {
	source  string
	program cel.Program
	out     *cel.Type
}

// compile makes an expression of its text. The error lists all that is wrong, each with
// its column.
func compile(env *cel.Env, source string, see *sight) (*expression, error) {
	if source = strings.TrimSpace(source); source == "" {
		return nil, fmt.Errorf("the expression is empty")
	}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, issuesError(source, issues)
	}
	if err := see.check(source, parsed); err != nil {
		return nil, err
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, issuesError(source, issues)
	}
	if out := checked.OutputType(); out.Kind() == types.StructKind {
		return nil, fmt.Errorf("%.80q: want one name of %s, as in %s.NAME", source, out, source)
	}
	program, err := env.Program(checked, cel.CostLimit(maxCost), cel.CostTracking(costs{}))
	if err != nil {
		return nil, fmt.Errorf("%.80q: %w", source, err)
	}
	return &expression{source, program, checked.OutputType()}, nil
}

// issuesError puts the library's faults into a line.
func issuesError(source string, issues *cel.Issues) error {
	all := make([]string, 0, len(issues.Errors()))
	for _, e := range issues.Errors() {
		place := fmt.Sprintf("column %d", e.Location.Column()+1)
		if e.Location.Line() > 1 {
			place = fmt.Sprintf("line %d, column %d", e.Location.Line(), e.Location.Column()+1)
		}
		message, _, _ := strings.Cut(strings.ReplaceAll(e.Message, "\n", " "), " expecting {") // every token that there is
		all = append(all, place+": "+message)
	}
	return fmt.Errorf("%.80q: %s", source, strings.Join(all, "; "))
}

// eval gives a plain value.
func (e *expression) eval(vars map[string]any) (any, error) {
	out, _, err := e.program.Eval(vars)
	if err != nil {
		return nil, fmt.Errorf("%.80q: %w", e.source, err)
	}
	left := maxResult
	v, err := native(out, &left)
	if err != nil {
		return nil, fmt.Errorf("%.80q: %w", e.source, err)
	}
	return v, nil
}

// maxResult bounds what an expression gives, in bytes: those of its texts, and 16 for
// each value.
const maxResult = 4 << 20

// native makes a plain value of one of the language.
func native(v ref.Val, left *int) (any, error) {
	*left -= 16
	if text, ok := v.(types.String); ok {
		*left -= len(text)
	}
	if *left < 0 {
		return nil, fmt.Errorf("the value has more than %d bytes", maxResult)
	}
	switch v := v.(type) {
	case types.Null:
		return nil, nil
	case types.Bytes, *types.Type, *types.Err:
		return nil, fmt.Errorf("a %s is no value of a flow", v.Type())
	case traits.Lister:
		return nativeList(v, left)
	case traits.Mapper:
		return nativeMap(v, left)
	}
	return Plain(v.Value())
}

func nativeList(v traits.Lister, left *int) (any, error) {
	list := []any{}
	for it := v.Iterator(); it.HasNext() == types.True; {
		element, err := native(it.Next(), left)
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	return list, nil
}

func nativeMap(v traits.Mapper, left *int) (any, error) {
	m := map[string]any{}
	for it := v.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, ok := key.(types.String)
		if !ok {
			return nil, fmt.Errorf("a map's names are texts, found a %s", key.Type())
		}
		value, err := native(v.Get(key), left)
		if err != nil {
			return nil, err
		}
		if *left -= len(name); *left < 0 {
			return nil, fmt.Errorf("the value has more than %d bytes", maxResult)
		}
		m[string(name)] = value
	}
	return m, nil
}
