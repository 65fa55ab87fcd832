// Package fleet knows the business tree: the levels that a user configured, the
// path of each node in it, and a registry that numbers the nodes.
//
// A path is written as an id by joining its names with "/"; a "/" or "%" inside
// a name is percent-encoded, so that an id can be taken apart again; so are the
// dots of the names "." and "..", which browsers would take for folders.
package fleet

import (
	"fmt"
	"net/url"
	"strings"
)

// Path names a node of the business tree by the label values from the top.
type Path []string

var escapeName = strings.NewReplacer("%", "%25", "/", "%2F")

// ID writes the path as one string, as in "Qzone/WNS/dispatch/SET_W13".
func (p Path) ID() string {
	var b strings.Builder
	for i, name := range p {
		if i > 0 {
			b.WriteByte('/')
		}
		switch name {
		case ".":
			b.WriteString("%2E")
		case "..":
			b.WriteString("%2E%2E")
		default:
			_, _ = escapeName.WriteString(&b, name)
		}
	}
	return b.String()
}

// ParseID takes an id apart. The empty id is the root: an empty path.
func ParseID(id string) (Path, error) {
	if id == "" {
		return nil, nil
	}
	names := strings.Split(id, "/")
	for i, name := range names {
		s, err := url.PathUnescape(name)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", id, err)
		}
		if s == "" {
			return nil, fmt.Errorf("path %q: name %d is empty", id, i+1)
		}
		names[i] = s
	}
	return names, nil
}

// Under tells whether the path is parent or lies below it.
func (p Path) Under(parent Path) bool {
	if len(p) < len(parent) {
		return false
	}
	for i := range parent {
		if p[i] != parent[i] {
			return false
		}
	}
	return true
}
