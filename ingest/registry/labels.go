package registry

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"headroom/storage/fleet"
)

// labels takes the facts that labels of a series or target hold, and tells whether
// they name a node of the business tree. Other labels mean nothing here.
func (c *collector) labels(at place, labels map[string]string) bool {
	id, fields := "", fleet.Fields{}
	for name, value := range labels {
		switch field := c.field(name); field {
		case "":
		case "id":
			id = strings.TrimSpace(value)
		default:
			fields[field] = splitWords(field, value)
		}
	}
	if id == "" {
		var err error
		if id, err = c.id(func(level string) string { return labels[level] }); err != nil || id == "" {
			return false
		}
	}
	c.add(at, id, fields)
	return true
}

// targets reads what file_sd and http_sd list: groups of targets with their labels.
// A group that does not name a node is left out, but not all may be so.
func (c *collector) targets(file string, data []byte) {
	docs, line, err := documents(data)
	if err != nil {
		c.fault(place{file, line}, "", "%v", err)
	}
	for _, list := range docs {
		c.groups(file, list)
	}
}

func (c *collector) groups(file string, list *yaml.Node) {
	if list.Kind != yaml.SequenceNode {
		c.fault(place{file, list.Line}, "", "want a list of groups of targets, found %s", kindOf(list))
		return
	}
	named := 0
	for _, group := range list.Content {
		if labels, ok := c.group(file, group); ok && c.labels(place{file, group.Line}, labels) {
			named++
		}
	}
	if named == 0 && len(list.Content) > 0 && len(c.faults) == 0 {
		c.fault(place{file, list.Line}, "", "no group has the labels of the business tree (%s)", strings.Join(c.levels, ", "))
	}
}

// group reads the labels of one group of targets.
func (c *collector) group(file string, node *yaml.Node) (map[string]string, bool) {
	if node.Kind != yaml.MappingNode {
		c.fault(place{file, node.Line}, "", "want targets and labels, found %s", kindOf(node))
		return nil, false
	}
	labels := map[string]string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != "labels" {
			continue
		}
		all := node.Content[i+1]
		if all.Kind != yaml.MappingNode {
			c.fault(place{file, all.Line}, "labels", "want names with values, found %s", kindOf(all))
			return nil, false
		}
		for j := 0; j+1 < len(all.Content); j += 2 {
			name := all.Content[j].Value
			labels[name] = c.yamlText(file, "labels."+name, all.Content[j+1])
		}
	}
	return labels, true
}
