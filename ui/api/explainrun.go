package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/alerting"
	"headroom/analytics"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/scaler/request"
)

// maxRelatedSteps limits the steps of a run that its explanation links to.
const maxRelatedSteps = 50

// explainRun sets out a run, or one of its steps: "ID" or "ID/STEP".
func (s *Server) explainRun(ctx context.Context, id string) (*analytics.Explanation, error) {
	id, step, _ := strings.Cut(id, "/")
	r, err := s.Flows.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if step == "" {
		return s.explainWhole(&r), nil
	}
	i := slices.IndexFunc(r.Steps, func(one flow.Step) bool { return one.Path == step })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q in run %s", flow.ErrNoStep, step, id)
	}
	return s.explainStep(&r, &r.Steps[i]), nil
}

// explainWhole tells who has started a run with what, how each step went, and what
// people did to it.
func (s *Server) explainWhole(r *flow.Run) *analytics.Explanation {
	e := &analytics.Explanation{ID: explainRun + r.ID, Title: fmt.Sprintf("Run %s of %s: %s", r.ID, r.Flow, r.State)}
	line(e, "started by", r.Source.Kind+" "+r.Source.ID, r.Why, r.Who, "asked for at "+s.said(r.Created))
	line(e, "flow", "the document as it was when the run began", "version "+r.Version, r.Flow)
	line(e, "inputs", "", "", fmt.Sprint(len(r.Inputs)), values(r.Inputs)...)
	if len(r.Constants) > 0 {
		line(e, "constants", "", "", fmt.Sprint(len(r.Constants)), values(r.Constants)...)
	}
	for i := range r.Steps {
		one := &r.Steps[i]
		if one.Tool == "" {
			continue
		}
		namedLine(e, one.Path, one.Title, one.Reason, string(one.State), sentence(one.Tool, attempts(len(one.Attempts)), s.span(one)))
		if len(e.Related) < maxRelatedSteps {
			e.Related = append(e.Related, e.ID+"/"+one.Path)
		}
	}
	s.actions(e, r, "")
	line(e, "state", fmt.Sprintf("%d of %d steps are over, %d failed", r.Progress.Over, r.Progress.Total, r.Progress.Failed), r.Reason, string(r.State))
	e.Related = append(e.Related, related(r)...)
	return e
}

// explainStep tells from where a step has its inputs, how its attempts went and what it
// gave to the steps behind it.
func (s *Server) explainStep(r *flow.Run, one *flow.Step) *analytics.Explanation {
	e := &analytics.Explanation{
		ID: explainRun + r.ID + "/" + one.Path, Title: fmt.Sprintf("Step %s of run %s (%s): %s", one.Path, r.ID, r.Flow, one.State),
		Related: append([]string{explainRun + r.ID}, related(r)...),
	}
	declared := declaredStep(r.Document, one.ID)
	line(e, "calls", sentence(one.Title, "when "+declared.When), "", one.Tool)
	if declared.When == "" {
		e.Steps[0].Formula = one.Title
	}
	typed := typedBy(r, one.Path)
	if n := len(one.Attempts); n > 0 {
		last := one.Attempts[n-1]
		for _, name := range slices.Sorted(maps.Keys(last.Inputs)) {
			from := cmp.Or(written(declared.With[name]), "the tool's own value")
			if who := typed[name]; who != "" {
				from = "typed by " + who + " for a retry"
			}
			line(e, "input "+name, from, "", written(last.Inputs[name]))
		}
	}
	for _, a := range one.Attempts {
		s.attempt(e, fmt.Sprintf("attempt %d", a.N), a)
	}
	for _, name := range slices.Sorted(maps.Keys(one.Outputs)) {
		line(e, "output "+name, "", "", written(one.Outputs[name]))
	}
	if one.Undo != nil {
		s.attempt(e, "taken back", *one.Undo)
	}
	s.actions(e, r, one.Path)
	line(e, "state", "", sentence(one.Reason, s.span(one)), string(one.State))
	return e
}

func (s *Server) attempt(e *analytics.Explanation, name string, a flow.Attempt) {
	said := slices.DeleteFunc([]string{a.Note, a.Plan}, func(text string) bool { return text == "" })
	line(e, name, "", a.Error, string(a.State), append([]string{sentence("began "+s.said(a.Began), until(s.said(a.Ended)))}, said...)...)
}

// actions tells what people did to a run, or to one of its steps.
func (s *Server) actions(e *analytics.Explanation, r *flow.Run, step string) {
	for _, a := range r.Actions {
		if step == "" || a.Step == step {
			line(e, strings.TrimSpace(a.What+" "+a.Step), s.said(a.At), a.Why, a.Who, values(a.Inputs)...)
		}
	}
}

// typedBy names who typed inputs for a step, those who did so last.
func typedBy(r *flow.Run, step string) map[string]string {
	by := map[string]string{}
	for _, a := range r.Actions {
		for name := range a.Inputs {
			if a.Step == step {
				by[name] = a.Who
			}
		}
	}
	return by
}

// related are the ids of what a run was started by and changes.
func related(r *flow.Run) []string {
	switch r.Source.Kind {
	case "heal":
		return append(ids(alerting.ExplainPrefix, r.Source.ID), around(r)...)
	case "request":
		return append(ids(request.ExplainPrefix, r.Source.ID), around(r)...)
	case "scaler":
		return append(ids("", r.Source.ID), around(r)...)
	}
	return around(r)
}

func around(r *flow.Run) []string {
	const most = 5 // of the nodes: a run may change thousands
	return append(ids("row:", r.Module), ids(explainNode, r.Nodes[:min(most, len(r.Nodes))]...)...)
}

// declaredStep finds a step in a document, below parts of it too.
func declaredStep(f *document.Flow, id string) document.Step {
	if f == nil {
		return document.Step{}
	}
	one, _ := stepIn(f.Steps, id)
	return one
}

func stepIn(steps []document.Step, id string) (document.Step, bool) {
	for _, one := range steps {
		if one.ID == id {
			return one, true
		}
		inner := [][]document.Step{one.Steps}
		for _, b := range one.Branches {
			inner = append(inner, b.Steps)
		}
		for _, below := range inner {
			if found, ok := stepIn(below, id); ok {
				return found, true
			}
		}
	}
	return document.Step{}, false
}

// values are named values in order, one a line.
func values(all map[string]any) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, name+" = "+written(all[name]))
	}
	return lines
}

// written is a value as people write it.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func attempts(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("%d attempts", n)
}

func (s *Server) span(one *flow.Step) string {
	return sentence(s.said(one.Started), until(s.said(one.Ended)))
}

func until(text string) string {
	if text == "" {
		return ""
	}
	return "until " + text
}
