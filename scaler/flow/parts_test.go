package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/scaler/flow/tool"
)

const rolling = `
name: rolling
title: Over elements
inputs:
  - {name: nodes, type: list, of: node}
steps:
  - id: roll
    for_each: inputs.nodes
    as: node
    concurrency: 2
    failure_budget: 1
    steps:
      - {id: stop, tool: do, with: {x: "${node}"}, skippable: true}
      - {id: begin, tool: do, with: {x: "${steps.stop.outputs.y}-${index}"}}
  - {id: last, tool: do}
`

func nodes(n int) map[string]any {
	var list []any
	for i := range n {
		list = append(list, fmt.Sprintf("n%d", i))
	}
	return map[string]any{"nodes": list}
}

func TestElementsRunSomeAtATime(t *testing.T) {
	inWorld(t, []string{rolling}, func(w *world) {
		w.does("stop", takes(time.Minute))
		r := w.start(Start{Flow: "rolling", Inputs: nodes(5)})
		if calls := w.takeCalls(); len(calls) != 2 {
			t.Errorf("calls %q", calls)
		}
		if r.Progress.Total != 11 {
			t.Errorf("progress %+v", r.Progress)
		}
		w.after(5 * time.Minute)
		r = w.get(r.ID)
		w.wantState(r, Done, "")
		if w.most != 2 {
			t.Errorf("%d calls at a time", w.most)
		}
		if y := w.wantStep(r, "roll[3]/begin", StepDone, "").Outputs["y"]; y != "n3-3" {
			t.Errorf("gave %v", y)
		}
		if w.step(r, "roll[4]").Item != "n4" {
			t.Errorf("item %v", w.step(r, "roll[4]").Item)
		}
	})
}

