package document

import (
	"fmt"
	"strings"
	"testing"
)

// faultsOf loads a document and returns its faults, one a line.
func faultsOf(text string) string {
	if _, err := Load([]byte(text), "f", testTools); err != nil {
		return err.Error()
	}
	return ""
}

func TestEveryFaultOfADocumentIsToldAtOnce(t *testing.T) {
	got := faultsOf(`name: Bad Name
on_failure: pray
timeout: 1x
wait_at_most: -1s
colour: red
inputs:
- {name: count, type: int, default: many}
- {name: count, type: string}
- {name: in, type: integer}
- {name: a, type: string, of: int}
- {name: b, type: string, required: true, default: x}
- {name: c, type: string, values: [x, y], default: z}
- {name: d, type: string, secret: true, default: abc}
constants: {Big: 1, day: 2026-11-28}
lock: {module: inputs.modul, nodes: "1 + 1"}
steps:
- id: a
- {id: a, tool: nothing}
- {id: B, tool: pick}
- {id: d, tool: pick, with: {count: two, mode: wild, speed: 3}}
- {id: e, tool: pick, for_each: "[1]", with: {count: "${1 +}"}}
- {id: f, tool: pick, when: "1", with: {count: "${'x'}"}}
- {id: g, for_each: "1", as: run, steps: [{id: h, tool: pick, with: {count: 1}}]}
- {id: i, for_each: "[1]", timeout: 1s}
- {id: j, tool: pick, with: {count: "${ 1"}, undo: {with: {a: 1}}, retries: {times: -1, factor: 0.5}, timeout: -5s, on_timeout: never}
- {id: k, tool: shell, with: {node: 5, args: "${[1]}", env: {a: "${steps.d.outputs.nope}"}, wait: soon}}
- {id: l, branches: [{id: m}], concurrency: 2}
`)
	want := `f:1: name: want a name of a-z, 0-9 and -, found "Bad Name"
f:2: on_failure: want wait, undo or stop, found "pray"
f:3: timeout: want a duration such as 30s, 1m30s or 7d, found "1x"
f:4: wait_at_most: want a time from 0 to 8784h0m0s, found -1s
f:5: colour: unknown key; known here: name, title, description, inputs, constants, lock, on_failure, wait_at_most, timeout, steps
f:7: inputs[0].default: want a whole number, found "many"
f:8: inputs[1].name: count is the name of inputs[0] already
f:9: inputs[2].name: want a name of a-z, 0-9 and _, found "in"
f:9: inputs[2].type: want one of [string int number bool duration module node list map any], found "integer"
f:10: inputs[3].of: only a list has elements of a type, and a is a string
f:11: inputs[4].default: an input that is required has no default
f:12: inputs[5].default: want one of "x", "y", found "z"
f:13: inputs[6].default: a secret has no default: whoever sees the flow would see it
f:14: constants.Big: want a name of a-z, 0-9 and _, found "Big"
f:15: lock.module: "inputs.modul": there is no input modul; there are count, count, in, a, b, c, d
f:15: lock.nodes: "1 + 1": want a list of machines, the expression gives int
f:17: steps[0]: step a: want exactly one of tool, branches and for_each, found none
f:18: steps[1].id: a is the id of steps[0] already
f:18: steps[1].tool: there is no tool nothing
f:19: steps[2].id: want a step's id of a-z, 0-9 and _, found "B"
f:19: steps[2]: tool pick needs count (int)
f:20: steps[3].with.count: want a whole number, found "two"
f:20: steps[3].with.mode: want one of "idle", "any", found "wild"
f:20: steps[3].with.speed: there is no input speed of tool pick; there are count, mode
f:21: steps[4]: step e: want exactly one of tool, branches and for_each, found tool and for_each
f:21: steps[4].with.count: "1 +": column 4: Syntax error: mismatched input '<EOF>'
f:22: steps[5].when: "1": want true or false, the expression gives int
f:22: steps[5].with.count: want a whole number, the expression gives a string
f:23: steps[6].for_each: "1": want a list, the expression gives int
f:23: steps[6].as: want a name of a-z, 0-9 and _ that is not taken, found "run"
f:24: steps[7].timeout: step i: timeout belongs to a step with tool
f:24: steps[7]: step i: the for_each has no steps
f:25: steps[8].timeout: want a time from 0 to 8784h0m0s, found -5s
f:25: steps[8].retries.times: want 0 to 1000, found -1
f:25: steps[8].retries.factor: want 1 to 100, found 0.5
f:25: steps[8].on_timeout: want fail, skip or wait, found "never"
f:25: steps[8].with.count: "${ 1": the ${ has no } (write $${ for the characters themselves)
f:25: steps[8].undo: step j: its undo has no tool
f:26: steps[9].with.env.a: "steps.d.outputs.nope": there is no output nope of step d; there are nodes, took, share
f:26: steps[9].with.node: want a machine's name, found 5
f:26: steps[9].with.wait: want a duration such as 30s, 1m30s or 7d, found "soon"
f:27: steps[10].concurrency: step l: concurrency belongs to a step with for_each
f:27: steps[10].branches[0]: the branch has no steps`
	if got != want {
		g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
		for i := range max(len(g), len(w)) {
			if i >= len(g) || i >= len(w) || g[i] != w[i] {
				t.Fatalf("line %d of the faults differs; all of them:\n%s", i+1, got)
			}
		}
	}
}

