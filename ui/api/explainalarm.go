package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"headroom/alerting"
	"headroom/alerting/mute"
	"headroom/analytics"
	"headroom/scaler"
	"headroom/storage/state"
)

// explainAlarm sets out what happened to an alarm.
func (s *Server) explainAlarm(ctx context.Context, id string) (*analytics.Explanation, error) {
	a, err := s.Alarms.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	e := alerting.Explain(a, s.Location)
	e.Related = slices.Concat(nodeIDs(a.Facts.Path.ID(), a.Facts.Node), ids(explainRun, a.Facts.Changes...))
	return e, nil
}

// nodeIDs are the ids of a node of the business tree and of a device.
func nodeIDs(path, node string) []string { return append(ids("row:", path), ids(explainNode, node)...) }

// explainHeal sets out why something was done about an alarm, and whether it helped.
func (s *Server) explainHeal(ctx context.Context, id string) (*analytics.Explanation, error) {
	found, err := s.Heals.Heals(ctx, state.HealFilter{ID: id, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].ID != id { // an empty one filters nothing
		return nil, &Error{notFound, errorf("no such heal: %q", id)}
	}
	h := found[0]
	e := &analytics.Explanation{ID: explainHeal + id, Title: fmt.Sprintf("%s for %s: %s", h.Action, cmp.Or(h.Name, "no alarm"), cmp.Or(h.Verdict, h.Result, running))}
	line(e, "rule", fmt.Sprintf("action %d of rule %q", h.Step+1, h.Rule), "", h.Action, "kind: "+h.Kind)
	line(e, "about", "", sentence(h.Module, h.Node, h.Process), cmp.Or(h.Name, "what a person asked for"))
	line(e, "asked for by", "", "", cmp.Or(h.Who, "Headroom itself"))
	line(e, "done", dryOr(h.Dry), sentence(s.said(h.Started), until(s.said(h.Ended))), cmp.Or(h.Result, running), textLines(h.Output)...)
	line(e, "verified", "the alarm has ended, and did not come back for a while", sentence(s.said(h.Verified), h.Reason), cmp.Or(h.Verdict, "not known yet"))
	e.Related = append(ids(alerting.ExplainPrefix, h.Alarm), nodeIDs(h.Module, h.Node)...)
	return e, nil
}

func dryOr(dry bool) string {
	if dry {
		return "a dry run: nothing was changed"
	}
	return ""
}

// textLines are those of a text, without those that are empty.
func textLines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
}

// explainMute sets out what a mute hides, when, and who wants that.
func (s *Server) explainMute(_ context.Context, id string) (*analytics.Explanation, error) {
	all := s.Mutes.List(s.Now(), true)
	i := slices.IndexFunc(all, func(m mute.Listed) bool { return m.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", mute.ErrNoMute, id)
	}
	m := all[i]
	e := &analytics.Explanation{ID: explainMute + id, Title: fmt.Sprintf("Mute %s: %s", cmp.Or(m.Name, id), m.Comment)}
	line(e, "made by", m.Comment, s.said(m.Made), cmp.Or(m.Who, configured(m.Configured)))
	line(e, "matchers", "an alarm is hidden if all of them match", "", fmt.Sprint(len(m.Matchers)), m.Matchers...)
	line(e, "valid", "", sentence(since(s.said(m.From)), until(s.said(m.To))), cmp.Or(until(s.said(m.To)), "for ever"))
	if len(m.Times) > 0 {
		var times []string
		for _, t := range m.Times {
			times = append(times, written(t))
		}
		line(e, "times", "any of them", m.Timezone, fmt.Sprint(len(m.Times)), times...)
	}
	if !m.Ended.IsZero() {
		line(e, "ended", "", s.said(m.Ended), m.EndedBy)
	}
	line(e, "active", "", since(s.said(m.Change)), map[bool]string{true: "yes", false: "no"}[m.Active])
	if !m.Change.IsZero() {
		e.Steps[len(e.Steps)-1].Numbers = "it changes at " + s.said(m.Change)
	}
	return e, nil
}

func configured(yes bool) string {
	if yes {
		return "the configuration"
	}
	return "somebody"
}

func since(text string) string {
	if text == "" {
		return ""
	}
	return "from " + text
}

// explainDecision sets out the arithmetic of a decision: one that was kept, or one of
// the newest minute, which needs no time in its id.
func (s *Server) explainDecision(ctx context.Context, rest string) (*analytics.Explanation, error) {
	r, err := s.decisionOf(ctx, rest)
	if err != nil {
		return nil, err
	}
	e := scaler.Explain(r)
	setTerms(e)
	e.Related = append(ids("row:", r.Module), ids(explainRun, r.Run)...)
	return e, nil
}

func (s *Server) decisionOf(ctx context.Context, rest string) (*scaler.Record, error) {
	id := scaler.ExplainPrefix + rest
	m := s.Scaling.Newest()
	if d := m.Of(rest); d != nil {
		id = d.ID
	}
	if m != nil {
		for i := range m.Decisions {
			if m.Decisions[i].ID == id {
				r := m.Decisions[i].Record(s.Location)
				return &r, nil
			}
		}
	}
	d, err := s.Decisions.Decision(ctx, id)
	if err != nil {
		return nil, err
	}
	r, err := s.record(d)
	return &r, err
}

// explainRequest sets out what happened to a request, and why.
func (s *Server) explainRequest(ctx context.Context, id string) (*analytics.Explanation, error) {
	r, err := s.Requests.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	e := r.Explain()
	e.Related = append(ids(explainRun, r.Run), ids("order:", r.Path)...)
	return e, nil
}