func TestFailuresWithinTheBudgetAreForgiven(t *testing.T) {
	inWorld(t, []string{rolling}, func(w *world) {
		w.does("roll[1]/stop", fails("dead"))
		r := w.start(Start{Flow: "rolling", Inputs: nodes(4)})
		w.wantState(r, Done, "")
		w.wantStep(r, "roll", StepDone, "1 of 4 elements have failed, which is within the budget of 1")
		w.wantStep(r, "roll[1]", StepFailed, "")
		if s := w.wantStep(r, "roll[1]/begin", StepCanceled, ""); len(s.Attempts) > 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestMoreFailuresThanTheBudgetStopAForEach(t *testing.T) {
	inWorld(t, []string{rolling}, func(w *world) {
		w.does("roll[0]/stop", fails("dead"))
		w.does("roll[1]/stop", takes(time.Minute))
		w.does("roll[2]/stop", fails("dead too"))
		r := w.start(Start{Flow: "rolling", Inputs: nodes(6)})
		w.wantState(r, Waiting, "step roll[0]/stop has failed: dead")
		w.after(2 * time.Minute)
		r = w.get(r.ID)
		w.wantStep(r, "roll[1]", StepDone, "") // one under way still ends
		w.wantStep(r, "roll[3]", StepPending, "")
		w.wantStep(r, "roll", StepFailed, "2 of 6 elements have failed, more than the budget of 1")
		w.takeCalls()
		w.restart()
		w.does("roll[0]/stop", nil)
		r = w.order(Order{Run: r.ID, Step: "roll[0]/stop", Action: "retry", Attempt: 1})
		w.wantState(r, Done, "")
		w.wantStep(r, "roll", StepDone, "1 of 6")
	})
}

func TestAllThatFailedInAForEachIsRetriedAtOnce(t *testing.T) {
	inWorld(t, []string{rolling}, func(w *world) {
		w.does("stop", fails("dead"))
		r := w.start(Start{Flow: "rolling", Inputs: nodes(3)})
		w.wantState(r, Waiting, "dead")
		w.does("stop", nil)
		r = w.order(Order{Run: r.ID, Step: "roll", Action: "retry"})
		w.wantState(r, Done, "")
		w.wantStep(r, "roll", StepDone, "")
	})
}

const sides = `
name: sides
title: Side by side
on_failure: stop
steps:
  - id: both
    branches:
      - {id: left, steps: [{id: l1, tool: do}, {id: l2, tool: do, with: {x: 7}}]}
      - {id: right, steps: [{id: r1, tool: do}, {id: r2, tool: do}]}
  - {id: last, tool: do, with: {x: "${steps.l2.outputs.y}"}}
`

func TestBranchesRunSideBySide(t *testing.T) {
	inWorld(t, []string{sides}, func(w *world) {
		w.does("both/left/l1", takes(time.Minute))
		w.does("both/right/r1", takes(time.Minute))
		r := w.start(Start{Flow: "sides"})
		w.wantState(r, Running, "")
		w.after(time.Minute)
		w.wantState(w.get(r.ID), Done, "")
		if w.most != 2 {
			t.Errorf("%d calls at a time", w.most)
		}
	})
}

func TestABranchThatFailsLetsTheOtherEndItsStep(t *testing.T) {
	inWorld(t, []string{sides}, func(w *world) {
		w.does("both/left/l1", fails("no"))
		w.does("both/right/r1", takes(time.Minute))
		r := w.start(Start{Flow: "sides"})
		w.wantState(r, Running, "step both/left/l1 has failed: no; calls under way still end")
		w.after(time.Minute)
		r = w.get(r.ID)
		w.wantState(r, Failed, "step both/left/l1 has failed: no")
		w.wantStep(r, "both/right/r1", StepDone, "")
		w.wantStep(r, "both/right/r2", StepCanceled, "")
	})
}

const asking = `
name: asking
title: Approval
constants: {size: 3}
steps:
  - {id: ask, tool: wait}
  - {id: act, tool: do, with: {x: "${constants.size}", n: "${constants.size}"}}
`

func TestAPersonApproves(t *testing.T) {
	inWorld(t, []string{asking}, func(w *world) {
		w.does("ask", func(context.Context, *tool.Call) (tool.Outputs, error) {
			return nil, &tool.WaitFor{What: "may it?", Who: []string{"eve"}}
		})
		r := w.start(Start{Flow: "asking"})
		w.wantState(r, Waiting, "step ask asks: may it?")
		w.after(23 * time.Hour)
		w.restart()
		_, err := w.engine.Order(w.Context(), Order{Run: r.ID, Step: "ask", Action: "approve", Who: "bob"})
		if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
		w.order(Order{Run: r.ID, Action: "constants", Constants: map[string]any{"size": 5}})
		r = w.order(Order{Run: r.ID, Step: "ask", Action: "approve", Who: "eve", Why: "sure"})
		w.wantState(r, Done, "")
		w.wantStep(r, "ask", StepDone, "approved by eve: sure")
		if w.step(r, "ask").Outputs["who"] != "eve" || w.step(r, "act").Outputs["y"] != 5.0 {
			t.Errorf("%v, %v", w.step(r, "ask").Outputs, w.step(r, "act").Outputs)
		}
	})
}

func TestAPersonRejects(t *testing.T) {
	inWorld(t, []string{asking}, func(w *world) {
		w.does("ask", func(context.Context, *tool.Call) (tool.Outputs, error) { return nil, &tool.WaitFor{What: "may it?"} })
		r := w.start(Start{Flow: "asking"})
		r = w.order(Order{Run: r.ID, Step: "ask", Action: "reject", Why: "no"})
		w.wantState(r, Waiting, "rejected by bob: no")
	})
}

const strictly = `
name: strictly
title: Outputs
steps: [{id: s, tool: strict}]
on_failure: stop
`

func TestOutputsAreWhatTheToolDeclares(t *testing.T) {
	for want, given := range map[string]tool.Outputs{
		"n: it is required": {}, "n: want a whole number": {"n": "three"}, "": {"n": 3, "more": 1},
	} {
		inWorld(t, []string{strictly}, func(w *world) {
			w.does("s", func(context.Context, *tool.Call) (tool.Outputs, error) { return given, nil })
			r := w.start(Start{Flow: "strictly"})
			if want == "" {
				w.wantState(r, Done, "")
				if note := w.step(r, "s").Attempts[0].Note; note != "left out, since the tool does not declare it: more" {
					t.Errorf("note %q", note)
				}
				return
			}
			w.wantState(r, Failed, want)
		})
	}
}

func TestOutputsAreBounded(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		w.does("first", func(context.Context, *tool.Call) (tool.Outputs, error) {
			return tool.Outputs{"y": string(make([]byte, MaxOutputs))}, nil
		})
		w.wantState(w.start(Start{Flow: "three"}), Waiting, "too large")
	})
}

const manifold = `
name: manifold
title: Elements of elements
on_failure: stop
steps:
  - id: outer
    for_each: "[OUTER]"
    as: one
    concurrency: 12
    failure_budget: 12
    steps:
      - {id: inner, as: other, for_each: "LIST", steps: [{id: s, tool: do}]}
`

func TestARunHasNotTooManySteps(t *testing.T) {
	text := replace(replace(manifold, "LIST", "["+strings.Repeat("1, ", 999)+"1]"), "OUTER", strings.Repeat("1, ", 11)+"1")
	inWorld(t, []string{text}, func(w *world) {
		w.does("s", takes(time.Hour))
		r := w.start(Start{Flow: "manifold"})
		w.wantState(r, Running, "")
		w.wantStep(r, "outer[8]/inner", StepRunning, "")
		w.wantStep(r, "outer[10]/inner", StepFailed, "with 1000 elements the run would have 2")
	})
}
