package registry

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"headroom/storage/fleet"
)

// yaml reads a file of YAML or JSON: the facts of one node, a list of such, or such a
// list under the key "modules"; also several documents.
func (c *collector) yaml(file string, data []byte) {
	docs, line, err := documents(data)
	if err != nil {
		c.fault(place{file, line}, "", "%v", err)
	}
	for _, doc := range docs {
		c.yamlNodes(file, doc)
	}
}

// yamlNodes reads one document.
func (c *collector) yamlNodes(file string, node *yaml.Node) {
	switch {
	case node.ShortTag() == "!!null":
	case node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			c.yamlFacts(file, item)
		}
	case node.Kind == yaml.MappingNode && len(node.Content) == 2 && node.Content[0].Value == "modules":
		if node.Content[1].Kind == yaml.MappingNode {
			c.fault(place{file, node.Content[1].Line}, "modules", "want a list of facts, found keys with values")
			return
		}
		c.yamlNodes(file, node.Content[1])
	default:
		c.yamlFacts(file, node)
	}
}

// yamlFacts reads the facts of one node.
func (c *collector) yamlFacts(file string, node *yaml.Node) {
	at := place{file, node.Line}
	if node.Kind != yaml.MappingNode {
		c.fault(at, "", "want the facts of a node as keys with values, id among them; found %s", kindOf(node))
		return
	}
	id, fields, seen := "", fleet.Fields{}, map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		at := place{file, key.Line}
		if seen[key.Value] {
			c.fault(at, key.Value, "is given twice")
		}
		seen[key.Value] = true
		switch name := c.yamlKey(key.Value); name {
		case "":
			c.fault(at, key.Value, "there is no such fact; there are id, owner, level, runbook, dependencies, device_type, contacts, notes, limits, labels")
		case "id":
			id = c.yamlText(file, key.Value, value)
		case "limits", "labels":
			c.yamlMap(file, name, value, fields)
		default:
			fields[name] = c.yamlValue(file, name, value)
		}
	}
	c.add(at, id, fields)
}

func (c *collector) yamlKey(key string) string {
	if _, renamed := c.rename[key]; !renamed && (key == "limits" || key == "labels") {
		return key
	}
	return c.field(key)
}

func (c *collector) yamlMap(file, name string, node *yaml.Node, fields fleet.Fields) {
	if node.ShortTag() == "!!null" {
		return
	}
	if node.Kind != yaml.MappingNode {
		c.fault(place{file, node.Line}, name, "want names with values, found %s", kindOf(node))
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		field := name + "." + node.Content[i].Value
		if _, twice := fields[field]; twice {
			c.fault(place{file, node.Content[i].Line}, field, "is given twice")
		}
		fields[field] = c.yamlText(file, field, node.Content[i+1])
	}
}

// yamlValue reads a text, or for a field that holds one a list.
func (c *collector) yamlValue(file, field string, node *yaml.Node) string {
	if !fleet.IsList(field) || node.Kind != yaml.SequenceNode {
		return c.yamlText(file, field, node)
	}
	items := make([]string, 0, len(node.Content))
	for _, item := range node.Content {
		items = append(items, c.yamlText(file, field, item))
	}
	return fleet.JoinList(items)
}

// yamlText reads a text or a number. Aliases are refused: a few of them can make a
// small file stand for a huge one.
func (c *collector) yamlText(file, field string, node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode {
		c.fault(place{file, node.Line}, field, "want a text, found %s", kindOf(node))
		return ""
	}
	if node.ShortTag() == "!!null" {
		return ""
	}
	return node.Value
}

func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias, which is not read here"
	}
	return strconv.Quote(node.Value)
}
