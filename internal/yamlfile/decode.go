package yamlfile

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds the work on one file: aliases can make a small file stand
// for a huge one.
const maxNodes = 100_000

// decoder fills a structure from a tree of YAML nodes. Unlike the library's own
// decoding it names each fault by its key, and goes on after it.
type decoder struct {
	lines  map[string]int // of each key that the file has
	faults Faults
	nodes  int // visited so far
}

func (d *decoder) fault(node *yaml.Node, key, format string, args ...any) {
	d.faults = append(d.faults, Fault{Line: node.Line, Key: key, Problem: fmt.Sprintf(format, args...)})
}

// value fills v from node. A null leaves the default.
func (d *decoder) value(node *yaml.Node, v reflect.Value, key string) {
	if d.nodes++; d.nodes > maxNodes {
		return
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.ShortTag() == "!!null":
	case v.Kind() == reflect.Struct:
		d.structure(node, v, key)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		d.list(node, v, key)
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct:
		v.Set(reflect.New(v.Type().Elem()))
		d.structure(node, v.Elem(), key)
	case isPlain(v.Type()):
		d.setPlain(node, v, key)
	default:
		d.leaf(node, v, key)
	}
}

func (d *decoder) leaf(node *yaml.Node, v reflect.Value, key string) {
	cut := v.Kind() == reflect.Int && node.ShortTag() == "!!float" // the library would drop the fraction
	if err := node.Decode(v.Addr().Interface()); err != nil || cut {
		d.fault(node, key, "want %s, found %s", wanted(v), found(node))
	}
}

func (d *decoder) list(node *yaml.Node, v reflect.Value, key string) {
	if node.Kind != yaml.SequenceNode {
		d.fault(node, key, "want a list, found %s", found(node))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content)))
	for i, item := range node.Content {
		at := fmt.Sprintf("%s[%d]", key, i)
		d.lines[at] = item.Line
		d.value(item, v.Index(i), at)
	}
}

// unnamed tells a field that no file has, as one that is not exported.
func unnamed(field string) bool { return field == "" || field == "-" }

func (d *decoder) structure(node *yaml.Node, v reflect.Value, key string) {
	if node.Kind != yaml.MappingNode {
		d.fault(node, key, "want keys with values, found %s", found(node))
		return
	}
	known := Fields(v.Type())
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		at := strings.TrimPrefix(key+"."+name.Value, ".")
		field := slices.Index(known, name.Value)
		switch {
		case field < 0 || unnamed(name.Value):
			d.fault(name, at, "unknown key; known here: %s", strings.Join(slices.DeleteFunc(slices.Clone(known), unnamed), ", "))
		case seen[name.Value] > 0:
			d.fault(name, at, "given twice, first on line %d", seen[name.Value])
		default:
			seen[name.Value] = name.Line
			d.lines[at] = name.Line
			d.value(value, v.Field(field), at)
		}
	}
}

// Fields names the keys of a structure, in the order of its fields.
func Fields(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
	}
	return names
}

// Value is a type that reads itself from a text.
type Value interface {
	Wanted() string // such as "a size such as 64MiB"
}

func wanted(v reflect.Value) string {
	if own, ok := v.Interface().(Value); ok {
		return own.Wanted()
	}
	switch v.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		if isPlain(v.Type()) {
			return "a list"
		}
		return "a list of texts"
	case reflect.Map:
		return "names with values"
	default:
		return "a text"
	}
}

// found quotes a scalar, cut to a readable length.
func found(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	default:
		return fmt.Sprintf("%.80q", node.Value)
	}
}
