package main

import (
	"testing"

	"headroom/internal/config"
	"headroom/scaler"
	"headroom/scaler/flow"
	"headroom/scaler/policy"
	"headroom/scaler/request"
	"headroom/storage/search"
)

func decision(direction policy.Direction, desired int) *scaler.Decision {
	return &scaler.Decision{
		ID: "scale:shop/web@2026-11-20T12:01:00Z", Module: "shop/web",
		Decision: policy.Decision{Direction: direction, Current: 4, Desired: desired, Reason: "busy 0.75 of 4 processes"},
	}
}

// A decision becomes a run with the inputs that its flow has, once, and is found by words.
func TestADecisionStartsItsFlow(t *testing.T) {
	s := newChanging(t)
	s.write("headroom.yml", flowConfig+"pool: {flows: [{path: shop, out: restart}]}\n")
	s.must(s.reload(t.Context()))
	begin := scaleFlows{s.config, &s.flows}
	if id, err := begin.Begin(t.Context(), decision(policy.In, 3)); id != "" || err != nil {
		t.Errorf("a decision without a flow starts %q, %v", id, err)
	}
	id, err := begin.Begin(t.Context(), decision(policy.Out, 5))
	s.must(err)
	again, err := begin.Begin(t.Context(), decision(policy.Out, 5))
	s.must(err)
	run, err := s.flows.Run(t.Context(), id)
	s.must(err)
	want := flow.Source{Kind: "scaler", ID: decision(policy.Out, 5).ID}
	if run.Source != want || run.Module != "" || run.Inputs["module"] != "shop/web" || run.Who != "scaler" || again != "" && again != id {
		t.Errorf("run %+v, then %q", run, again)
	}

	_, err = s.requests.Open(t.Context(), request.Ask{
		Kind: request.KindChange, Who: "ann", Why: "sluggish since noon", Form: request.Form{Change: &request.Change{Flow: "restart", Inputs: map[string]any{"module": "shop/web"}}},
	})
	s.must(err)
	s.finder.feeder.Feed(t.Context())
	for words, kind := range map[string]string{"restart scaler": "run", "sluggish noon": "request"} {
		found, err := s.finder.Search(t.Context(), search.Query{Text: words, Limit: 5})
		s.must(err)
		if len(found.Hits) != 1 || found.Hits[0].Kind != kind {
			t.Errorf("%q finds %+v; want the %s", words, found.Hits, kind)
		}
	}
}

func TestTheDeepestPathNamesTheFlow(t *testing.T) {
	all := []config.ScaleFlow{{Out: "any"}, {Path: "shop/web", Out: "web", In: "less"}, {Path: "shop", Out: "shop"}}
	for module, want := range map[string][2]string{"shop/web": {"web", "less"}, "shop/cart": {"shop", ""}, "mail/in": {"any", ""}} {
		if out, in := scaleFlowOf(all, module, policy.Out), scaleFlowOf(all, module, policy.In); out != want[0] || in != want[1] {
			t.Errorf("%s: %q and %q; want %q", module, out, in, want)
		}
	}
}
