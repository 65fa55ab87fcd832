package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/alerting/chat"
	"headroom/internal/faults"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/storage/fleet"
)

// chatFlows starts flows for people in chats.
type chatFlows struct{ s *server }

// Run implements chat.Flows. Words of the form input=value are inputs; the first other one
// is the module, if the flow takes one, and the rest is the reason.
func (c chatFlows) Run(ctx context.Context, r chat.FlowRun) (string, error) {
	flows := &c.s.flows
	doc, err := flows.Flow(r.Flow)
	if err != nil {
		return "", chat.Refused(fmt.Errorf("%w; those that there are: %s", err, strings.Join(flows.names(), ", ")))
	}
	inputs, why := words(doc, r.Words)
	if err := mayRun(doc, inputs, r.May); err != nil {
		return "", chat.Refused(err)
	}
	run, err := flows.Start(ctx, flow.Start{Flow: r.Flow, Inputs: inputs, Who: r.Who, Why: cmp.Or(why, "asked for by chat")})
	var list faults.List
	if errors.As(err, &list) || errors.Is(err, flow.ErrNoFlow) || errors.Is(err, flow.ErrFull) || errors.Is(err, flow.ErrConflict) {
		return "", chat.Refused(err)
	}
	if err != nil {
		return "", err
	}
	told := fmt.Sprintf("run %s of flow %s is %s", run.ID, run.Flow, run.State)
	if run.Reason != "" {
		told += " (" + run.Reason + ")"
	}
	return told + ": " + strings.TrimSuffix(c.s.page, "/") + "/runs/" + run.ID, nil
}

// Hides implements chat.Hider.
func (c chatFlows) Hides(flow, input string) bool {
	return slices.Contains(c.s.secretInputs(context.Background(), flow, ""), input)
}

func (f *flows) names() (all []string) {
	for _, one := range f.engine.Flows() {
		all = append(all, one.Name)
	}
	return all
}

// words reads what a person wrote after a flow's name.
func words(doc *document.Flow, text []string) (inputs map[string]any, why string) {
	inputs = map[string]any{}
	takes := func(name string) bool {
		return slices.ContainsFunc(doc.Inputs, func(in document.Input) bool { return in.Name == name })
	}
	var rest []string
	for _, word := range text {
		name, value, ok := strings.Cut(word, "=")
		switch {
		case ok && takes(name):
			inputs[name] = value
		case len(rest) == 0 && takes("module") && inputs["module"] == nil:
			inputs["module"] = word
		default:
			rest = append(rest, word)
		}
	}
	return inputs, strings.Join(rest, " ")
}

// mayRun tells why a person, to whom only a part of the business tree belongs, may not
// start a run: it must be about modules of theirs, and about no machine as a whole.
func mayRun(doc *document.Flow, inputs map[string]any, may func(fleet.Path) bool) error {
	if may == nil {
		return nil
	}
	theirs := false
	for _, in := range doc.Inputs {
		text, _ := inputs[in.Name].(string)
		switch {
		case text == "":
		case in.Type == document.Node || in.Of == document.Node:
			return fmt.Errorf("input %s: machines are others' too, and you may act on a part of the business tree only", in.Name)
		case in.Type == document.Module || in.Of == document.Module:
			for id := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' }) {
				path, err := fleet.ParseID(strings.TrimSpace(id))
				if err != nil || !may(path) {
					return fmt.Errorf("input %s: %q is not yours", in.Name, text)
				}
			}
			theirs = theirs || in.Type == document.Module
		}
	}
	if !theirs {
		return fmt.Errorf("flow %s: name a module of yours", doc.Name)
	}
	return nil
}
