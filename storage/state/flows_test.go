package state

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func flowRun(id string, ended time.Time) FlowRun {
	return FlowRun{ID: id, Flow: "f", Version: "v", State: "done", Module: "a/b", Nodes: []string{"n1", "n2"}, Words: id, Created: time.UnixMilli(5), Ended: ended, Data: []byte(`{}`)}
}

func TestChangesOfRunsAreMadeTogetherOrNotAtAll(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	defer db.Close()
	f := db.Flows()
	a, b := flowRun("a", time.Time{}), flowRun("b", time.Time{})
	a.Once, b.Once = "same words", "same words"
	must(t, f.Save(t.Context(), FlowChange{Runs: []FlowRun{a}, Documents: []PoolRow{{ID: "v", Data: []byte(`{}`)}}}))
	step := FlowChange{Steps: []FlowStep{{Run: "a", Path: "s", Data: []byte(`{}`)}}}
	if err := f.Save(t.Context(), step, FlowChange{Runs: []FlowRun{b}}); err == nil {
		t.Error("two runs of the same words")
	}
	if steps, err := f.Steps(t.Context(), "a"); err != nil || len(steps) > 0 {
		t.Errorf("%v %v", steps, err)
	}
	if r, err := f.Once(t.Context(), "same words"); err != nil || r.ID != "a" || len(r.Nodes) != 2 {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := f.Run(t.Context(), "b"); !errors.Is(err, ErrNoFlowRun) {
		t.Error(err)
	}
}

func TestRunsAreForgottenWithAllOfThem(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	defer db.Close()
	f := db.Flows()
	for i := range 3*flowsAtOnce + 1 {
		id := string(rune('A' + i))
		must(t, f.Save(t.Context(), FlowChange{
			Runs: []FlowRun{flowRun(id, time.UnixMilli(int64(10+i)))}, Documents: []PoolRow{{ID: "v", Data: []byte(`{}`)}},
			Steps: []FlowStep{{Run: id, Path: "s"}}, Actions: []FlowAction{{Run: id, N: 1}}, Logs: []FlowLog{{Run: id, Path: "s", Attempt: 1, Text: "x"}},
		}))
	}
	open := flowRun("open", time.Time{})
	open.Version, open.Pending = "other", true
	must(t, f.Save(t.Context(), FlowChange{Runs: []FlowRun{open}, Documents: []PoolRow{{ID: "other", Data: []byte(`{}`)}}}))
	n, err := f.Forget(t.Context(), time.UnixMilli(1e6))
	must(t, err)
	if n != 3*flowsAtOnce+1 {
		t.Errorf("%d forgotten", n)
	}
	for _, table := range []string{"flow_runs", "flow_steps", "flow_actions", "flow_logs", "flow_documents"} {
		var n int
		must(t, db.sql.QueryRow(`SELECT COUNT(*) FROM `+table).Scan(&n))
		if want := map[string]int{"flow_runs": 1, "flow_documents": 1}[table]; n != want {
			t.Errorf("%s has %d rows, want %d", table, n, want)
		}
	}
}
