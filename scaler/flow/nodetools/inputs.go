package nodetools

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

// inputs are those of a call, which were checked against the description.
type inputs map[string]any

func (in inputs) text(name string) string {
	s, _ := in[name].(string)
	return s
}

func (in inputs) flag(name string) bool {
	b, _ := in[name].(bool)
	return b
}

func (in inputs) number(name string) int {
	n, _ := whole(in[name])
	return n
}

// span is a duration, as it comes from an expression or from a document.
func (in inputs) span(name string) (wire.Duration, error) {
	switch v := in[name].(type) {
	case time.Duration:
		return wire.Duration(v), nil
	case document.Duration:
		return wire.Duration(v), nil
	case string:
		if v == "" {
			return 0, nil
		}
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, fmt.Errorf("%s: want a duration such as 10s, got %q", name, v)
		}
		return wire.Duration(d), nil
	}
	return 0, nil
}

// words is a list of strings; numbers are taken as their digits.
func (in inputs) words(name string) (all []string, err error) {
	list, _ := in[name].([]any)
	for i, v := range list {
		word, ok := wordOf(v)
		if !ok {
			return nil, fmt.Errorf("%s[%d]: want a string, got %v", name, i, v)
		}
		all = append(all, word)
	}
	return all, nil
}

func wordOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	if n, ok := whole(v); ok {
		return strconv.Itoa(n), true
	}
	return "", false
}

func (in inputs) numbers(name string) (all []int, err error) {
	list, _ := in[name].([]any)
	for i, v := range list {
		n, ok := whole(v)
		if !ok {
			return nil, fmt.Errorf("%s[%d]: want a whole number, got %v", name, i, v)
		}
		all = append(all, n)
	}
	return all, nil
}

// whole takes a number as whatever reads documents or JSON gives it.
func whole(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case uint64:
		return int(v), true
	case float64:
		return int(v), v == float64(int(v))
	}
	return 0, false
}

// wordMap is a map of strings.
func (in inputs) wordMap(name string) (map[string]string, error) {
	given, _ := in[name].(map[string]any)
	all := make(map[string]string, len(given))
	for k, v := range given {
		word, ok := wordOf(v)
		if !ok {
			return nil, fmt.Errorf("%s.%s: want a string, got %v", name, k, v)
		}
		all[k] = word
	}
	return all, nil
}

// needs names the inputs that are missing.
func (in inputs) needs(names ...string) error {
	var missing []string
	for _, name := range names {
		if in.text(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("want %s, got nothing", strings.Join(missing, ", "))
	}
	return nil
}

func param(name string, kind document.Type, doc string) tool.Parameter {
	return tool.Parameter{Name: name, Type: string(kind), Doc: doc}
}

func required(p tool.Parameter) tool.Parameter {
	p.Required = true
	return p
}

func secret(p tool.Parameter) tool.Parameter {
	p.Secret = true
	return p
}

func byDefault(p tool.Parameter, v any) tool.Parameter {
	p.Default = v
	return p
}

func oneOf(p tool.Parameter, values ...any) tool.Parameter {
	p.Values = values
	return p
}

// node is the input that every tool has.
func node() tool.Parameter { return required(param("node", document.Node, "the machine")) }
