package state

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func testOperations(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	at := func(hours int) time.Time { return day.Add(time.Duration(hours) * time.Hour) }
	run := func(id, module, state, source, data string, created, ended int) FlowRun {
		return FlowRun{ID: id, Flow: "restart", Module: module, State: state, Source: source, Created: at(created), Ended: at(ended), Data: []byte(data)}
	}
	runs := []FlowRun{
		run("a", "Q/a", "done", "person", `{"source":{"kind":"person"}}`, 1, 3), run("b", "Q/a", "done", "person", `{"inputs":{"dry":true},"source":{"kind":"person"}}`, 1, 2),
		run("c", "Q/b", "failed", "heal", `{}`, -5, 0), run("dry", "Q/a", "done", "person", `{"inputs":{},"dry":true,"source":{"kind":"person"}}`, 1, 2),
		run("next", "Q/a", "done", "person", `{}`, 1, 24),
	}
	still := run("open", "Q/a", "running", "person", `{}`, 1, 2)
	still.Ended = time.Time{}
	must(t, db.Flows().Save(ctx, FlowChange{Runs: append(runs, still)}))
	for i, h := range []Heal{
		{ID: "h1", Module: "Q/a", Started: at(1), Result: HealDone, Verdict: Helped}, {ID: "h2", Module: "Q/a", Started: at(2), Result: HealDone, Verdict: Helped},
		{ID: "h3", Module: "Q/a", Started: at(2), Dry: true, Result: HealWould}, {ID: "h4", Started: at(30), Result: HealDone},
	} {
		if err := db.Heals().Begin(ctx, h); err != nil {
			t.Fatal(i, err)
		}
	}
	must(t, db.Alarms().Save(ctx, []Alarm{{ID: "1", Path: "Q/a", Outcome: "notified", Received: at(1)}, {ID: "2", Path: "Q/a", Outcome: "folded", Received: at(23)}, {ID: "3", Received: at(24)}}))
	must(t, db.Pool().Save(ctx, PoolChange{Decisions: []PoolDecision{{ID: "d", Module: "Q/a", At: at(0), Direction: "out"}, {ID: "e", Module: "Q/a", At: at(-1), Direction: "out"}}}))
	for _, r := range []Request{
		{Path: "Q", State: "done", Opened: at(-10), Approved: at(1), Closed: at(5)}, {Path: "Q", State: "open", Opened: at(2)}, {Path: "Q", State: "done", Opened: at(2), Approved: at(3), Closed: at(50)},
	} {
		r.Data = []byte("{}")
		_, err := db.Requests().Add(ctx, r)
		must(t, err)
	}
	f := func(name string, got []Count, err error, want ...Count) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, err, got, want)
		}
	}
	o, from, to := db.Operations(), at(0), at(24)
	got, err := o.Runs(ctx, from, to)
	f("runs", got, err, Count{"Q/a", "done", "restart", "person", 2, 3 * time.Hour, 2}, Count{"Q/b", "failed", "restart", "heal", 1, 5 * time.Hour, 1})
	got, err = o.Heals(ctx, from, to)
	f("heals", got, err, Count{Path: "Q/a", What: HealDone, Of: Helped, N: 2})
	got, err = o.Alarms(ctx, from, to)
	f("alarms", got, err, Count{Path: "Q/a", What: "folded", N: 1}, Count{Path: "Q/a", What: "notified", N: 1})
	got, err = o.Decisions(ctx, from, to)
	f("decisions", got, err, Count{Path: "Q/a", What: "out", N: 1})
	got, err = o.Requests(ctx, from, to)
	f("requests", got, err, Count{Path: "Q", What: "opened", N: 2}, Count{Path: "Q", What: "approved", N: 2, Took: 12 * time.Hour, Timed: 2}, Count{Path: "Q", What: "done", N: 1, Took: 15 * time.Hour, Timed: 1})
}

func TestRunsAreCountedFromTheirIndexAlone(t *testing.T) {
	db := mustOpen(t, t.TempDir()+"/state.db")
	var plan string
	err := db.sql.QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN
		SELECT module, state, flow, source, COUNT(*), SUM(ended_ms - created_ms), COUNT(*) FROM flow_runs
		WHERE ended_ms >= $1 AND ended_ms < $2 AND NOT (data LIKE '%"dry":true,"source":{"kind":%') GROUP BY module, state, flow, source`, 1, 2).
		Scan(new(int), new(int), new(int), &plan)
	if err != nil || !strings.Contains(plan, "COVERING INDEX flow_runs_counted") {
		t.Errorf("%q, %v", plan, err)
	}
}
