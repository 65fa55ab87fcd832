package document

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/cel"

	"headroom/internal/yamlfile"
	"headroom/scaler/flow/tool"
)

// Limits of a document.
const (
	MaxSteps    = 500    // in all, with those of branches and for-each
	MaxDepth    = 4      // of branches and for-each in each other
	MaxElements = 10_000 // of a for-each
	maxNamed    = 100    // inputs, and constants
)

// checker goes through a flow, notes its faults and compiles its expressions.
type checker struct {
	flow    *Flow
	tools   Tools
	faults  yamlfile.Faults
	ids     map[string]string           // the key of each step and branch by its id
	outputs map[string]tool.Description // of each step by its id
	order   map[string]int
	program *Program
}

func (c *checker) fault(key, format string, args ...any) {
	c.faults = append(c.faults, yamlfile.Fault{Key: key, Problem: fmt.Sprintf(format, args...)})
}

func compileFlow(f *Flow, tools Tools) (*Program, yamlfile.Faults) {
	c := &checker{
		flow: f, tools: tools, ids: map[string]string{}, outputs: map[string]tool.Description{}, order: map[string]int{},
		program: &Program{flow: f, steps: map[string]*compiled{}},
	}
	c.head()
	c.collect(f.Steps, "steps", 0)
	if len(c.order) > MaxSteps {
		c.fault("steps", "want at most %d steps in all, found %d", MaxSteps, len(c.order))
		return nil, c.faults
	}
	env, err := environment(f, c.outputs)
	if err != nil {
		c.fault("", "%v", err)
		return nil, c.faults
	}
	c.lock(env)
	c.row(f.Steps, "steps", place{env: env, seen: map[string]bool{}})
	return c.program, c.faults
}

// collect notes the ids of all steps, so that an expression can be told what it refers
// to wherever that stands.
func (c *checker) collect(steps []Step, key string, depth int) {
	if depth > MaxDepth {
		c.fault(key, "want at most %d branches and for_each in each other", MaxDepth)
		return
	}
	for i := range steps {
		s, at := &steps[i], fmt.Sprintf("%s[%d]", key, i)
		c.id(s.ID, at+".id", "step")
		c.order[s.ID] = len(c.order)
		c.outputs[s.ID], _ = c.tools.Describe(s.Tool)
		for j := range s.Branches {
			branch := fmt.Sprintf("%s.branches[%d]", at, j)
			c.id(s.Branches[j].ID, branch+".id", "branch")
			c.collect(s.Branches[j].Steps, branch+".steps", depth+1)
		}
		c.collect(s.Steps, at+".steps", depth+1)
	}
}

func (c *checker) id(id, key, what string) {
	switch first := c.ids[id]; {
	case !isID(id):
		c.fault(key, "want a %s's id of a-z, 0-9 and _, found %q", what, id)
	case first != "":
		c.fault(key, "%s is the id of %s already", id, first)
	default:
		c.ids[id] = key[:len(key)-len(".id")]
	}
}

// place is what is known where a step stands.
type place struct {
	env  *cel.Env
	seen map[string]bool // steps that are over
	as   []string        // names of the elements around, the outermost first
}

// row checks steps that are run one after the other. It returns what is over after them.
func (c *checker) row(steps []Step, key string, p place) map[string]bool {
	p.seen = maps.Clone(p.seen)
	for i := range steps {
		maps.Copy(p.seen, c.step(&steps[i], fmt.Sprintf("%s[%d]", key, i), p))
		p.seen[steps[i].ID] = true
	}
	return p.seen
}

// step checks a step, and returns the ones within that are seen after it.
func (c *checker) step(s *Step, key string, p place) map[string]bool {
	done := &compiled{step: s, as: p.as, seen: slices.Sorted(maps.Keys(p.seen))}
	c.program.steps[s.ID] = done
	done.when = c.expression(s.When, key+".when", "true or false", cel.BoolType, s, p)
	c.shape(s, key)
	switch {
	case s.Tool != "":
		c.call(s, done, key, p)
	case len(s.Branches) > 0:
		return c.branches(s, key, p)
	case s.ForEach != "":
		c.forEach(s, done, key, p)
	}
	return nil
}

// branches do not see each other's steps; after them all are seen.
func (c *checker) branches(s *Step, key string, p place) map[string]bool {
	over := map[string]bool{}
	for i := range s.Branches {
		at := fmt.Sprintf("%s.branches[%d]", key, i)
		if len(s.Branches[i].Steps) == 0 {
			c.fault(at, "the branch has no steps")
		}
		maps.Copy(over, c.row(s.Branches[i].Steps, at+".steps", p))
	}
	return over
}

// forEach checks the steps of an element, which are seen among each other only.
func (c *checker) forEach(s *Step, done *compiled, key string, p place) {
	done.items = c.expression(s.ForEach, key+".for_each", "a list", cel.ListType(cel.DynType), s, p)
	element := cel.DynType
	if done.items != nil && done.items.out.Kind() == cel.ListType(cel.DynType).Kind() && len(done.items.out.Parameters()) == 1 {
		element = done.items.out.Parameters()[0]
	}
	as := s.element()
	switch {
	case !isFree(as):
		c.fault(key+".as", "want a name of a-z, 0-9 and _ that is not taken, found %q", as)
		return
	case slices.Contains(p.as, as):
		c.fault(key+".as", "%s is the element of a for_each around already: give this one another name", as)
		return
	}
	env, err := p.env.Extend(cel.Variable(as, element), cel.Variable("index", cel.IntType))
	if err != nil {
		c.fault(key, "%v", err)
		return
	}
	c.row(s.Steps, key+".steps", place{env: env, seen: p.seen, as: append(slices.Clone(p.as), as)})
}

// element is the name of a for-each's element in expressions.
func (s *Step) element() string {
	if s.As != "" {
		return s.As
	}
	return "item"
}

func (c *checker) sight(s *Step, seen map[string]bool) *sight {
	return &sight{flow: c.flow, outputs: c.outputs, order: c.order, at: c.order[s.ID], steps: seen}
}

// expression compiles one that stands alone. It gives nil for none, and for one with a fault.
func (c *checker) expression(text, key, wanted string, want *cel.Type, s *Step, p place) *expression {
	if text == "" {
		return nil
	}
	e, err := compile(p.env, bare(text), c.sight(s, p.seen))
	switch {
	case err != nil:
		c.fault(key, "%v", err)
		return nil
	case e.out.Kind() != want.Kind() && e.out.Kind() != cel.DynType.Kind():
		c.fault(key, "%.80q: want %s, the expression gives %s", e.source, wanted, e.out)
		return nil
	}
	return e
}

// lock checks what a run keeps others from. It is asked for before any step.
func (c *checker) lock(env *cel.Env) {
	before, p := &Step{}, place{env: env}
	c.program.module = c.expression(c.flow.Lock.Module, "lock.module", "a module's id", cel.StringType, before, p)
	c.program.nodes = c.expression(c.flow.Lock.Nodes, "lock.nodes", "a list of machines", cel.ListType(cel.DynType), before, p)
}
