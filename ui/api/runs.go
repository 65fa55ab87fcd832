package api

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"headroom/scaler/flow"
	"headroom/scaler/flow/tool"
)

// Limits of requests about runs.
const (
	maxStart  = 1 << 20 // bytes: inputs can be lists of all machines
	usualRuns = 100
	mostRuns  = 1000
)

// startRun starts a run of a flow.
func (s *Server) startRun(c *gin.Context) (any, error) {
	var start flow.Start
	if err := readJSON(c, &start); err != nil {
		return nil, err
	}
	start.Flow = c.Param("flow")
	start.Who = s.actor(c, start.Who)
	r, err := s.Flows.Start(c.Request.Context(), start)
	return runOr(r, s.faulty(start.Flow, err))
}

// faulty tells of a flow that is not there for its faults alone that it has some.
func (s *Server) faulty(name string, err error) error {
	if !errors.Is(err, flow.ErrNoFlow) {
		return err
	}
	if e, ok := s.Library.Library().Find(name); ok && len(e.Faults) > 0 {
		return fmt.Errorf("%w that can be started: %q has faults: %d, which \"headroom flow show %s\" tells", flow.ErrNoFlow, name, len(e.Faults), name)
	}
	return err
}

func runOr(r flow.Run, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	r.Steps = orEmpty(r.Steps)
	return r, nil
}

// runsData are the runs of a page, of so many.
type runsData struct {
	Runs  []flow.Run `json:"runs"`
	Total int        `json:"total"`
}

var runStates = []string{"queued", "running", "pausing", "paused", "waiting", "undoing", "done", "failed", "canceled"}

// runs answers the runs that were asked for, the newest first.
func (s *Server) runs(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	open := p.flag("open")
	q := flow.Query{
		Flow: p.text("flow"), Module: p.path("path").ID(), Node: p.text("node"), State: flow.State(p.oneOf("state", "", runStates...)),
		Open: open != nil && *open, Source: p.oneOf("source", "", "person", "schedule", "scaler", "heal", "request"), SourceID: p.text("source_id"),
		From: p.time("from"), To: p.time("to"), Text: p.text("search"), Limit: p.whole("limit", usualRuns, mostRuns), Offset: p.whole("offset", 0, 1<<30),
	}
	if name := c.Param("flow"); name != "" {
		q.Flow = name
	}
	if p.err == nil && q.Limit == 0 {
		p.fault("limit", errors.New("want a whole number above 0"))
	}
	if p.err != nil {
		return nil, p.err
	}
	runs, total, err := s.Flows.List(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		runs[i].Steps = orEmpty(runs[i].Steps)
	}
	return runsData{orEmpty(runs), total}, nil
}

func (s *Server) run(c *gin.Context) (any, error) {
	r, err := s.Flows.Get(c.Request.Context(), c.Param("run"))
	s.offerInputs(&r)
	return runOr(r, err)
}

// offerInputs adds to the newest inputs of steps that can be retried those that their
// tools take beside, empty: who retries a step can give what it was not given before.
func (s *Server) offerInputs(r *flow.Run) {
	takes := map[string][]tool.Parameter{}
	all, _ := s.Library.Described()
	for i := range all {
		takes[all[i].Name] = all[i].Inputs
	}
	for i := range r.Steps {
		one := &r.Steps[i]
		n := len(one.Attempts)
		if n == 0 || one.State == flow.StepDone || !slices.Contains(one.May, "retry") { // of one that is done the undo is retried
			continue
		}
		inputs := map[string]any{}
		for _, p := range takes[one.Tool] {
			inputs[p.Name] = ""
		}
		maps.Copy(inputs, one.Attempts[n-1].Inputs)
		one.Attempts[n-1].Inputs = inputs
	}
}

// orderRun does what a person asks of a run, orderStep of one of its steps. Both answer
// the run.
func (s *Server) orderRun(c *gin.Context) (any, error) {
	return s.orderFlow(c, "", "pause", "resume", "cancel", "constants")
}

func (s *Server) orderStep(c *gin.Context) (any, error) {
	return s.orderFlow(c, c.Param("step"), "retry", "skip", "approve", "reject")
}

func (s *Server) orderFlow(c *gin.Context, step string, actions ...string) (any, error) {
	var o flow.Order
	if err := readJSON(c, &o); err != nil {
		return nil, err
	}
	if err := oneOf("action", o.Action, actions); err != nil {
		return nil, err
	}
	o.Run, o.Step = c.Param("run"), step
	o.Who = s.actor(c, o.Who)
	if s.rolesCount() {
		o.Groups = askedOf(c).who.Groups
	}
	return runOr(s.Flows.Order(c.Request.Context(), o))
}

// stepLog answers what an attempt of a step has written.
func (s *Server) stepLog(c *gin.Context) (any, error) {
	attempt := 0
	if text := c.Query("attempt"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < flow.UndoAttempt {
			return nil, badParam("attempt", text, fmt.Errorf("want the number of an attempt, 0 for the newest or %d for the undo", flow.UndoAttempt))
		}
		attempt = n
	}
	return s.Flows.Log(c.Request.Context(), c.Param("run"), c.Param("step"), attempt)
}
