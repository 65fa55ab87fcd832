package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/alerting"
	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/scaler"
	"headroom/scaler/request"
)

// Prefixes of ids that are explained here, beside those of the packages that explain
// their own.
const (
	explainRun    = "run:"    // run:ID or, of one of its steps, run:ID/STEP
	explainHeal   = "heal:"   // heal:ID
	explainMute   = "mute:"   // mute:ID
	explainReport = "report:" // report:MONTH/PATH
	explainNode   = "node:"   // node:NAME
)

// explainers answer for the ids that begin with a prefix, of which they get what follows.
var explainers = []struct {
	prefix  string
	explain func(s *Server, ctx context.Context, rest string) (*analytics.Explanation, error)
}{
	{alerting.ExplainPrefix, (*Server).explainAlarm},
	{scaler.ExplainPrefix, (*Server).explainDecision},
	{request.ExplainPrefix, (*Server).explainRequest},
	{explainRun, (*Server).explainRun},
	{explainHeal, (*Server).explainHeal},
	{explainMute, (*Server).explainMute},
	{explainReport, (*Server).explainLine},
	{explainNode, (*Server).explainNode},
	{ledger.ExplainPrefix, (*Server).explainForecast},
}

// explain answers the arithmetic behind whatever has an id.
func (s *Server) explain(c *gin.Context) (any, error) {
	id := c.Query("id")
	if id == "" {
		return nil, badParam("id", id, errNoID)
	}
	e, err := s.explanation(c, id)
	if err != nil {
		return nil, err
	}
	sayExplanation(tongue(c), e)
	return e, nil
}

// explanation is the one of an id, in English.
func (s *Server) explanation(c *gin.Context, id string) (*analytics.Explanation, error) {
	for _, e := range explainers {
		if rest, ok := strings.CutPrefix(id, e.prefix); ok {
			return e.explain(s, c.Request.Context(), rest)
		}
	}
	e, err := s.Capacity.Explain(c.Request.Context(), id, c.Query("model"))
	if errors.Is(err, analytics.ErrNoNode) {
		return s.explainBare(c.Request.Context(), id, err)
	}
	if err == nil {
		setTerms(e)
		e.Related = s.relatedTo(id)
	}
	return e, err
}

// explainKinds says what can be asked for.
const explainKinds = "ids that can be explained are PATH, row:PATH and order:PATH (with @2026-11-22T21:05 or @2026-11-01 behind it: then), " +
	"report:2026-11/PATH, scale:MODULE, alarm:ID, heal:ID, mute:ID, request:ID, run:ID, run:ID/STEP, node:NAME and forecast:2026-11-27/peak/12:00/PATH"

// explainBare explains an alarm by its id as the list of alarms has it. What is no alarm
// either gets the error of the business tree, with the kinds of ids that there are.
func (s *Server) explainBare(ctx context.Context, id string, err error) (*analytics.Explanation, error) {
	if e, missing := s.explainAlarm(ctx, id); missing == nil {
		return e, nil
	}
	return nil, &Error{notFound, errorf("%w%s; %s", err, butThereAre(s.Capacity.Snapshot(), nodeOf(id)), explainKinds)}
}

// nodeOf is the id of the node that a row or an order is about.
func nodeOf(id string) string {
	if kind, of, ok := strings.Cut(id, ":"); ok && (kind == "row" || kind == "order") {
		id = of
	}
	path, _, _ := strings.Cut(id, "@")
	return path
}

// relatedTo are the ids around a row or an order of a node of the business tree.
func (s *Server) relatedTo(id string) (ids []string) {
	kind, of, ok := strings.Cut(id, ":")
	if !ok || kind != "row" && kind != "order" {
		kind, of = "", id
	}
	for _, other := range []string{"row", "order"} {
		if other != kind {
			ids = append(ids, other+":"+of)
		}
	}
	path, _, _ := strings.Cut(of, "@")
	if s.Scaling != nil && s.Scaling.Newest().Of(path) != nil {
		ids = append(ids, scaler.ExplainPrefix+path)
	}
	if i := strings.LastIndex(path, "/"); i >= 0 && kind != "" {
		ids = append(ids, kind+":"+path[:i])
	}
	return ids
}

// line adds a step to an explanation.
func line(e *analytics.Explanation, name, formula, numbers, result string, inputs ...string) {
	e.Steps = append(e.Steps, analytics.Step{Name: name, Formula: formula, Numbers: numbers, Result: result, Inputs: inputs})
}

// namedLine is line for a step whose name others gave.
func namedLine(e *analytics.Explanation, name, formula, numbers, result string, inputs ...string) {
	line(e, name, formula, numbers, result, inputs...)
	e.Steps[len(e.Steps)-1].Named = true
}

// explainClock is how an explanation writes a time.
const explainClock = "2006-01-02 15:04:05"

// said writes a time in the configured zone, empty if there is none.
func (s *Server) said(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.Location).Format(explainClock)
}

// sentence joins the parts that are not empty.
func sentence(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// ids writes ids with their prefix, those that are not empty.
func ids(prefix string, all ...string) (out []string) {
	for _, id := range all {
		if id != "" && !slices.Contains(out, prefix+id) {
			out = append(out, prefix+id)
		}
	}
	return out
}
