package yamlfile

import (
	"math"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// isPlain tells whether a field takes whatever the file has: any, []any or a map of any.
func isPlain(t reflect.Type) bool {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t.Kind() == reflect.Interface
}

// maxDepth is how deep plain values may lie in each other. An alias within its own
// anchor would have no end.
const maxDepth = 32

// plain reads a value as JSON would have it: string, int64, float64, bool, []any and
// map[string]any. A date is the text it is written as. A null in a list or map is left out.
func (d *decoder) plain(node *yaml.Node, key string, depth int) any {
	if d.nodes++; d.nodes > maxNodes {
		return nil
	}
	if depth > maxDepth {
		d.fault(node, key, "want at most %d values in each other", maxDepth)
		return nil
	}
	switch node.Kind {
	case yaml.AliasNode:
		return d.plain(node.Alias, key, depth+1)
	case yaml.SequenceNode:
		return d.plainList(node, key, depth)
	case yaml.MappingNode:
		return d.plainMap(node, key, depth)
	default:
		return d.plainScalar(node, key)
	}
}

func (d *decoder) plainList(node *yaml.Node, key string, depth int) any {
	list := make([]any, 0, len(node.Content))
	for i, item := range node.Content {
		at := key + "[" + strconv.Itoa(i) + "]"
		d.lines[at] = item.Line
		if v := d.plain(item, at, depth+1); v != nil {
			list = append(list, v)
		}
	}
	return list
}

func (d *decoder) plainMap(node *yaml.Node, key string, depth int) any {
	values := map[string]any{}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name := node.Content[i]
		at := key + "." + name.Value
		switch {
		case name.Kind != yaml.ScalarNode || name.ShortTag() == "!!merge":
			d.fault(name, key, "want a name, found %s", found(name))
		case seen[name.Value] > 0:
			d.fault(name, at, "given twice, first on line %d", seen[name.Value])
		default:
			seen[name.Value] = name.Line
			d.lines[at] = name.Line
			if v := d.plain(node.Content[i+1], at, depth+1); v != nil {
				values[name.Value] = v
			}
		}
	}
	return values
}

func (d *decoder) plainScalar(node *yaml.Node, key string) any {
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if node.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var n int64
		if node.Decode(&n) == nil {
			return n
		}
		d.fault(node, key, "want a whole number below 2^63, found %s", found(node))
		return nil
	case "!!float":
		var x float64
		if node.Decode(&x) == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
			return x
		}
		d.fault(node, key, "want a finite number, found %s", found(node))
		return nil
	}
	return node.Value
}

// setPlain puts a plain value into a field, if it fits.
func (d *decoder) setPlain(node *yaml.Node, v reflect.Value, key string) {
	value := reflect.ValueOf(d.plain(node, key, 0))
	switch {
	case !value.IsValid():
	case v.Kind() == reflect.Interface:
		v.Set(value)
	case value.Kind() == v.Kind():
		v.Set(value.Convert(v.Type()))
	default:
		d.fault(node, key, "want %s, found %s", wanted(v), found(node))
	}
}
