package document

import (
	"reflect"
	"testing"
	"time"

	"headroom/scaler/flow/tool"
)

// tools are those of the tests.
type tools map[string]tool.Description

func (t tools) Describe(name string) (tool.Description, bool) {
	d, ok := t[name]
	return d, ok
}

var testTools = tools{
	"pick": {
		Name:    "pick",
		Inputs:  []tool.Parameter{{Name: "count", Type: "int", Required: true}, {Name: "mode", Type: "string", Default: "idle", Values: []any{"idle", "any"}}},
		Outputs: []tool.Parameter{{Name: "nodes", Type: "list"}, {Name: "took", Type: "duration"}, {Name: "share", Type: "number"}},
	},
	"shell": {
		Name: "shell",
		Inputs: []tool.Parameter{
			{Name: "node", Type: "node", Required: true}, {Name: "args", Type: "list"}, {Name: "env", Type: "map"},
			{Name: "wait", Type: "duration", Default: "5m"}, {Name: "password", Type: "string", Secret: true},
		},
		Outputs: []tool.Parameter{{Name: "code", Type: "int"}, {Name: "text", Type: "string"}, {Name: "json", Type: "any"}},
	},
}

const example = `
name: roll
title: Roll a module
inputs:
- {name: module, type: module, required: true}
- {name: count, type: int, default: 2}
- {name: ttl, type: duration, default: 1h}
- {name: names, type: list, of: node}
constants:
  batch: 3
  share: 0.5
lock: {module: inputs.module, nodes: inputs.names}
steps:
- id: get
  tool: pick
  with: {count: "${inputs.count + 1}"}
- id: side
  branches:
  - id: left
    steps:
    - {id: a, tool: shell, with: {node: "${inputs.names[0]}", args: [x, "${inputs.count}", "n-${steps.get.outputs.nodes[0]}"]}}
  - id: right
    steps:
    - {id: b, tool: shell, when: "inputs.count > 1", with: {node: n2, wait: "${inputs.ttl}"}, undo: {tool: shell, with: {node: "${steps.b.outputs.text}"}}}
- id: each
  for_each: steps.get.outputs.nodes
  as: node
  concurrency: 2
  steps:
  - {id: one, tool: shell, with: {node: "${node}", env: {I: "${index}", A: "${steps.a.outputs.text}"}}}
  - {id: two, tool: shell, when: "steps.one.outputs.code == 0", with: {node: "${node}"}}
`

func program(t *testing.T, text string) *Program {
	t.Helper()
	p, err := Load([]byte(text), "f.yaml", testTools)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAProgramGivesItsStepsTheirInputs(t *testing.T) {
	p := program(t, example)
	inputs, err := p.Flow().Check(map[string]any{"module": "shop/cart", "count": "4", "names": "n1, n2"})
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{Inputs: inputs, Constants: p.Flow().Constants, Run: About{ID: "r1", Started: time.Unix(0, 0)}, Steps: map[string]Result{
		"get": {State: "done", Outputs: map[string]any{"nodes": []any{"x1", "x2"}, "took": "3s", "share": int64(1)}},
		"a":   {State: "done", Outputs: map[string]any{"text": "hello"}},
		"b":   {State: "done", Outputs: map[string]any{"text": "n9"}},
		"one": {State: "done", Outputs: map[string]any{"code": 0.0}},
	}, Elements: []Element{{"x2", 1}}}
	f := func(what string, got any, err error, want any) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, %v; want %#v", what, got, err, want)
		}
	}
	with := func(step string, want map[string]any) {
		t.Helper()
		got, err := p.With(step, s)
		f(step, got, err, want)
	}
	with("get", map[string]any{"count": int64(5), "mode": "idle"})
	with("a", map[string]any{"node": "n1", "args": []any{"x", int64(4), "n-x1"}, "wait": "5m0s"})
	with("b", map[string]any{"node": "n2", "wait": "1h0m0s"})
	with("one", map[string]any{"node": "x2", "env": map[string]any{"I": int64(1), "A": "hello"}, "wait": "5m0s"})
	undo, err := p.Undo("b", s)
	f("undo", undo, err, map[string]any{"node": "n9", "wait": "5m0s"})
	when, err := p.When("two", s)
	f("when", when, err, true)
	items, err := p.Items("each", s)
	f("items", items, err, []any{"x1", "x2"})
	module, nodes, err := p.Lock(s)
	f("lock", module, err, "shop/cart")
	f("nodes", nodes, err, []string{"n1", "n2"})
}

func TestAForEachNeedsAListOfSomeLength(t *testing.T) {
	p := program(t, `{name: x, inputs: [{name: any, type: any}], steps: [{id: a, for_each: inputs.any, steps: [{id: b, tool: pick, with: {count: 1}, when: inputs.any}]}]}`)
	f := func(v any, want string) {
		t.Helper()
		if _, err := p.Items("a", &Scope{Inputs: map[string]any{"any": v}}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("text", `for_each: want a list, found "text"`)
	f(make([]any, MaxElements+1), "for_each: want at most 10000 elements, found 10001")
	if _, err := p.When("b", &Scope{Inputs: map[string]any{"any": int64(1)}}); err == nil || err.Error() != "when: want true or false, found 1" {
		t.Error(err)
	}
	if _, err := p.With("none", &Scope{}); err != nil {
		t.Error(err)
	}
}
