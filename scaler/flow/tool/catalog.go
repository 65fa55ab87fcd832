package tool

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// Catalog holds the tools by name. It may be used from many goroutines.
type Catalog struct {
	mu    sync.RWMutex // protects the field below
	tools map[string]Tool
}

// NewCatalog returns a catalog of some tools.
func NewCatalog(tools ...Tool) *Catalog {
	c := &Catalog{tools: map[string]Tool{}}
	for _, t := range tools {
		c.tools[t.Describe().Name] = t
	}
	return c
}

// Add adds a tool. The error says that the name is taken.
func (c *Catalog) Add(t Tool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := t.Describe()
	if old := c.tools[d.Name]; old != nil {
		return fmt.Errorf("tool %s of %s: there is one of %s already", d.Name, d.Source, old.Describe().Source)
	}
	c.tools[d.Name] = t
	return nil
}

// Find returns a tool, nil if there is none of this name.
func (c *Catalog) Find(name string) Tool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tools[name]
}

// Descriptions returns those of all tools, by name.
func (c *Catalog) Descriptions() []Description {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := make([]Description, 0, len(c.tools))
	for _, t := range c.tools {
		all = append(all, t.Describe())
	}
	slices.SortFunc(all, func(a, b Description) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Describe returns a tool's description, false if there is none of this name.
func (c *Catalog) Describe(name string) (Description, bool) {
	t := c.Find(name)
	if t == nil {
		return Description{}, false
	}
	return t.Describe(), true
}

// Set puts tools in the place of all that are there. Of two of one name the last counts.
func (c *Catalog) Set(tools ...Tool) {
	all := make(map[string]Tool, len(tools))
	for _, t := range tools {
		all[t.Describe().Name] = t
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tools = all
}
