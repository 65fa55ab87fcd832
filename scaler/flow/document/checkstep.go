package document

import (
	"slices"
	"strings"

	"headroom/scaler/flow/tool"
)

// shape checks that a step is one thing, and has only what belongs to that.
func (c *checker) shape(s *Step, key string) {
	var is []string
	for _, part := range []struct {
		name  string
		given bool
	}{{"tool", s.Tool != ""}, {"branches", len(s.Branches) > 0}, {"for_each", s.ForEach != ""}} {
		if part.given {
			is = append(is, part.name)
		}
	}
	if len(is) != 1 {
		found := "none"
		if len(is) > 1 {
			found = strings.Join(is, " and ")
		}
		c.fault(key, "step %s: want exactly one of tool, branches and for_each, found %s", s.ID, found)
		return
	}
	for _, own := range []struct {
		of, key string
		given   bool
	}{
		{"tool", "with", len(s.With) > 0}, {"tool", "timeout", s.Timeout != 0}, {"tool", "on_timeout", s.OnTimeout != ""},
		{"tool", "retries", s.Retries != Retries{}}, {"tool", "undo", s.Undo != nil},
		{"for_each", "as", s.As != ""}, {"for_each", "concurrency", s.Concurrency != 0},
		{"for_each", "failure_budget", s.Budget != 0}, {"for_each", "steps", len(s.Steps) > 0},
	} {
		if own.given && own.of != is[0] {
			c.fault(key+"."+own.key, "step %s: %s belongs to a step with %s", s.ID, own.key, own.of)
		}
	}
	c.numbers(s, key)
}

// maxTries bounds how often a step is tried again by itself.
const maxTries = 1000

func (c *checker) numbers(s *Step, key string) {
	c.duration(s.Timeout, key+".timeout")
	c.duration(s.Retries.Backoff, key+".retries.backoff")
	c.duration(s.Retries.Max, key+".retries.max")
	if s.Retries.Times < 0 || s.Retries.Times > maxTries {
		c.fault(key+".retries.times", "want 0 to %d, found %d", maxTries, s.Retries.Times)
	}
	if f := s.Retries.Factor; f != 0 && !(f >= 1 && f <= 100) {
		c.fault(key+".retries.factor", "want 1 to 100, found %v", f)
	}
	if !slices.Contains([]OnTimeout{"", TimeoutFails, TimeoutSkips, TimeoutWaits}, s.OnTimeout) {
		c.fault(key+".on_timeout", "want fail, skip or wait, found %q", s.OnTimeout)
	}
	if s.Concurrency < 0 || s.Concurrency > MaxElements {
		c.fault(key+".concurrency", "want 0 to %d, found %d", MaxElements, s.Concurrency)
	}
	if s.Budget < 0 || s.Budget > MaxElements {
		c.fault(key+".failure_budget", "want 0 to %d, found %d", MaxElements, s.Budget)
	}
	if s.ForEach != "" && len(s.Steps) == 0 {
		c.fault(key, "step %s: the for_each has no steps", s.ID)
	}
}

// call checks a step that calls a tool, and how it is undone.
func (c *checker) call(s *Step, done *compiled, key string, p place) {
	seen := p.seen
	if desc, ok := c.tool(s.Tool, key+".tool"); ok {
		done.tool = desc
		done.with = c.inputs(desc, s.With, key, &compiler{env: p.env, see: c.sight(s, seen), fault: c.fault})
	}
	if s.Undo == nil {
		return
	}
	c.duration(s.Undo.Timeout, key+".undo.timeout")
	if s.Undo.Tool == "" {
		c.fault(key+".undo", "step %s: its undo has no tool", s.ID)
		return
	}
	if desc, ok := c.tool(s.Undo.Tool, key+".undo.tool"); ok {
		done.undoTool = desc
		see := c.sight(s, c.after(s, seen))
		done.undo = c.inputs(desc, s.Undo.With, key+".undo", &compiler{env: p.env, see: see, fault: c.fault})
	}
}

// after is what is seen once a step is over.
func (*checker) after(s *Step, seen map[string]bool) map[string]bool {
	after := map[string]bool{s.ID: true}
	for id := range seen {
		after[id] = true
	}
	return after
}

func (c *checker) tool(name, key string) (tool.Description, bool) {
	desc, ok := c.tools.Describe(name)
	if !ok {
		c.fault(key, "there is no tool %s", name)
	}
	return desc, ok
}

// inputs checks what a tool is given, and makes templates of it.
func (c *checker) inputs(desc tool.Description, with Values, key string, at *compiler) map[string]*template {
	for _, p := range desc.Inputs {
		if _, given := with[p.Name]; p.Required && p.Default == nil && !given {
			c.fault(key, "tool %s needs %s (%s)", desc.Name, p.Name, p.Type)
		}
	}
	templates := map[string]*template{}
	for _, name := range sortedNames(with) {
		in := key + ".with." + name
		i := slices.IndexFunc(desc.Inputs, func(p tool.Parameter) bool { return p.Name == name })
		if i < 0 {
			c.fault(in, "%v", among("input", name, " of tool "+desc.Name, parameterNames(desc.Inputs)))
		}
		t := at.template(with[name], in)
		if i < 0 || t == nil {
			continue
		}
		if err := suits(t, desc.Inputs[i]); err != "" {
			c.fault(in, "%s", err)
		}
		templates[name] = t
	}
	return templates
}

// suits tells what keeps a template from giving a tool's input; empty: nothing.
func suits(t *template, p tool.Parameter) string {
	k := parameterKind(p)
	if t.out != nil {
		if !k.takes(t.out) {
			return "want " + k.wanted() + ", the expression gives a " + t.out.String()
		}
		return ""
	}
	v, err := k.fits(t.constant)
	if err == nil {
		err = k.oneOf(v, p.Values)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
