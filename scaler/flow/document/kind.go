package document

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/storage/fleet"
)

var allTypes = []Type{String, Int, Number, Bool, Span, Module, Node, ListType, MapType, Any}

// of gives a list's elements their type.
func (t Type) of(elements Type) kind {
	if t != ListType {
		return kind{t, Any}
	}
	if elements == "" {
		elements = String
	}
	return kind{t, elements}
}

// kind is a type with that of a list's elements.
type kind struct{ Type, of Type }

// wanted says what a value of the type is.
func (k kind) wanted() string {
	switch k.Type {
	case Int:
		return "a whole number"
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	case Span:
		return Duration(0).Wanted()
	case Module:
		return "a module's id"
	case Node:
		return "a machine's name"
	case ListType:
		if k.of == Any {
			return "a list"
		}
		return "a list, each " + kind{k.of, Any}.wanted()
	case MapType:
		return "names with values"
	default:
		return "a text"
	}
}

// fits makes a value one of the type. What it takes beyond that is what JSON can have
// lost: a whole number for one with a fraction, and the other way round.
func (k kind) fits(v any) (any, error) {
	var ok bool
	switch k.Type {
	case Any:
		return v, nil
	case String, Module, Node:
		_, ok = v.(string)
	case Bool:
		_, ok = v.(bool)
	case MapType:
		_, ok = v.(map[string]any)
	case Int:
		if x, isFloat := v.(float64); isFloat && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return int64(x), nil
		}
		_, ok = v.(int64)
	case Number:
		if n, isInt := v.(int64); isInt {
			return float64(n), nil
		}
		_, ok = v.(float64)
	case Span:
		return k.span(v)
	case ListType:
		return k.list(v)
	}
	if !ok {
		return nil, fmt.Errorf("want %s, found %s", k.wanted(), shown(v))
	}
	return v, nil
}

func (k kind) span(v any) (any, error) {
	if text, ok := v.(string); ok {
		if d, err := ParseDuration(text); err == nil {
			return d.String(), nil
		}
	}
	return nil, fmt.Errorf("want %s, found %s", k.wanted(), shown(v))
}

func (k kind) list(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("want %s, found %s", k.wanted(), shown(v))
	}
	if k.of == Any {
		return list, nil
	}
	out := make([]any, len(list))
	for i := range list {
		var err error
		if out[i], err = (kind{k.of, Any}).fits(list[i]); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return out, nil
}

// read is fits for what people write in a form or on a command line: a text may stand
// for a number, true or false, and for a list by its elements with commas between.
func (k kind) read(v any) (any, error) {
	text, ok := v.(string)
	if !ok {
		if list, isList := v.([]any); isList && k.Type == ListType {
			return k.readList(list)
		}
		return k.fits(v)
	}
	trimmed := strings.TrimSpace(text)
	switch k.Type {
	case Int:
		if n, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
			return n, nil
		}
	case Number:
		if x, err := strconv.ParseFloat(trimmed, 64); err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
			return x, nil
		}
	case Bool:
		if trimmed == "true" || trimmed == "false" {
			return trimmed == "true", nil
		}
	case Span:
		return k.fits(trimmed)
	case Module:
		return module(trimmed)
	case Node:
		return trimmed, nil
	case ListType:
		return k.readList(words(text))
	}
	return k.fits(v)
}

// module is the id of a node of the business tree, as all write it: locks and roles must
// not know one node by two names.
func module(id string) (any, error) {
	path, err := fleet.ParseID(id)
	if err == nil && path.ID() != id {
		err = fmt.Errorf("want the id %q, found %s", path.ID(), shown(id))
	}
	if err == nil && len(id) > maxModule {
		err = fmt.Errorf("want an id of up to %d bytes, got %d", maxModule, len(id))
	}
	return id, err
}

// maxModule is how long the id of a node of the business tree may be.
const maxModule = 2000

func (k kind) readList(list []any) (any, error) {
	out := make([]any, len(list))
	for i := range list {
		var err error
		if out[i], err = (kind{k.of, Any}).read(list[i]); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return out, nil
}

// words are the parts of a text between commas or line ends.
func words(text string) []any {
	list := []any{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}

// zero is what an input has that is not given.
func (k kind) zero() any {
	switch k.Type {
	case Int:
		return int64(0)
	case Number:
		return 0.0
	case Bool:
		return false
	case Span:
		return time.Duration(0).String()
	case ListType:
		return []any{}
	case MapType:
		return map[string]any{}
	case Any:
		return nil
	default:
		return ""
	}
}

// oneOf tells whether a value is allowed.
func (k kind) oneOf(v any, allowed []any) error {
	texts := make([]string, len(allowed))
	for i, a := range allowed {
		a, err := k.fits(a)
		if err == nil && equal(a, v) {
			return nil
		}
		texts[i] = shown(a)
	}
	if len(allowed) == 0 {
		return nil
	}
	return fmt.Errorf("want one of %s, found %s", strings.Join(texts, ", "), shown(v))
}

func equal(a, b any) bool { return shown(a) == shown(b) }

// shown quotes a value for a message, cut to a readable length.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return fmt.Sprintf("%.80q", v)
	case []any:
		return "a list"
	case map[string]any:
		return "names with values"
	}
	return fmt.Sprint(v)
}

func known(t Type) bool { return slices.Contains(allTypes, t) }
