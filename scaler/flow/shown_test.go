package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/alerting/lease"
	"headroom/scaler/flow/tool"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

const secretive = `
name: secretive
title: Secrets
inputs: [{name: password, type: string, secret: true}]
steps:
  - {id: s, tool: do, with: {x: "user:${inputs.password}", key: "${inputs.password}"}}
on_failure: stop
`

func TestSecretsAreNeverShown(t *testing.T) {
	inWorld(t, []string{secretive}, func(w *world) {
		w.does("s", func(_ context.Context, c *tool.Call) (tool.Outputs, error) {
			fmt.Fprintf(c.Log, "logging in with %s\n", c.Inputs["key"])
			if c.Inputs["x"] != "user:hunter22" {
				t.Errorf("the tool got %v", c.Inputs)
			}
			return tool.Outputs{"y": c.Inputs["x"]}, fmt.Errorf("password hunter22 is wrong")
		})
		r := w.start(Start{Flow: "secretive", Inputs: map[string]any{"password": "hunter22"}})
		w.wantState(r, Failed, "password *** is wrong")
		log, err := w.engine.Log(w.Context(), r.ID, "s", 0)
		must(w.T, err)
		text, _ := json.Marshal(r)
		if log.Text != "logging in with ***\n" || contains(string(text), "hunter22") {
			t.Errorf("%q\n%s", log.Text, text)
		}
		row, err := w.db.Flows().Run(w.Context(), r.ID)
		must(w.T, err)
		steps, err := w.db.Flows().Steps(w.Context(), r.ID)
		must(w.T, err)
		if contains(string(row.Data)+string(row.Hidden)+string(steps[0].Data)+string(steps[0].Hidden), "hunter22") {
			t.Error("the secret is still on the disk")
		}
	})
}

func TestLogsKeepTheirEnd(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		const lines = 60_000
		w.does("first", func(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
			for i := range lines {
				fmt.Fprintf(c.Log, "line %d\n", i)
			}
			return takes(time.Minute)(ctx, c)
		})
		r := w.start(Start{Flow: "three"})
		for range 2 { // under way, and over
			log, err := w.engine.Log(w.Context(), r.ID, "first", 1)
			must(w.T, err)
			if len(log.Text) > MaxLog || !strings.HasSuffix(log.Text, fmt.Sprintf("line %d\n", lines-1)) || !strings.HasPrefix(log.Text, "line ") || log.Cut == 0 {
				t.Errorf("%d bytes, %d cut", len(log.Text), log.Cut)
			}
			w.after(2 * time.Minute)
		}
	})
}

func TestADryRunSaysWhatWouldHappen(t *testing.T) {
	inWorld(t, []string{rowOfThree, rolling, locking}, func(w *world) {
		w.does("s", takes(time.Hour))
		w.start(over("a"))
		w.takeCalls()
		for _, s := range []Start{{Flow: "three"}, {Flow: "rolling", Inputs: nodes(2)}, over("a")} {
			s.Dry = true
			r := w.start(s)
			w.wantState(r, Done, "")
			for _, step := range r.Steps {
				if step.Tool != "" && step.State == StepDone && !contains(step.Attempts[0].Plan, "it would be called: test of") {
					t.Errorf("%+v", step)
				}
			}
		}
		w.wantCalls()
	})
}

// keeper keeps leases that a test looks at.
type keeper struct {
	mu    sync.Mutex
	beats []time.Time
	ended string
}

func (k *keeper) Beat(_ context.Context, now time.Time, _ string) (lease.Lease, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended != "" {
		return lease.Lease{}, lease.ErrOver
	}
	k.beats = append(k.beats, now)
	return lease.Lease{}, nil
}

func (k *keeper) End(_ context.Context, _ time.Time, id, how, result string) (lease.Lease, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = id + " " + how + " " + result
	return lease.Lease{}, nil
}

const muting = `
name: muting
title: Leases
steps:
  - {id: mute, tool: hold}
  - {id: s, tool: again, timeout: 2h}
on_failure: stop
`

