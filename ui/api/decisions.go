package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/storage/state"
)

// Scaling answers what was decided last. *[scaler.Loop] is one.
type Scaling interface {
	Newest() *scaler.Minute // nil before the first
}

// Decisions keeps what was decided. [state.Pool] does.
type Decisions interface {
	Decisions(ctx context.Context, q state.PoolDecisionQuery) ([]state.PoolDecision, error)
	Decision(ctx context.Context, id string) (state.PoolDecision, error)
}

// decisionList is a page of decisions, the newest first.
type decisionList struct {
	Decisions []scaler.Record `json:"decisions"`
	More      bool            `json:"more"`
}

func (s *Server) decisions(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := state.PoolDecisionQuery{
		From: p.time("from"), To: p.time("to"), Module: p.path("path").ID(),
		Direction: p.oneOf("direction", "", string(policy.Out), string(policy.In), string(policy.Hold)),
	}
	limit := p.limit()
	newest := p.flag("newest")
	if p.err != nil {
		return nil, p.err
	}
	if newest != nil && *newest {
		return s.newestDecisions(q), nil
	}
	q.Limit = limit + 1
	all, err := s.Decisions.Decisions(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	list := decisionList{More: len(all) > limit}
	for _, d := range all[:min(limit, len(all))] {
		r, err := s.record(d)
		if err != nil {
			return nil, err
		}
		list.Decisions = append(list.Decisions, r)
	}
	list.Decisions = orEmpty(list.Decisions)
	return list, nil
}

// newestDecisions are those of the newest minute, those too that changed nothing.
func (s *Server) newestDecisions(q state.PoolDecisionQuery) decisionList {
	list := decisionList{Decisions: []scaler.Record{}}
	m := s.Scaling.Newest()
	if m == nil {
		return list
	}
	for i := range m.Decisions {
		d := &m.Decisions[i]
		if pool.Below(d.Module, q.Module) && (q.Direction == "" || string(d.Direction) == q.Direction) {
			list.Decisions = append(list.Decisions, d.Record(s.Location))
		}
	}
	return list
}

func (s *Server) record(d state.PoolDecision) (r scaler.Record, err error) {
	if err := json.Unmarshal(d.Data, &r); err != nil {
		return r, fmt.Errorf("read decision %s: %w", d.ID, err)
	}
	r.At = r.At.In(s.Location)
	return r, nil
}

// scaleData is how many workers a module shall have, for autoscalers of others.
type scaleData struct {
	Module  string `json:"module"`
	Desired int    `json:"desired"`
	Current int    `json:"current"`
	Reason  string `json:"reason"`
	Mode    string `json:"mode"`
	At      string `json:"at"` // end of the minute that was decided on
	ID      string `json:"id"` // of the decision
}

// maxAge is how old a decision may be that others act on, here and by KEDA's gRPC.
const maxAge = 5 * time.Minute

func (s *Server) scale(c *gin.Context) (any, error) {
	id, err := moduleParam(c)
	if err != nil {
		return nil, err
	}
	m := s.Scaling.Newest()
	if m == nil {
		return nil, errNoSnapshot
	}
	d := m.Of(id)
	if d == nil {
		return nil, &Error{notFound, errorf("nothing is decided about module %q: no process of it reports busy seconds, and no service is configured for it", id)}
	}
	if age := s.Now().Sub(d.At); age > maxAge {
		return nil, &Error{unavailable, errorf("the newest decision about module %q is of %s, more than %v ago", id, d.At.UTC().Format(time.RFC3339), maxAge)}
	}
	if why := d.Unusable(); why != "" {
		return nil, &Error{unavailable, errorf("the decision about module %q is not to be acted on: %s", id, why)}
	}
	r := d.Record(s.Location)
	return scaleData{id, r.Desired, r.Current, r.Reason, string(r.Mode), r.At.Format("2006-01-02T15:04:05Z07:00"), r.ID}, nil
}
