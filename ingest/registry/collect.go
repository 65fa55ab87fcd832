package registry

import (
	"fmt"
	"slices"
	"strings"

	"headroom/internal/yamlfile"
	"headroom/storage/fleet"
)

// Bounds of what one source may say.
const (
	maxNodes  = 200_000
	maxFaults = 100 // that are told
	maxBytes  = 32 << 20
)

// collector gathers what a source says, and what is wrong with it.
type collector struct {
	levels   []string          // labels of the business tree, top first
	rename   map[string]string // fields by labels, columns or keys of other names
	declared []fleet.Declared
	at       map[string]int // in declared, by id
	faults   yamlfile.Faults
	more     int // faults that are only counted
}

func newCollector(levels []string, rename map[string]string) *collector {
	return &collector{levels: levels, rename: rename, at: map[string]int{}}
}

// place is where something is said.
type place struct {
	file string
	line int
}

func (p place) String() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s:%d", p.file, p.line)
}

func (c *collector) fault(at place, key, format string, args ...any) {
	if len(c.faults) >= maxFaults {
		c.more++
		return
	}
	c.faults = append(c.faults, yamlfile.Fault{File: at.file, Line: at.line, Key: key, Problem: fmt.Sprintf(format, args...)})
}

// field is the fact that a label, column or key stands for; empty if it is none.
func (c *collector) field(name string) string {
	if to, ok := c.rename[name]; ok {
		return to
	}
	if name == "id" || fleet.CheckField(name, "") == nil {
		return name
	}
	return ""
}

// id puts an id together of the labels of the business tree, as deep as they go.
func (c *collector) id(label func(string) string) (string, error) {
	var path fleet.Path
	for i, level := range c.levels {
		switch name := label(level); {
		case name != "" && len(path) == i:
			path = append(path, name)
		case name != "":
			return "", fmt.Errorf("%s is given, but %s above it is not", level, c.levels[len(path)])
		}
	}
	return path.ID(), nil
}

// add takes what is said of a node at a place. What is said of it elsewhere must not
// be something else.
func (c *collector) add(at place, id string, fields fleet.Fields) {
	if !c.checkID(at, id) {
		return
	}
	for name, value := range fields {
		if err := fleet.CheckField(name, value); err != nil {
			c.fault(at, name, "%v", err)
		}
	}
	i, known := c.at[id]
	if !known {
		if len(c.declared) >= maxNodes {
			c.fault(at, "", "there are more than %d nodes", maxNodes)
			return
		}
		i = len(c.declared)
		c.at[id] = i
		c.declared = append(c.declared, fleet.Declared{ID: id, Fields: fleet.Fields{}, Where: at.String()})
	}
	c.merge(at, &c.declared[i], fields)
}

func (c *collector) merge(at place, d *fleet.Declared, fields fleet.Fields) {
	for name, value := range fields {
		switch have, twice := d.Fields[name]; {
		case value == "":
		case twice && have != value:
			c.fault(at, name, "%s has %.80q here and %.80q at %s", d.ID, value, have, d.Where)
		default:
			d.Fields[name] = value
		}
	}
	if len(d.Fields) > fleet.MaxFields {
		c.fault(at, "", "%s has more than %d facts", d.ID, fleet.MaxFields)
	}
}

func (c *collector) checkID(at place, id string) bool {
	path, err := fleet.ParseID(id)
	switch {
	case err != nil:
		c.fault(at, "id", "%v", err)
	case len(path) == 0:
		c.fault(at, "id", "want the id of a node of the business tree, as %s; found none", strings.Join(c.levels, "/"))
	case len(path) > len(c.levels):
		c.fault(at, "id", "%q has %d names; the hierarchy has %d levels (%s)", id, len(path), len(c.levels), strings.Join(c.levels, ", "))
	case path.ID() != id:
		c.fault(at, "id", "%q is written %q", id, path.ID())
	default:
		return true
	}
	return false
}

// result returns what was said in order of ids, or every fault.
func (c *collector) result() ([]fleet.Declared, error) {
	if len(c.faults) > 0 {
		slices.SortStableFunc(c.faults, func(a, b yamlfile.Fault) int {
			if d := strings.Compare(a.File, b.File); d != 0 {
				return d
			}
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return strings.Compare(a.Key, b.Key)
		})
		if c.more > 0 {
			c.faults = append(c.faults, yamlfile.Fault{Problem: fmt.Sprintf("and %d faults more", c.more)})
		}
		return nil, c.faults
	}
	slices.SortFunc(c.declared, func(a, b fleet.Declared) int { return strings.Compare(a.ID, b.ID) })
	return c.declared, nil
}

// splitWords divides a list in a column or label at semicolons.
func splitWords(field, value string) string {
	if fleet.IsList(field) {
		return fleet.JoinList(strings.Split(value, ";"))
	}
	return strings.TrimSpace(value)
}
