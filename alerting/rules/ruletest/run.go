package ruletest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/prometheus/model/labels"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/alerting/rules"
	"headroom/storage/memory"
	"headroom/storage/promql"
)

// ErrFailed means that a test came out otherwise than it expects.
var ErrFailed = errors.New("rules do not do what their tests expect")

// Run runs the tests of files whose names match only (nil: all), and writes to out
// what came of each. The error is [ErrFailed] if any failed or could not be run.
func Run(ctx context.Context, out io.Writer, only *regexp.Regexp, files ...string) error {
	failed := false
	for _, name := range files {
		fmt.Fprintln(out, name)
		f, err := read(name)
		if err != nil {
			report(out, "cannot be read", []error{err})
			failed = true
			continue
		}
		for i := range f.Tests {
			t := &f.Tests[i]
			if only != nil && !only.MatchString(t.Name) {
				continue
			}
			faults := f.run(ctx, t)
			failed = failed || len(faults) > 0
			report(out, t.Name, faults)
		}
	}
	if failed {
		return ErrFailed
	}
	return nil
}

func report(out io.Writer, name string, faults []error) {
	if len(faults) == 0 {
		fmt.Fprintf(out, "  ok    %s\n", name)
		return
	}
	fmt.Fprintf(out, "  FAIL  %s\n", name)
	for _, fault := range faults {
		fmt.Fprintln(out, indent(fault.Error(), "        "))
	}
}

// world is a store with the rules that are evaluated over it.
type world struct {
	store  *memory.Store
	engine *promql.Engine
	groups []*promrules.Group
	input  input
}

// open sets up the world of a test.
func (f *file) open(ctx context.Context, t *test) (*world, error) {
	w := &world{store: memory.New()}
	w.engine = promql.New(w.store, promql.Options{Subquery: time.Duration(f.EvaluationInterval)})
	set, err := rules.Load(w.engine.Parser(), f.dir, f.RuleFiles...)
	if err != nil {
		return nil, err
	}
	if w.groups, err = rules.Groups(ctx, set, w.engine, w.store, time.Duration(t.Interval), labels.FromMap(t.ExternalLabels), t.ExternalURL); err != nil {
		return nil, err
	}
	// Groups that are not in the order come first; those with the same place stay
	// in the order of their files and names.
	slices.SortStableFunc(w.groups, func(a, b *promrules.Group) int { return f.order(a) - f.order(b) })
	w.input, err = t.parse(w.engine.Parser())
	return w, err
}

// order is a group's place in the order of evaluation.
func (f *file) order(g *promrules.Group) int { return max(0, slices.Index(f.GroupEvalOrder, g.Name())) }

// run runs one test and returns what is not as it expects.
func (f *file) run(ctx context.Context, t *test) (faults []error) {
	w, err := f.open(ctx, t)
	if err != nil {
		return []error{err}
	}
	step := time.Duration(f.EvaluationInterval)
	begin, last := t.StartTimestamp.at(), t.last()
	for at := begin; !at.After(last); at = at.Add(step) {
		if errs := w.evaluate(ctx, at, at.Sub(begin)); len(errs) > 0 {
			return append(faults, errs...)
		}
		for _, a := range t.Alerts { // what is expected until the next evaluation
			if when := begin.Add(time.Duration(a.EvalTime)); !when.Before(at) && when.Before(at.Add(step)) {
				faults = appendFault(faults, w.checkAlerts(&a))
			}
		}
	}
	for _, e := range t.Exprs {
		faults = appendFault(faults, w.checkExpr(ctx, &e, begin.Add(time.Duration(e.EvalTime)), f.FuzzyCompare))
	}
	return faults
}

func appendFault(faults []error, err error) []error {
	if err != nil {
		faults = append(faults, err)
	}
	return faults
}

// evaluate evaluates all groups once.
func (w *world) evaluate(ctx context.Context, at time.Time, since time.Duration) (errs []error) {
	if err := w.input.storeUntil(ctx, w.store, at); err != nil {
		return []error{err}
	}
	for _, g := range w.groups {
		g.Eval(ctx, at)
		for _, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				errs = append(errs, fmt.Errorf("rule %s at %s: %w", r.Name(), since, err))
			}
		}
	}
	return errs
}
