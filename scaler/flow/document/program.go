package document

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"headroom/scaler/flow/tool"
)

// Program is a flow that is checked, with its expressions compiled. It is never changed:
// many goroutines may use it.
type Program struct {
	flow          *Flow
	module, nodes *expression // of the lock; nil: none
	steps         map[string]*compiled
}

// compiled is a step.
type compiled struct {
	step           *Step
	tool, undoTool tool.Description
	when, items    *expression
	with, undo     map[string]*template
	seen           []string // ids of the steps before it
	as             []string // names of the elements around it, the outermost first
}

// Scope is what expressions see in a run.
type Scope struct {
	Inputs    map[string]any // as Inputs of the program gave them
	Constants map[string]any // all of them
	Run       About
	Steps     map[string]Result // by id; those in sight are taken, one that is missing was skipped
	Elements  []Element         // that the step lies in, the outermost first
}

// About is what expressions see of the run itself.
type About struct {
	ID, Flow, Who, Why string
	Started            time.Time
}

// Result is what expressions see of a step that is over.
type Result struct {
	State   string
	Outputs map[string]any
}

// Element is one of a for-each.
type Element struct {
	Value any
	Index int // from 0
}

// Flow returns the document, which must not be changed.
func (p *Program) Flow() *Flow { return p.flow }

// Tool returns the description that a step's tool had when the flow was compiled.
func (p *Program) Tool(step string) tool.Description { return p.find(step).tool }

// UndoTool is Tool for what takes the step back; its name is empty if nothing does.
func (p *Program) UndoTool(step string) tool.Description { return p.find(step).undoTool }

func (p *Program) find(step string) *compiled {
	if c := p.steps[step]; c != nil {
		return c
	}
	return &compiled{step: &Step{}}
}

// When tells whether a step is to be run.
func (p *Program) When(step string, s *Scope) (bool, error) {
	c := p.find(step)
	if c.when == nil {
		return true, nil
	}
	v, err := p.eval(c.when, c, s)
	if err != nil {
		return false, fmt.Errorf("when: %w", err)
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("when: want true or false, found %s", shown(v))
	}
	return b, nil
}

// Items returns the elements of a for-each.
func (p *Program) Items(step string, s *Scope) ([]any, error) {
	c := p.find(step)
	if c.items == nil {
		return nil, nil
	}
	v, err := p.eval(c.items, c, s)
	if err != nil {
		return nil, fmt.Errorf("for_each: %w", err)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("for_each: want a list, found %s", shown(v))
	}
	if len(list) > MaxElements {
		return nil, fmt.Errorf("for_each: want at most %d elements, found %d", MaxElements, len(list))
	}
	return list, nil
}

// With returns the inputs of a step's tool, checked, with its defaults. The error names
// everything that is wrong with them.
func (p *Program) With(step string, s *Scope) (map[string]any, error) {
	c := p.find(step)
	return p.call(c.tool, c.with, c, c.seen, s)
}

// Undo returns the inputs of the tool that takes a step back.
func (p *Program) Undo(step string, s *Scope) (map[string]any, error) {
	c := p.find(step)
	return p.call(c.undoTool, c.undo, c, append(c.seen[:len(c.seen):len(c.seen)], c.step.ID), s)
}

func (p *Program) call(desc tool.Description, with map[string]*template, c *compiled, seen []string, s *Scope) (map[string]any, error) {
	vars, err := p.vars(c, seen, s)
	if err != nil {
		return nil, err
	}
	given, errs := map[string]any{}, []error{}
	for _, name := range sortedNames(with) {
		v, err := with[name].eval(vars)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		given[name] = v
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return Complete(desc, given)
}

// Lock returns the module and the machines that a run locks; empty: none.
func (p *Program) Lock(s *Scope) (module string, nodes []string, err error) {
	before := &compiled{step: &Step{}}
	if p.module != nil {
		v, err := p.eval(p.module, before, s)
		if err != nil {
			return "", nil, fmt.Errorf("lock.module: %w", err)
		}
		var ok bool
		if module, ok = v.(string); !ok {
			return "", nil, fmt.Errorf("lock.module: want a module's id, found %s", shown(v))
		}
	}
	if p.nodes == nil {
		return module, nil, nil
	}
	v, err := p.eval(p.nodes, before, s)
	if err == nil {
		v, err = ListType.of(Node).fits(v)
	}
	if err != nil {
		return "", nil, fmt.Errorf("lock.nodes: %w", err)
	}
	for _, node := range v.([]any) {
		nodes = append(nodes, node.(string))
	}
	return module, nodes, nil
}

func (p *Program) eval(e *expression, c *compiled, s *Scope) (any, error) {
	vars, err := p.vars(c, c.seen, s)
	if err != nil {
		return nil, err
	}
	return e.eval(vars)
}

// vars is a scope as expressions of a step see it.
func (p *Program) vars(c *compiled, seen []string, s *Scope) (map[string]any, error) {
	inputs := maps.Clone(s.Inputs)
	for i := range p.flow.Inputs {
		in := &p.flow.Inputs[i]
		v, given := inputs[in.Name]
		if !given {
			continue
		}
		var err error
		if inputs[in.Name], err = in.kind().seen(v); err != nil {
			return nil, fmt.Errorf("input %s: %w", in.Name, err)
		}
	}
	steps := make(map[string]any, len(seen))
	for _, id := range seen {
		facts, err := p.facts(id, s.Steps)
		if err != nil {
			return nil, err
		}
		steps[id] = facts
	}
	vars := map[string]any{
		"inputs": inputs, "constants": s.Constants, "steps": steps,
		"run": map[string]any{"id": s.Run.ID, "flow": s.Run.Flow, "who": s.Run.Who, "why": s.Run.Why, "started": s.Run.Started},
	}
	for i, name := range c.as {
		if i < len(s.Elements) {
			vars[name], vars["index"] = s.Elements[i].Value, int64(s.Elements[i].Index)
		}
	}
	return vars, nil
}

// facts is what expressions see of a step.
func (p *Program) facts(id string, results map[string]Result) (map[string]any, error) {
	r, ok := results[id]
	if !ok {
		r.State = "skipped"
	}
	outputs := make(map[string]any, len(r.Outputs))
	for _, o := range p.find(id).tool.Outputs {
		v, given := r.Outputs[o.Name]
		if !given {
			continue
		}
		var err error
		if outputs[o.Name], err = parameterKind(o).seen(v); err != nil {
			return nil, fmt.Errorf("output %s of step %s: %w", o.Name, id, err)
		}
	}
	return map[string]any{"state": r.State, "outputs": outputs}, nil
}
