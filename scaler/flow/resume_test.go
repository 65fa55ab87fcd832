package flow

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

const restarts = `
name: restarts
title: Resume
steps:
  - {id: s, tool: TOOL, timeout: 1h, skippable: true}
  - {id: last, tool: do}
on_failure: stop
`

// killed starts a run whose step's call is under way when the server is killed: it does
// not hear of the end.
func killed(w *world, flow string) Run {
	w.Helper()
	never := make(chan struct{})
	w.does("s", func(ctx context.Context, _ *tool.Call) (tool.Outputs, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-never:
			return nil, nil
		}
	})
	r := w.start(Start{Flow: flow})
	w.wantCalls("s 1")
	w.end()
	w.does("s", nil)
	return r
}

func restart(tool string) string { return replace(restarts, "TOOL", tool) }

func TestAStepWhoseToolCanTellIsNotRunTwice(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.Done, Outputs: tool.Outputs{"y": "found"}, Reason: "it is there"}
		w.begin()
		w.after(0)
		r = w.get(r.ID)
		w.wantState(r, Done, "")
		s := w.wantStep(r, "s", StepDone, "")
		if a := s.Attempts[0]; s.Outputs["y"] != "found" || a.Resumed != 1 || a.Note == "" {
			t.Errorf("%+v", s)
		}
		w.wantCalls("check s 1", "last 1")
	})
}

func TestAStepThatHadNoEffectIsRunAgain(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.NotDone}
		w.begin()
		w.after(0)
		w.wantState(w.get(r.ID), Done, "")
		w.wantCalls("check s 1", "s 1", "last 1")
	})
}

func TestAStepThatHadNoEffectInItsTimeGetsAnotherAttempt(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.NotDone}
		time.Sleep(2 * time.Hour)
		w.begin()
		w.after(0)
		r = w.get(r.ID)
		w.wantState(r, Done, "")
		w.wantCalls("check s 1", "s 2", "last 1")
	})
}

func TestAStepUnderWayIsWaitedForWithinItsTime(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.Running}
		var resumed bool
		w.does("s", func(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
			resumed = c.Resumed
			<-ctx.Done()
			return nil, ctx.Err()
		})
		time.Sleep(30 * time.Minute)
		w.begin()
		w.after(29 * time.Minute)
		w.wantState(w.get(r.ID), Running, "")
		w.after(2 * time.Minute)
		w.wantState(w.get(r.ID), Failed, "longer than its time")
		if !resumed {
			t.Error("the tool was not told that the call is under way")
		}
	})
}

func TestAStepNobodyKnowsOfWaitsForAPerson(t *testing.T) {
	inWorld(t, []string{restart("do")}, func(w *world) {
		r := killed(w, "restarts")
		w.begin()
		w.after(0)
		r = w.get(r.ID)
		w.wantState(r, Waiting, "nobody saw the end of step s")
		w.wantStep(r, "s", StepUnsure, "its tool cannot tell")
		r = w.order(Order{Run: r.ID, Step: "s", Action: "approve", Why: "I have looked"})
		w.wantState(r, Done, "")
		w.wantCalls("last 1")
	})
}

func TestAnUnknownFindingWaitsForAPerson(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.Unknown, Reason: "the node is away"}
		w.begin()
		w.after(0)
		w.wantStep(w.get(r.ID), "s", StepUnsure, "the node is away")
		r = w.order(Order{Run: r.ID, Step: "s", Action: "retry", Attempt: 1}) // it is checked again first
		w.wantStep(r, "s", StepUnsure, "the node is away")
		w.found["s"] = tool.Finding{State: tool.NotDone}
		r = w.order(Order{Run: r.ID, Step: "s", Action: "retry", Attempt: 1})
		w.wantState(r, Done, "")
		w.wantCalls("check s 1", "check s 1", "check s 1", "s 1", "last 1")
	})
}

func TestARepeatableStepIsRunAgain(t *testing.T) {
	inWorld(t, []string{restart("again")}, func(w *world) {
		r := killed(w, "restarts")
		w.begin()
		w.after(0)
		w.wantState(w.get(r.ID), Done, "")
		w.wantCalls("s 1", "last 1")
	})
}

func TestAShutdownLetsCallsEndThatNobodyCouldFind(t *testing.T) {
	inWorld(t, []string{restart("do")}, func(w *world) {
		w.does("s", takes(closeGrace/2))
		r := w.start(Start{Flow: "restarts"})
		w.end()
		w.wantStep(w.get(r.ID), "s", StepDone, "")
		w.begin()
		w.after(0)
		w.wantState(w.get(r.ID), Done, "")
	})
}

