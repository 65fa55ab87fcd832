package document

import (
	"encoding/json"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
)

// template is a value of a document in which texts hold expressions.
type template struct {
	eval     func(vars map[string]any) (any, error)
	out      *cel.Type // of what it gives; nil: it has no expressions, and gives the constant
	constant any
}

// compiler makes templates at one place of a document.
type compiler struct {
	env   *cel.Env
	see   *sight
	fault func(key, format string, args ...any)
}

// template compiles a value with all that lies in it. Where it has a fault it gives nil.
func (c *compiler) template(v any, key string) *template {
	switch v := v.(type) {
	case string:
		return c.text(v, key)
	case []any:
		return c.list(v, key)
	case map[string]any:
		return c.names(v, key)
	}
	return fixed(v)
}

func fixed(v any) *template {
	return &template{constant: v, eval: func(map[string]any) (any, error) { return v, nil }}
}

// text compiles a text. One that is nothing but an expression keeps the expression's type.
func (c *compiler) text(text, key string) *template {
	pieces, err := cut(text)
	if err != nil {
		c.fault(key, "%v", err)
		return nil
	}
	parts, ok := make([]*template, len(pieces)), true
	for i, p := range pieces {
		if !p.expression {
			parts[i] = fixed(p.text)
			continue
		}
		e, err := compile(c.env, p.text, c.see)
		if err != nil {
			c.fault(key, "%v", err)
			ok = false
			continue
		}
		parts[i] = &template{eval: e.eval, out: e.out}
	}
	switch {
	case !ok:
		return nil
	case len(parts) == 1:
		return parts[0]
	case len(parts) == 0:
		return fixed("")
	}
	return &template{out: cel.StringType, eval: func(vars map[string]any) (any, error) { return concatenated(parts, vars) }}
}

func concatenated(parts []*template, vars map[string]any) (any, error) {
	var b strings.Builder
	for _, p := range parts {
		v, err := p.eval(vars)
		if err != nil {
			return nil, err
		}
		if err := writeValue(&b, v); err != nil {
			return nil, err
		}
		if b.Len() > maxText {
			return nil, fmt.Errorf("the text has more than %d bytes", maxText)
		}
	}
	return b.String(), nil
}

// writeValue writes a value in the midst of a text: lists and maps as JSON.
func writeValue(b *strings.Builder, v any) error {
	switch v := v.(type) {
	case nil:
		return fmt.Errorf("an expression in the midst of a text gives nothing")
	case string:
		b.WriteString(v)
	case []any, map[string]any:
		text, err := json.Marshal(written(v))
		if err != nil {
			return err
		}
		b.Write(text)
	default:
		fmt.Fprint(b, v)
	}
	return nil
}

func (c *compiler) list(list []any, key string) *template {
	parts, plain := make([]*template, len(list)), true
	for i := range list {
		if parts[i] = c.template(list[i], fmt.Sprintf("%s[%d]", key, i)); parts[i] == nil {
			return nil
		}
		plain = plain && parts[i].out == nil
	}
	eval := func(vars map[string]any) (any, error) {
		out := make([]any, len(parts))
		for i := range parts {
			var err error
			if out[i], err = parts[i].eval(vars); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return out, nil
	}
	return made(eval, plain, cel.ListType(cel.DynType))
}

// made is a template of parts. If all of them are plain, its value is known now.
func made(eval func(map[string]any) (any, error), plain bool, out *cel.Type) *template {
	if plain {
		constant, _ := eval(nil) // no part of it can fail
		return fixed(constant)
	}
	return &template{eval: eval, out: out}
}

func (c *compiler) names(m map[string]any, key string) *template {
	parts, plain, whole := map[string]*template{}, true, true
	for _, name := range sortedNames(m) {
		part := c.template(m[name], key+"."+name)
		parts[name] = part
		whole = whole && part != nil
		plain = plain && part != nil && part.out == nil
	}
	if !whole {
		return nil
	}
	eval := func(vars map[string]any) (any, error) {
		out := make(map[string]any, len(parts))
		for _, name := range sortedNames(parts) {
			v, err := parts[name].eval(vars)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out[name] = v
		}
		return out, nil
	}
	return made(eval, plain, cel.MapType(cel.StringType, cel.DynType))
}
