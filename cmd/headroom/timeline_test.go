package main

import (
	"testing"
	"time"

	"headroom/scaler/flow"
	"headroom/storage/fleet"
)

// What happened to a module besides changes of facts: runs over it, marks of it and of
// what lies above.
func TestTheTimelineOfAModule(t *testing.T) {
	s := newChanging(t)
	s.write("flows/look.yaml", "name: look\nlock: {module: inputs.module}\ninputs: [{name: module, type: module}]\nsteps: [{id: say, tool: no-op, with: {says: x}}]\n")
	s.must(s.reload(t.Context()))
	run, err := s.flows.Start(t.Context(), flow.Start{Flow: "look", Inputs: map[string]any{"module": "shop/web"}, Who: "ann", Why: "slow"})
	s.must(err)
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, path := range []fleet.Path{{"shop"}, {"mail"}} {
		_, err := s.state.Marks().Add(t.Context(), fleet.Mark{Path: path, From: noon, To: noon.Add(time.Hour), Kind: "incident"})
		s.must(err)
	}
	found := map[string]int{}
	for _, source := range s.timelines() {
		all, err := source.Happenings(t.Context(), "shop/web", time.Time{}, time.Time{}, 10)
		s.must(err)
		for _, h := range all {
			found[h.Kind+" "+h.ID]++
			if h.Kind == "run" && (h.URL != "/changes/runs/"+run.ID || h.Who != "ann") {
				t.Errorf("%+v", h)
			}
		}
		if none, err := source.Happenings(t.Context(), "shop/web", noon.AddDate(1, 0, 0), time.Time{}, 10); err != nil || len(none) != 0 {
			t.Errorf("a year later: %+v, %v", none, err)
		}
	}
	if found["run shop/web"] != 1 || found["mark shop"] != 1 || len(found) != 2 {
		t.Errorf("%v", found)
	}
}