func TestARunBeatsItsLeaseAndEndsIt(t *testing.T) {
	inWorld(t, []string{muting}, func(w *world) {
		k := &keeper{}
		w.end()
		w.options.Leases, w.options.LeaseTTL = k, 3*time.Minute
		w.begin()
		w.does("mute", func(context.Context, *tool.Call) (tool.Outputs, error) { return tool.Outputs{"lease": "l1"}, nil })
		w.does("s", takes(time.Hour))
		r := w.start(Start{Flow: "muting"})
		w.after(30 * time.Minute)
		w.restart()
		if r = w.get(r.ID); r.Lease != "l1" {
			t.Errorf("lease %q", r.Lease)
		}
		w.after(40 * time.Minute)
		w.does("s", fails("no"))
		w.restart()
		w.after(2 * time.Hour)
		if k.ended != "l1 failed step s has failed: no" || len(k.beats) < 65 {
			t.Errorf("ended %q after %d beats", k.ended, len(k.beats))
		}
		for i := 1; i < len(k.beats); i++ {
			if d := k.beats[i].Sub(k.beats[i-1]); d > time.Minute {
				t.Errorf("no beat for %s", d)
			}
		}
	})
}

const hurried = `
name: hurried
title: Flow timeout
timeout: 1h
steps:
  - {id: a, tool: do, timeout: 3h, undo: {tool: undo}}
  - {id: ask, tool: wait, timeout: 3h}
  - {id: b, tool: do, timeout: 3h}
on_failure: undo
`

func TestAFlowsTimeLeavesWaitingForPeopleOut(t *testing.T) {
	inWorld(t, []string{hurried}, func(w *world) {
		w.does("a", takes(30*time.Minute))
		w.does("b", takes(40*time.Minute))
		w.does("ask", func(context.Context, *tool.Call) (tool.Outputs, error) { return nil, &tool.WaitFor{What: "ready?"} })
		r := w.start(Start{Flow: "hurried"})
		w.after(2 * time.Hour)
		w.wantState(w.get(r.ID), Waiting, "ready?")
		w.order(Order{Run: r.ID, Step: "ask", Action: "approve"})
		w.after(29 * time.Minute)
		w.wantState(w.get(r.ID), Running, "")
		w.after(time.Minute)
		r = w.get(r.ID)
		w.wantState(r, Failed, "it has run for 1h0m0s, which is the most")
		w.wantStep(r, "b", StepCanceled, "")
		w.wantStep(r, "a", StepUndone, "")
	})
}

func TestNobodyHasAnsweredInTime(t *testing.T) {
	inWorld(t, []string{hurried}, func(w *world) {
		w.does("ask", func(context.Context, *tool.Call) (tool.Outputs, error) { return nil, &tool.WaitFor{What: "ready?"} })
		r := w.start(Start{Flow: "hurried"})
		w.after(3*time.Hour + time.Minute)
		w.wantState(w.get(r.ID), Failed, "nobody has answered within 3h0m0s")
	})
}

func TestRunsAreFoundAndForgotten(t *testing.T) {
	inWorld(t, []string{rowOfThree, locking}, func(w *world) {
		w.does("s", takes(2*time.Hour))
		w.start(Start{Flow: "three", Who: "Carol", Why: "100% sure"})
		open := w.start(over("a/b", "n1", "n2"))
		w.after(time.Hour)
		for i, q := range []Query{{Text: "CAROL"}, {Text: "100% s"}, {Module: "a"}, {Node: "n2"}, {Flow: "three"}, {Open: true}, {State: Done}} {
			if all := w.runs(q); len(all) != 1 || all[0].Steps != nil {
				t.Errorf("query %d: %+v", i, all)
			}
		}
		for i, q := range []Query{{Text: "100_"}, {Module: "a/"}, {Node: "n"}, {Source: "scaler"}, {From: w.engine.now()}} {
			if all := w.runs(q); len(all) != 0 {
				t.Errorf("query %d: %+v", i, all)
			}
		}
		n, err := w.engine.Forget(w.Context(), w.engine.now())
		must(w.T, err)
		if all := w.runs(Query{}); n != 1 || len(all) != 1 || all[0].ID != open.ID {
			t.Errorf("%d forgotten, left %+v", n, all)
		}
		if _, err := w.engine.Get(w.Context(), "nothing"); !errors.Is(err, ErrNoRun) {
			t.Error(err)
		}
	})
}

func TestSubscribersHearOfChangesThatAreOnTheDisk(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		events, stop := w.engine.Subscribe()
		defer stop()
		r := w.start(Start{Flow: "three"})
		var last Event
		for len(events) > 0 {
			last = <-events
		}
		if last != (Event{r.ID, Done}) {
			t.Errorf("%+v", last)
		}
	})
}
