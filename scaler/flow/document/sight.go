package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"

	"headroom/scaler/flow/tool"
)

// sight is what an expression may refer to at its place in the document.
type sight struct {
	flow    *Flow
	outputs map[string]tool.Description // of every step of the document, by its id
	order   map[string]int              // of the steps in the document
	at      int                         // the order of the step that the expression is of
	steps   map[string]bool             // ids of the steps that are over by then
}

// check finds what an expression refers to and is not there, before the library does:
// it knows why, and what there is instead.
func (s *sight) check(source string, parsed *cel.Ast) error {
	var errs []string
	complain := func(err error) {
		if text := err.Error(); !slices.Contains(errs, text) {
			errs = append(errs, text)
		}
	}
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if root, path := selected(e); len(path) > 0 {
			if err := s.refer(root, path); err != nil {
				complain(err)
			}
		}
		if e.Kind() == ast.ComprehensionKind {
			for _, name := range []string{e.AsComprehension().IterVar(), e.AsComprehension().IterVar2()} {
				if slices.Contains(roots, name) {
					complain(fmt.Errorf("the name %s is taken", name))
				}
			}
		}
	}))
	if len(errs) > 0 {
		return fmt.Errorf("%.80q: %s", source, strings.Join(errs, "; "))
	}
	return nil
}

// roots are the names that expressions see everywhere.
var roots = []string{"inputs", "constants", "run", "steps"}

// selected is the row of names that is selected from a root: of steps.a.state that is
// steps and [a state]. The last name may be one that is only asked for by has.
func selected(e ast.Expr) (root string, path []string) {
	for e.Kind() == ast.SelectKind {
		path = append(path, e.AsSelect().FieldName())
		e = e.AsSelect().Operand()
	}
	if e.Kind() != ast.IdentKind {
		return "", nil
	}
	slices.Reverse(path)
	return e.AsIdent(), path
}

func (s *sight) refer(root string, path []string) error {
	switch root {
	case "inputs":
		return among("input", path[0], "", inputNames(s.flow))
	case "constants":
		return among("constant", path[0], "", slices.Sorted(maps.Keys(s.flow.Constants)))
	case "steps":
		return s.referStep(path)
	}
	return nil
}

func (s *sight) referStep(path []string) error {
	desc, exists := s.outputs[path[0]]
	switch {
	case !exists:
		return among("step", path[0], "", slices.Sorted(maps.Keys(s.steps)))
	case !s.steps[path[0]] && s.order[path[0]] >= s.at:
		return fmt.Errorf("step %s is not over by then: it does not come before", path[0])
	case !s.steps[path[0]]:
		return fmt.Errorf("step %s is not seen from here: it is around this step, or in a branch or for_each of its own", path[0])
	case len(path) < 3 || path[1] != "outputs":
		return nil
	}
	return among("output", path[2], " of step "+path[0], outputNames(desc))
}

// among tells what is not one of several names; of says whose they are, " of tool http",
// and may be empty.
func among(what, name, of string, known []string) error {
	switch {
	case slices.Contains(known, name):
		return nil
	case len(known) == 0:
		return fmt.Errorf("there is no %s %s%s; there are none here", what, name, of)
	case len(known) > 20:
		return fmt.Errorf("there is no %s %s%s", what, name, of)
	}
	return fmt.Errorf("there is no %s %s%s; there are %s", what, name, of, strings.Join(known, ", "))
}

func inputNames(f *Flow) []string {
	names := make([]string, len(f.Inputs))
	for i := range f.Inputs {
		names[i] = f.Inputs[i].Name
	}
	return names
}

func outputNames(d tool.Description) []string { return parameterNames(d.Outputs) }

func parameterNames(all []tool.Parameter) []string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return names
}
