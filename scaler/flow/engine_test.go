package flow

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow/tool"
)

const rowOfThree = `
name: three
title: Three steps
inputs:
  - {name: to, type: string, default: home}
steps:
  - {id: first, tool: do, with: {x: "${inputs.to}"}}
  - {id: second, tool: do, with: {x: "${steps.first.outputs.y}!"}}
  - {id: third, tool: do, when: steps.second.outputs.y == "away!"}
`

func TestStepsRunOneAfterTheOther(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		r := w.start(Start{Flow: "three", Why: "why not"})
		w.wantState(r, Done, "")
		w.wantCalls("first 1", "second 1")
		if y := w.wantStep(r, "second", StepDone, "").Outputs["y"]; y != "home!" {
			t.Errorf("second gave %v", y)
		}
		w.wantStep(r, "third", StepSkipped, "its condition is not met")
		if r.Progress != (Progress{Total: 3, Over: 3}) {
			t.Errorf("progress %+v", r.Progress)
		}
		r = w.start(Start{Flow: "three", Inputs: map[string]any{"to": "away"}})
		w.wantStep(r, "third", StepDone, "")
	})
}

func TestWhatCannotStart(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		if _, err := w.engine.Start(w.Context(), Start{Flow: "four"}); !errors.Is(err, ErrNoFlow) {
			t.Error(err)
		}
		_, err := w.engine.Start(w.Context(), Start{Flow: "three", Inputs: map[string]any{"from": 1}, Constants: map[string]any{"c": 2}})
		phrasestest.Refusal(t, err)
		if err == nil || !strings.Contains(err.Error(), "from") || !strings.Contains(err.Error(), "constant c") {
			t.Error(err)
		}
		if _, err := w.engine.Start(w.Context(), Start{Flow: "three", Window: "night"}); err == nil {
			t.Error("a window that is not there")
		}
	})
}

func TestOnceMeansOneRun(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		a := w.start(Start{Flow: "three", Once: "request 7"})
		b := w.start(Start{Flow: "three", Once: "request 7"})
		if a.ID != b.ID {
			t.Errorf("%s and %s", a.ID, b.ID)
		}
	})
}

// A person cannot take the words by which the program's own parts find their runs.
func TestNobodyTakesTheWordsOfARequest(t *testing.T) {
	inWorld(t, []string{rowOfThree, strings.Replace(rowOfThree, "name: three", "name: other", 1)}, func(w *world) {
		theirs := w.start(Start{Flow: "three", Once: "request R1", Who: "eve"})
		run := w.start(Start{Flow: "three", Once: "request R1", Source: Source{Kind: "request", ID: "R1"}})
		if run.ID == theirs.ID {
			t.Error("a request gets the run of a person")
		}
		if _, err := w.engine.Start(w.Context(), Start{Flow: "other", Once: "request R1"}); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), theirs.ID) {
			t.Errorf("%v", err)
		}
	})
}

func TestTextsHaveALimit(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		long := strings.Repeat("a", MaxText+1)
		if _, err := w.engine.Start(w.Context(), Start{Flow: "three", Why: long, Who: long}); err == nil || !strings.Contains(err.Error(), "why: has 10001 bytes") || !strings.Contains(err.Error(), "who:") {
			t.Errorf("%v", err)
		}
		run := w.start(Start{Flow: "three"})
		if _, err := w.engine.Order(w.Context(), Order{Run: run.ID, Action: "pause", Why: long}); err == nil || !strings.Contains(err.Error(), "why: has 10001 bytes") {
			t.Errorf("%v", err)
		}
	})
}

const stubborn = `
name: stubborn
title: Retries
on_failure: wait
wait_at_most: 2h
steps:
  - {id: try, tool: do, timeout: 1m, retries: {times: 2, backoff: 10s}, skippable: true}
  - {id: last, tool: do}
`

func TestFailuresAreRetriedAndThenAPersonIsAsked(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		w.does("try", fails("no luck"))
		r := w.start(Start{Flow: "stubborn"})
		s := w.wantStep(r, "try", StepBackoff, "no luck")
		if d := s.Next.Sub(s.Attempts[0].Ended); d != 10*time.Second {
			t.Errorf("next attempt after %s", d)
		}
		w.after(10 * time.Second)
		w.wantStep(w.get(r.ID), "try", StepBackoff, "no luck")
		w.after(20 * time.Second)
		r = w.get(r.ID)
		w.wantStep(r, "try", StepFailed, "no luck")
		w.wantState(r, Waiting, "step try has failed: no luck")
		w.wantCalls("try 1", "try 2", "try 3")
		w.does("try", nil)
		r = w.order(Order{Run: r.ID, Step: "try", Action: "retry", Attempt: 3, Inputs: map[string]any{"x": "other"}})
		w.wantState(r, Done, "")
		w.wantCalls("try 4", "last 1")
		if y := w.step(r, "try").Outputs["y"]; y != "other" {
			t.Errorf("gave %v", y)
		}
		if len(r.Actions) != 1 || r.Actions[0].Who != "bob" || r.Actions[0].Inputs["x"] != "other" {
			t.Errorf("actions %+v", r.Actions)
		}
	})
}

func TestTwoPressRetryAtOnce(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		w.does("try", func(context.Context, *tool.Call) (tool.Outputs, error) { return nil, tool.Final(errors.New("never")) })
		r := w.start(Start{Flow: "stubborn"})
		w.wantState(r, Waiting, "never") // final errors are not retried
		w.does("try", takes(time.Minute/2))
		answers := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := w.engine.Order(context.Background(), Order{Run: r.ID, Step: "try", Action: "retry", Who: "x", Attempt: 1})
				answers <- err
			}()
		}
		a, b := <-answers, <-answers
		if (a == nil) == (b == nil) || !errors.Is(errors.Join(a, b), ErrConflict) {
			t.Errorf("%v, %v", a, b)
		}
		phrasestest.Refusal(t, errors.Join(a, b))
		w.after(time.Minute)
		w.wantCalls("try 1", "try 2", "last 1")
		_, err := w.engine.Order(w.Context(), Order{Run: r.ID, Action: "pause", Who: "x"})
		if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
		phrasestest.Refusal(t, err)
	})
}

