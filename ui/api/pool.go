package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// Pool is the pool of nodes and workers. *[pool.Pool] is one.
type Pool interface {
	Total(path string) pool.Total
	By(label string) []pool.Total
	Nodes() []pool.Node
	Node(name string) (pool.Node, error)
	Services() []pool.ServiceView
	Service(module string) (pool.ServiceView, error)
	Targets(ctx context.Context, module, proxy, have string, wait time.Duration) (pool.Targets, error)

	Cordon(ctx context.Context, name, who, why string) error
	Drain(ctx context.Context, name, who, why string) error
	Uncordon(ctx context.Context, name, who, why string) error
	Forget(ctx context.Context, name string) error
	SetMode(ctx context.Context, module string, mode pool.Mode, who, why string) error
	Hold(ctx context.Context, module string, until time.Time, who, why string) error
	Release(ctx context.Context, module, who, why string) error
	SetManual(ctx context.Context, module string, workers int, who, why string) error
	Retire(ctx context.Context, module, who, why string) error
	Restart(ctx context.Context, worker string) error
	Worker(id string) (pool.Worker, error)
}

// poolData is the pool, or the part of it that a path or label asks for.
type poolData struct {
	Total pool.Total   `json:"total"`
	By    []pool.Total `json:"by"` // by the values of the label that was asked for
	Short []shortData  `json:"short"`
}

// shortData is a service for which there is too little room.
type shortData struct {
	Module string `json:"module"`
	Reason string `json:"reason"`
}

func (s *Server) pool(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path := p.path("path")
	if p.err != nil {
		return nil, p.err
	}
	d := poolData{Total: s.Pool.Total(path.ID()), By: []pool.Total{}, Short: []shortData{}}
	if label := p.text("by"); label != "" {
		d.By = s.Pool.By(label)
	}
	if m := s.Scaling.Newest(); m != nil {
		for i := range m.Decisions {
			if one := &m.Decisions[i]; one.Short != "" && pool.Below(one.Module, path.ID()) {
				d.Short = append(d.Short, shortData{one.Module, one.Short})
			}
		}
	}
	return d, nil
}

var nodeStates = []string{string(pool.Ready), string(pool.Draining), string(pool.Lost), string(pool.Cordoned)}

func (s *Server) nodes(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	state := p.oneOf("state", "", nodeStates...)
	search, brief := strings.ToLower(p.text("search")), p.flag("brief")
	if p.err != nil {
		return nil, p.err
	}
	all := []pool.Node{}
	for _, n := range s.Pool.Nodes() {
		if (state == "" || string(n.State) == state) && strings.Contains(strings.ToLower(n.Name), search) {
			all = append(all, s.zoned(n))
		}
	}
	slices.SortStableFunc(all, func(a, b pool.Node) int { return compareNames(a.Name, b.Name) })
	if brief != nil && *brief {
		return briefly(all), nil
	}
	return all, nil
}

// briefNode is what a list of thousands shows of a node: a third of its bytes.
type briefNode struct {
	Name      string     `json:"name"`
	State     pool.State `json:"state"`
	Resources struct {
		Labels map[string]string `json:"labels"`
	} `json:"resources"`
	Load struct {
		CPU float64 `json:"cpu"`
	} `json:"load"`
	Expected float64 `json:"expected_cpu"`
	Wanted   int     `json:"wanted"`
	Serving  int     `json:"serving"`
	Stopping int     `json:"stopping"`
}

func briefly(all []pool.Node) []briefNode {
	brief := make([]briefNode, len(all))
	for i, n := range all {
		b := briefNode{Name: n.Name, State: n.State, Expected: n.Expected, Wanted: n.Wanted, Serving: n.Serving, Stopping: n.Stopping}
		b.Resources.Labels, b.Load.CPU = n.Resources.Labels, n.Load.CPU
		brief[i] = b
	}
	return brief
}

func (s *Server) node(c *gin.Context) (any, error) {
	n, err := s.Pool.Node(c.Param("node"))
	if err != nil {
		return nil, err
	}
	return s.zoned(n), nil
}

// zoned puts a node's times into the configured zone.
func (s *Server) zoned(n pool.Node) pool.Node {
	n.First, n.Seen = n.First.In(s.Location), n.Seen.In(s.Location)
	if !n.Lost.IsZero() {
		n.Lost = n.Lost.In(s.Location)
	}
	return n
}

// serviceData is a service with the policy that it is scaled by and what that decided
// last.
type serviceData struct {
	pool.ServiceView
	Policy   policyData     `json:"policy"`
	Decision *scaler.Record `json:"decision"` // null before the first
}

// policyData are the settings of a policy, times in seconds.
type policyData struct {
	Target            float64 `json:"target"`
	ScaleIn           float64 `json:"scale_in"`
	Minimum           int     `json:"minimum"`
	Maximum           int     `json:"maximum"` // 0: none
	StepOut           float64 `json:"step_out"`
	StepIn            float64 `json:"step_in"`
	CoolDownOut       float64 `json:"cooldown_out_seconds"`
	CoolDownIn        float64 `json:"cooldown_in_seconds"`
	Stabilise         float64 `json:"stabilise_seconds"`
	Startup           float64 `json:"startup_seconds"`
	Predictive        bool    `json:"predictive"`
	KeepPeak          string  `json:"keep_peak"`
	StaleAfter        float64 `json:"stale_after_seconds"`
	FreezeInDeviation bool    `json:"freeze_in_deviation"`
}

func policyOf(p policy.Settings) policyData {
	return policyData{
		Target: p.Target, ScaleIn: p.ScaleIn, Minimum: p.Minimum, Maximum: p.Maximum, StepOut: p.StepOut, StepIn: p.StepIn,
		CoolDownOut: p.CoolDownOut.Seconds(), CoolDownIn: p.CoolDownIn.Seconds(), Stabilise: p.Stabilise.Seconds(), Startup: p.Startup.Seconds(),
		Predictive: p.Predictive, KeepPeak: string(p.KeepPeak), StaleAfter: p.StaleAfter.Seconds(), FreezeInDeviation: p.FreezeInDeviation,
	}
}

func (s *Server) serviceData(v pool.ServiceView) serviceData {
	d := serviceData{ServiceView: v, Policy: policyOf(v.Policy)}
	d.Proxies = orEmpty(d.Proxies)
	if one := s.Scaling.Newest().Of(v.Module); one != nil {
		r := one.Record(s.Location)
		d.Decision = &r
	}
	return d
}

func (s *Server) services(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path := p.path("path")
	if p.err != nil {
		return nil, p.err
	}
	all := []serviceData{}
	for _, v := range s.Pool.Services() {
		if pool.Below(v.Module, path.ID()) {
			all = append(all, s.serviceData(v))
		}
	}
	return all, nil
}

func (s *Server) service(c *gin.Context) (any, error) {
	id, err := moduleParam(c)
	if err != nil {
		return nil, err
	}
	v, err := s.Pool.Service(id)
	if err != nil {
		return nil, err
	}
	return s.serviceData(v), nil
}

// moduleParam reads the id of a module from the way.
func moduleParam(c *gin.Context) (string, error) {
	p := &params{Values: map[string][]string{"id": {c.Param("id")}}}
	path := p.path("id")
	if p.err == nil && len(path) == 0 {
		p.fault("id", fmt.Errorf("want the id of a module"))
	}
	return path.ID(), p.err
}
