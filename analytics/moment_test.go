package analytics

import (
	"errors"
	"testing"
	"time"
)

// A node that came after the shown minute was closed has a row in it, which can be
// explained; a minute of which nothing is kept cannot.
func TestExplainedBeforeItsFirstLoad(t *testing.T) {
	w := newWorld(t, noon)
	w.loop.Evaluate(t.Context(), noon.Unix()) // of nothing
	w.push("m", noon.Add(time.Minute), 1, 40)
	w.loop.publishAgain()
	if r := w.row("m"); r.State != Stale {
		t.Fatalf("%+v", r)
	}
	if _, err := w.loop.Explain(t.Context(), "row:"+moduleM, ""); err != nil {
		t.Errorf("the shown minute: %v", err)
	}
	if _, err := w.loop.Explain(t.Context(), "row:"+moduleM+"@2026-11-22T11:00", ""); !errors.Is(err, ErrNotKept) {
		t.Errorf("an hour before: %v", err)
	}
}
