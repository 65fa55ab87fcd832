package flow

import (
	"maps"
	"slices"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// sees is what the expressions of a part see: what is over beside and above it, and the
// elements that it lies in.
func (m *machine) sees(p *part) *document.Scope {
	s := &document.Scope{
		Inputs: m.hidden.Inputs, Constants: m.hidden.Constants, Steps: map[string]document.Result{},
		Run: document.About{ID: m.run.ID, Flow: m.run.Flow, Who: m.run.Who, Why: m.run.Why, Started: m.run.Started},
	}
	m.show(m.root, p, s)
	for at := p; at.up != nil; at = at.up {
		if at.up.kind == loop {
			s.Elements = append(s.Elements, document.Element{Value: at.rec.hidden.Item[""], Index: at.index})
		}
	}
	slices.Reverse(s.Elements)
	return s
}

// show adds the steps of a part. Of a for-each those of the element are seen in which
// the one lies that looks.
func (m *machine) show(at, from *part, s *document.Scope) {
	if at.doc != nil && at.rec.State != StepPending {
		s.Steps[at.doc.ID] = document.Result{State: string(at.rec.State), Outputs: at.rec.hidden.Outputs}
	}
	for _, kid := range at.kids {
		if at.kind != loop || from.below(kid) {
			m.show(kid, from, s)
		}
	}
}

// below tells whether a part is another one or lies in it.
func (p *part) below(other *part) bool {
	for at := p; at != nil; at = at.up {
		if at == other {
			return true
		}
	}
	return false
}

// inputs are those of a step's next call: the document's, with a person's in their place.
func (m *machine) inputs(p *part, over document.Values) (document.Values, error) {
	with, err := m.program.With(p.doc.ID, m.sees(p))
	if err != nil || len(over) == 0 {
		return with, err
	}
	desc := m.describe(p.doc.Tool)
	read, err := document.ReadTexts(desc, over)
	if err != nil {
		return nil, err
	}
	with = maps.Clone(with)
	maps.Copy(with, read)
	return document.Complete(desc, with)
}

// describe returns what a tool takes and gives today; a tool that is gone takes nothing.
func (m *machine) describe(name string) tool.Description {
	d, _ := m.tools.Describe(name)
	return d
}

// learnSecrets finds what must not be shown in what the run has so far.
func (m *machine) learnSecrets() {
	m.secrets = m.run.Document.Secrets(m.hidden.Inputs)
	for _, p := range m.parts {
		if p.kind == call {
			m.learn(p.doc.Tool, p.rec.hidden.Inputs, p.rec.hidden.Outputs)
		}
	}
}

// learn finds the secrets of a call.
func (m *machine) learn(name string, inputs, outputs document.Values) {
	d := m.describe(name)
	more := document.SecretsOf(d, inputs)
	more = append(more, document.SecretsOf(tool.Description{Inputs: d.Outputs}, outputs)...)
	more = slices.DeleteFunc(more, func(s string) bool { return slices.Contains(m.secrets, s) })
	if len(more) == 0 {
		return
	}
	all := slices.Concat(m.secrets, more) // who shows a log may read the old ones
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	m.secrets = slices.Compact(all)
}

// shownInputs are a call's inputs without its secrets.
func (m *machine) shownInputs(name string, inputs document.Values) map[string]any {
	m.learn(name, inputs, nil)
	return document.MaskCall(m.describe(name), inputs, m.secrets)
}

// shownOutputs are a call's outputs without its secrets.
func (m *machine) shownOutputs(name string, outputs document.Values) map[string]any {
	if len(outputs) == 0 {
		return nil
	}
	m.learn(name, nil, outputs)
	return document.MaskOutputs(m.describe(name), outputs, m.secrets)
}

// hides takes secrets out of a text.
func (m *machine) hides(text string) string { return document.MaskText(text, m.secrets) }