func TestStepsSeeThoseThatAreOver(t *testing.T) {
	step := func(id, refers string) string {
		return fmt.Sprintf("{id: %s, tool: shell, with: {node: \"${steps.%s.outputs.text}\"}}", id, refers)
	}
	document := func(in, left, right, each, after string) string {
		return fmt.Sprintf(`
name: x
steps:
- {id: first, tool: shell, with: {node: n}}
- %s
- id: side
  branches:
  - {id: left, steps: [{id: l1, tool: shell, with: {node: n}}, %s]}
  - {id: right, steps: [{id: r1, tool: shell, with: {node: n}}, %s]}
- id: each
  for_each: "['a']"
  steps: [{id: e1, tool: shell, with: {node: n}}, %s]
- %s
`, step("in", in), step("left2", left), step("right2", right), step("each2", each), step("after", after))
	}
	f := func(in, left, right, each, after, want string) {
		t.Helper()
		text := strings.Replace(document(in, left, right, each, after), "id: in,", "id: inner,", 1)
		if got := faultsOf(text); want == "" && got != "" || !strings.Contains(got, want) || strings.Count(got, "\n") > 0 {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("first", "l1", "r1", "e1", "l1", "")
	f("first", "first", "inner", "r1", "right2", "")
	f("l1", "l1", "r1", "e1", "l1", "f:5: steps[1].with.node: \"steps.l1.outputs.text\": step l1 is not over by then")
	f("inner", "l1", "r1", "e1", "l1", "step inner is not over by then: it does not come before")
	f("first", "r1", "r1", "e1", "l1", "step r1 is not over by then")
	f("first", "l1", "l1", "e1", "l1", "step l1 is not seen from here: it is around this step, or in a branch or for_each of its own")
	f("first", "l1", "r1", "e1", "e1", "step e1 is not seen from here")
	f("first", "l1", "r1", "after", "l1", "step after is not over by then")
	f("first", "l1", "r1", "each", "l1", "step each is not seen from here: it is around this step")
	f("side", "l1", "r1", "e1", "l1", "step side is not over by then")
	f("gone", "l1", "r1", "e1", "l1", "there is no step gone; there are first")
}

func TestLimitsOfADocument(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := faultsOf(text); !strings.Contains(got, want) {
			t.Errorf("got %.200q, want %q", got, want)
		}
	}
	var many, nested strings.Builder
	for i := range MaxSteps + 1 {
		fmt.Fprintf(&many, "- {id: s%d, tool: pick, with: {count: 1}}\n", i)
	}
	for i := range MaxDepth + 1 {
		fmt.Fprintf(&nested, "{id: s%d, for_each: '[1]', as: i%d, steps: [", i, i)
	}
	nested.WriteString("{id: end, tool: pick, with: {count: 1}}" + strings.Repeat("]}", MaxDepth+1))
	f("name: x\nsteps:\n"+many.String(), "want at most 500 steps in all, found 501")
	f("name: x\nsteps: ["+nested.String()+"]", "want at most 4 branches and for_each in each other")
	f("name: x\ndescription: "+strings.Repeat("a", MaxBytes), "want at most 262144 bytes")
	f("name: x\nsteps: [{id: a, tool: pick, when: \""+strings.Repeat(" ", 10)+"size('"+strings.Repeat("a", maxExpression)+"') > 0\", with: {count: 1}}]", "expression")
	f("name: x", "the flow has no steps")
	f("", "found \"\"")
	f("- a", "want keys with values, found a list")
}

func TestElementsOfAForEachWithinOneHaveTheirOwnName(t *testing.T) {
	text := `{name: x, steps: [{id: a, for_each: "[[1]]", %s steps: [{id: b, for_each: item, %s steps: [{id: c, tool: pick, with: {count: "${%s}"}}]}]}]}`
	f := func(outer, inner, expression, want string) {
		t.Helper()
		if got := faultsOf(fmt.Sprintf(text, outer, inner, expression)); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f("", "as: n,", "item[0] + n + index", "")
	f("", "", "1", "item is the element of a for_each around already")
	f("", "as: index,", "1", "want a name of a-z, 0-9 and _ that is not taken, found \"index\"")
	f("", "as: package,", "1", "want a name of a-z, 0-9 and _ that is not taken, found \"package\"")
	f("as: list,", "as: n,", "1", "undeclared reference to 'item'")
	f("", "as: n,", "'a' + item[0]", "no matching overload")
}

func TestExpressionsSeeNothingElse(t *testing.T) {
	f := func(expression, want string) {
		t.Helper()
		if got := faultsOf("{name: x, inputs: [{name: a, type: string}], steps: [{id: a, tool: shell, with: {node: \"${" + expression + "}\"}}]}"); !strings.Contains(got, want) || got == "" {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
	f("inputs", "want one name of the inputs, as in inputs.NAME")
	f("steps", "want one name of the steps, as in steps.NAME")
	f("run", "want one name of the run")
	f("inputs['a']", "no matching overload")
	f("run.secret", "undefined field 'secret'")
	f("now()", "undeclared reference to 'now'")
	f("[1].map(inputs, string(inputs))[0]", "the name inputs is taken")
	f("has(inputs.b) ? 'a' : 'b'", "there is no input b; there are a")
	f("b'bytes'", "the expression gives a bytes")
	f("null", "the expression gives a null")
	f("string", "the expression gives a type")
}
