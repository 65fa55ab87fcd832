package api

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler/consistency"
	"headroom/storage/fleet"
)

// Consistency knows what nodes shall have and what they have.
// *[consistency.Consistency] is one.
type Consistency interface {
	Total(path fleet.Path) consistency.Total
	Module(id, node string) (consistency.Detail, error)
	Do(ctx context.Context, module string, o consistency.Order) (runs []string, err error)
	Environment(path fleet.Path) consistency.EnvironmentView
}

// consistencyOf shows how the modules of a part of the business tree stand.
func (s *Server) consistencyOf(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path := p.path("path")
	if p.err != nil {
		return nil, p.err
	}
	t := s.Consistency.Total(path)
	for i := range t.List {
		t.List[i].Since = s.zone(t.List[i].Since)
	}
	return t, nil
}

// moduleConsistency shows a module with its nodes, or one of them with all its items.
func (s *Server) moduleConsistency(c *gin.Context) (any, error) {
	id, err := moduleParam(c)
	if err != nil {
		return nil, err
	}
	return s.consistencyDetail(id, c.Query("node"))
}

func (s *Server) consistencyDetail(id, node string) (any, error) {
	d, err := s.Consistency.Module(id, node)
	if err != nil {
		return nil, err
	}
	d.Since = s.zone(d.Since)
	for i := range d.List {
		n := &d.List[i]
		n.Since, n.Told = s.zone(n.Since), s.zone(n.Told)
		for j := range n.Items {
			n.Items[j].Since = s.zone(n.Items[j].Since)
		}
	}
	for i := range d.Overrides {
		d.Overrides[i].At = s.zone(d.Overrides[i].At)
	}
	return d, nil
}

// zone puts a time into the configured zone; zero stays zero.
func (s *Server) zone(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.Location)
}

// consistencyDone is what became of an order: the runs that it started, and the module.
type consistencyDone struct {
	Runs   []string `json:"runs"`
	Module any      `json:"module"`
}

// orderConsistency carries out what a person asks of a module.
func (s *Server) orderConsistency(c *gin.Context) (any, error) {
	var o consistency.Order
	if err := readJSON(c, &o); err != nil {
		return nil, err
	}
	o.Who = s.actor(c, o.Who)
	id, err := moduleParam(c)
	if err != nil {
		return nil, err
	}
	done := consistencyDone{Runs: []string{}}
	runs, err := s.Consistency.Do(c.Request.Context(), id, o)
	if err != nil {
		return nil, err
	}
	done.Runs = append(done.Runs, runs...)
	done.Module, err = s.consistencyDetail(id, "")
	return done, err
}

// environment shows what the nodes are built to that work for a part of the business tree.
func (s *Server) environment(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path := p.path("path")
	if p.err != nil {
		return nil, p.err
	}
	return s.Consistency.Environment(path), nil
}