func TestSkipNeedsAReason(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		w.does("try", func(context.Context, *tool.Call) (tool.Outputs, error) { panic("oh") })
		r := w.start(Start{Flow: "stubborn"})
		w.after(time.Minute)
		w.wantState(w.get(r.ID), Waiting, "the tool panicked: oh")
		_, err := w.engine.Order(w.Context(), Order{Run: r.ID, Step: "try", Action: "skip", Who: "x"})
		if err == nil || errors.Is(err, ErrConflict) {
			t.Error(err)
		}
		phrasestest.Refusal(t, err)
		r = w.order(Order{Run: r.ID, Step: "try", Action: "skip", Why: "seen to"})
		w.wantStep(r, "try", StepSkipped, "skipped by bob: seen to")
		w.wantState(r, Done, "")
	})
}

func TestNobodyComes(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		w.does("try", fails("no"))
		r := w.start(Start{Flow: "stubborn"})
		w.after(2*time.Hour + time.Minute)
		r = w.get(r.ID)
		w.wantState(r, Failed, "nobody came within 2h0m0s")
		w.wantStep(r, "last", StepCanceled, "the run ended before")
	})
}

func TestAToolThatHangs(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		block := make(chan struct{})
		w.does("try", func(context.Context, *tool.Call) (tool.Outputs, error) { <-block; return nil, nil })
		r := w.start(Start{Flow: "stubborn"})
		w.after(time.Minute + stopWithin)
		w.wantStep(w.get(r.ID), "try", StepBackoff, "has not ended within 30s")
		w.does("try", nil)
		w.after(time.Minute)
		w.wantState(w.get(r.ID), Done, "")
		close(block)
	})
}

const late1 = `
name: skips
title: On timeout
steps:
  - {id: slow, tool: do, timeout: 1m, on_timeout: skip}
  - {id: held, tool: do, timeout: 1m, on_timeout: wait, skippable: true}
on_failure: stop
`

func TestTimeoutsMeanWhatTheDocumentSays(t *testing.T) {
	inWorld(t, []string{late1}, func(w *world) {
		w.does("slow", takes(time.Hour))
		w.does("held", takes(time.Hour))
		r := w.start(Start{Flow: "skips"})
		w.after(2 * time.Minute)
		r = w.get(r.ID)
		w.wantStep(r, "slow", StepSkipped, "longer than its time")
		w.wantState(r, Waiting, "step held has failed")
		r = w.order(Order{Run: r.ID, Step: "held", Action: "skip", Why: "fine"})
		w.wantState(r, Done, "")
	})
}

const undoes = `
name: undoes
title: Undo
on_failure: undo
steps:
  - {id: a, tool: do, with: {x: 1}, undo: {tool: undo, with: {x: "${steps.a.outputs.y}"}}}
  - {id: b, tool: do, undo: {tool: undo}}
  - {id: c, tool: do}
`

func TestWhatWasDoneIsUndoneNewestFirst(t *testing.T) {
	inWorld(t, []string{undoes}, func(w *world) {
		w.does("c", fails("broken"))
		r := w.start(Start{Flow: "undoes"})
		w.wantState(r, Failed, "step c has failed: broken")
		w.wantCalls("a 1", "b 1", "c 1", "undo b 1", "undo a 1")
		if in := w.wantStep(r, "a", StepUndone, "").Undo.Inputs["x"]; in != 1.0 {
			t.Errorf("undo of a got %v", in)
		}
	})
}

func TestAnUndoThatFailsWaitsForAPerson(t *testing.T) {
	inWorld(t, []string{undoes}, func(w *world) {
		w.does("c", fails("broken"))
		w.does("undo b", fails("stuck"))
		r := w.start(Start{Flow: "undoes"})
		w.wantState(r, Waiting, "step b is not undone: stuck")
		w.restart()
		w.does("undo b", nil)
		r = w.order(Order{Run: r.ID, Step: "b", Action: "retry"})
		w.wantState(r, Failed, "step c has failed: broken")
		w.wantCalls("a 1", "b 1", "c 1", "undo b 1", "undo b 2", "undo a 1")
	})
}

func TestCancelWithUndo(t *testing.T) {
	inWorld(t, []string{undoes}, func(w *world) {
		w.does("c", takes(time.Minute))
		r := w.start(Start{Flow: "undoes"})
		r = w.order(Order{Run: r.ID, Action: "cancel", Why: "wrong machine", Undo: true})
		w.wantState(r, Canceled, "canceled by bob: wrong machine")
		w.wantStep(r, "c", StepCanceled, "it was told to end")
		w.wantCalls("a 1", "b 1", "c 1", "undo b 1", "undo a 1")
	})
}

func TestPauseAndResume(t *testing.T) {
	inWorld(t, []string{undoes}, func(w *world) {
		w.does("a", takes(time.Minute))
		r := w.start(Start{Flow: "undoes"})
		r = w.order(Order{Run: r.ID, Action: "pause", Why: "lunch"})
		w.wantState(r, Pausing, "paused by bob: lunch")
		w.after(time.Hour)
		w.wantState(w.get(r.ID), Paused, "lunch")
		w.wantCalls("a 1")
		w.restart()
		w.wantState(w.order(Order{Run: r.ID, Action: "resume"}), Done, "")
	})
}