func TestBackOffGoesOnAcrossARestart(t *testing.T) {
	inWorld(t, []string{stubborn}, func(w *world) {
		w.does("try", fails("no luck"))
		r := w.start(Start{Flow: "stubborn"})
		w.after(6 * time.Second)
		w.restart()
		w.after(3 * time.Second)
		w.wantCalls("try 1")
		w.after(time.Second)
		w.wantCalls("try 2")
		w.wantStep(w.get(r.ID), "try", StepBackoff, "")
	})
}

func TestACutOffCallIsCheckedBeforeItIsTriedAgain(t *testing.T) {
	text := replace(restart("sure"), "timeout: 1h", "timeout: 1m, retries: {times: 3}")
	inWorld(t, []string{text}, func(w *world) {
		w.does("s", takes(time.Hour))
		w.found["s"] = tool.Finding{State: tool.Done}
		r := w.start(Start{Flow: "restarts"})
		w.after(2 * time.Minute)
		w.wantState(w.get(r.ID), Done, "")
		w.wantCalls("s 1", "check s 1", "last 1")
	})
}

func TestTheEndOfARunIsToldUntilItWasHeard(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		var told []string
		deaf := true
		w.end()
		w.options.Ended = func(ctx context.Context, r Run) {
			told = append(told, r.ID)
			if deaf {
				<-ctx.Done()
			}
		}
		w.begin()
		r := w.start(Start{Flow: "three"})
		deaf = false
		w.restart()
		w.after(0)
		w.restart()
		w.after(0)
		if len(told) != 2 || told[0] != r.ID || told[1] != r.ID {
			t.Errorf("told %q", told)
		}
	})
}

func TestAFlowThatIsEditedDoesNotTouchItsRuns(t *testing.T) {
	inWorld(t, []string{restart("sure")}, func(w *world) {
		r := killed(w, "restarts")
		w.found["s"] = tool.Finding{State: tool.NotDone}
		w.options.Flows = nil
		w.begin()
		w.after(0)
		w.wantState(w.get(r.ID), Done, "")
		if _, err := w.engine.Start(w.Context(), Start{Flow: "restarts"}); !errors.Is(err, ErrNoFlow) {
			t.Error(err)
		}
	})
}

func TestARunWhoseToolIsGoneIsPaused(t *testing.T) {
	inWorld(t, []string{restart("again")}, func(w *world) {
		r := killed(w, "restarts")
		all := w.options.Tools
		w.options.Tools, w.options.Flows = tool.NewCatalog(all.Find("do")), nil
		w.begin()
		w.after(0)
		r = w.get(r.ID)
		w.wantState(r, Paused, "does not fit the tools any more")
		_, err := w.engine.Order(w.Context(), Order{Run: r.ID, Action: "resume", Who: "x"})
		if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
		must(w.T, w.options.Tools.Add(all.Find("again")))
		w.order(Order{Run: r.ID, Action: "resume"})
		r = w.order(Order{Run: r.ID, Step: "s", Action: "retry"})
		w.wantState(r, Done, "")
	})
}

func TestARunWaitsForTheDisk(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		var full atomic.Bool
		save := w.engine.writer.save
		w.engine.writer.save = func(ctx context.Context, c ...state.FlowChange) error {
			if full.Load() {
				return errors.New("the disk is full")
			}
			return save(ctx, c...)
		}
		w.does("first", takes(time.Minute))
		r := w.start(Start{Flow: "three"})
		full.Store(true)
		w.after(time.Hour)
		w.wantCalls("first 1")
		if _, err := w.engine.Start(w.Context(), Start{Flow: "three"}); err == nil {
			t.Error("a run that is not on the disk")
		}
		full.Store(false)
		w.after(time.Minute)
		w.wantCalls("second 1")
		w.wantState(w.get(r.ID), Done, "")
	})
}

func TestAFaultOfTheProgramStopsOneRun(t *testing.T) {
	inWorld(t, []string{rowOfThree, locking}, func(w *world) {
		w.does("first", takes(time.Minute))
		r := w.start(Start{Flow: "three"})
		w.engine.mu.Lock()
		a := w.engine.actors[r.ID]
		w.engine.mu.Unlock()
		a.post(func() { panic("a fault") })
		w.after(time.Hour)
		w.wantState(w.get(r.ID), Running, "")
		if _, err := w.engine.Order(w.Context(), Order{Run: r.ID, Action: "pause"}); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "a fault of Headroom") {
			t.Errorf("%v", err)
		}
		w.engine.slots.mu.Lock()
		if s := w.engine.slots; s.free != s.most {
			t.Errorf("%d of %d places are free", s.free, s.most)
		}
		w.engine.slots.mu.Unlock()
		w.wantState(w.start(over("a")), Done, "")
		w.does("first", nil)
		w.restart()
		w.after(0)
		w.wantState(w.get(r.ID), Waiting, "nobody saw the end of step first")
	})
}
