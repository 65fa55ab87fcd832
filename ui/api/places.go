package api

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/lease"
	"headroom/internal/matchers"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/access"
)

// Places tell where in the business tree lies what a request names. A function that is
// nil knows none: then it takes a role on the whole tree.
type Places struct {
	// Silence returns the matchers of a silence, nil if there is none.
	Silence func(id string) labels.Matchers
	// Start returns ids of the nodes of the tree that a flow would change when it is
	// started with a body of the API; empty: all.
	Start func(ctx context.Context, flow string, body []byte) ([]string, error)
	// Run returns those that a run changes; empty: all.
	Run func(ctx context.Context, run string) ([]string, error)
	// Request returns the node that a request is about, and who made it.
	Request func(ctx context.Context, id string) (node, by string, err error)
	// Named tells whether its approvers are named: then it tells itself who may decide.
	Named func(ctx context.Context, id string) bool
	// Approver tells whether somebody is named as one of its approvers, who need no role.
	Approver func(ctx context.Context, id string, who access.Who) bool
	// Secrets names the inputs of a flow, or of a run's flow, that are never shown.
	Secrets func(ctx context.Context, flow, run string) []string
}

// where is what of the business tree a request concerns.
type where struct {
	paths    []fleet.Path
	owner    string // who may do it whatever their role; empty: nobody
	anywhere bool   // any part of it, as if what is named is not there: the endpoint says so itself
}

// whole is the whole tree.
var whole = where{paths: []fleet.Path{nil}}

// place finds what of the business tree a request concerns.
type place func(s *Server, a *asked) (where, error)

func one(id string, err error) (where, error) {
	if err != nil {
		return where{}, err
	}
	return some([]string{id})
}

// some are nodes of the tree by their ids; none: the whole tree.
func some(ids []string) (w where, err error) {
	for _, id := range ids {
		path, err := fleet.ParseID(id)
		if err != nil {
			return where{}, &Error{badData, err}
		}
		w.paths = append(w.paths, path)
	}
	if len(w.paths) == 0 {
		return whole, nil
	}
	return w, nil
}

// missing tells that what is named is not there if err says so.
func missing(err error, errs ...error) (where, error) {
	for _, e := range errs {
		if errors.Is(err, e) {
			return where{anywhere: true}, nil
		}
	}
	return where{}, err
}

// nodeAfter is the node whose id comes after a prefix in the way as it was sent.
func nodeAfter(prefix string) place {
	return func(_ *Server, a *asked) (where, error) { return one(idAfter(a.Context, prefix)) }
}

func paramNode(name string) place {
	return func(_ *Server, a *asked) (where, error) { return one(a.Param(name), nil) }
}

func queryNode(name string) place {
	return func(_ *Server, a *asked) (where, error) { return one(a.Query(name), nil) }
}

func bodyNode(name string) place {
	return func(_ *Server, a *asked) (where, error) { return one(a.text(name), nil) }
}

func markNode(s *Server, a *asked) (where, error) {
	id, err := strconv.ParseInt(a.Param("mark"), 10, 64)
	if err != nil {
		return where{anywhere: true}, nil
	}
	all, err := s.Marks.Marks(a.ctx())
	for _, m := range all {
		if m.ID == id {
			return where{paths: []fleet.Path{m.Path}}, nil
		}
	}
	return where{anywhere: true}, err
}

func alarmNode(s *Server, a *asked) (where, error) {
	alarm, err := s.Alarms.Load(a.ctx(), a.Param("alarm"))
	if err != nil {
		return missing(err, state.ErrNoAlarm)
	}
	return where{paths: []fleet.Path{alarm.Facts.Path}}, nil
}

// leaseScope is that of a lease to be opened. One that names only nodes concerns
// whatever runs there.
func leaseScope(_ *Server, a *asked) (where, error) { return some(a.list("paths")) }

func leaseNodes(s *Server, a *asked) (where, error) {
	l, err := s.Leases.Get(a.ctx(), time.Now(), a.Param("lease"))
	if err != nil {
		return missing(err, lease.ErrNoLease)
	}
	return some(l.Paths)
}

func muteScope(s *Server, a *asked) (where, error) {
	all, err := matchers.ParseAll(a.list("matchers"))
	if err != nil {
		return whole, nil
	}
	return where{paths: []fleet.Path{s.matched(all)}}, nil
}

func muteNode(s *Server, a *asked) (where, error) {
	for _, m := range s.Mutes.List(time.Now(), true) {
		if m.ID == a.Param("mute") {
			all, err := matchers.ParseAll(m.Matchers)
			return where{paths: []fleet.Path{s.matched(all)}}, err
		}
	}
	return where{anywhere: true}, nil
}

// silenceScope is that of a silence to be made, and of the one that it replaces.
func silenceScope(s *Server, a *asked) (where, error) {
	var listed []struct {
		Name, Value      string
		IsRegex, IsEqual *bool
	}
	if json.Unmarshal(a.field("matchers"), &listed) != nil {
		return whole, nil
	}
	var all labels.Matchers
	for _, m := range listed {
		if (m.IsRegex == nil || !*m.IsRegex) && (m.IsEqual == nil || *m.IsEqual) {
			all = append(all, &labels.Matcher{Type: labels.MatchEqual, Name: m.Name, Value: m.Value})
		}
	}
	w := where{paths: []fleet.Path{s.matched(all)}}
	if id := a.text("id"); id != "" {
		old, err := s.silence(id)
		if err != nil {
			return where{}, err
		}
		w.paths = append(w.paths, old.paths...)
	}
	return w, nil
}

func silenceNode(s *Server, a *asked) (where, error) { return s.silence(a.Param("id")) }

func (s *Server) silence(id string) (where, error) {
	if s.Places.Silence == nil {
		return whole, nil
	}
	all := s.Places.Silence(id)
	if all == nil {
		return where{anywhere: true}, nil
	}
	return where{paths: []fleet.Path{s.matched(all)}}, nil
}

// matched is the node of the tree in which everything lies that matches: its labels
// from the top as far as each is told to be one value.
func (s *Server) matched(all labels.Matchers) (path fleet.Path) {
	for _, level := range s.Hierarchy {
		value := ""
		for _, m := range all {
			if m.Type == labels.MatchEqual && m.Name == level {
				value = m.Value
			}
		}
		if value == "" {
			break
		}
		path = append(path, value)
	}
	return path
}

func workerNode(s *Server, a *asked) (where, error) {
	w, err := s.Pool.Worker(a.Param("worker"))
	if err != nil {
		return missing(err, pool.ErrUnknownWorker)
	}
	return one(w.Service, nil)
}

func flowStart(s *Server, a *asked) (where, error) {
	if s.Places.Start == nil {
		return whole, nil
	}
	name := firstOf(a.Param("flow"), a.text("flow"))
	ids, err := s.Places.Start(a.ctx(), name, a.raw)
	if err != nil {
		return where{}, s.faulty(name, err)
	}
	return some(ids)
}

// scheduleNodes are those of what a schedule starts, and of the one that it replaces.
func scheduleNodes(s *Server, a *asked) (where, error) {
	w := where{}
	if a.Param("schedule") == "" {
		var err error
		if w, err = flowStart(s, a); err != nil {
			return w, err
		}
	}
	id := firstOf(a.Param("schedule"), a.text("id"))
	all, err := s.Flows.Schedules(a.ctx())
	for _, old := range all {
		if old.ID == id {
			was, err := s.started(a.ctx(), old)
			return where{paths: append(w.paths, was.paths...)}, err
		}
	}
	if len(w.paths) == 0 {
		w.anywhere = true
	}
	return w, err
}

// started is what a schedule changes that is there. Where its flow is not any more, it
// is whatever it might have been.
func (s *Server) started(ctx context.Context, old flow.Schedule) (where, error) {
	body, err := json.Marshal(old)
	if err != nil || s.Places.Start == nil {
		return whole, err
	}
	ids, err := s.Places.Start(ctx, old.Flow, body)
	if err != nil {
		return whole, nil
	}
	return some(ids)
}

func runNodes(s *Server, a *asked) (where, error) {
	if s.Places.Run == nil {
		return whole, nil
	}
	ids, err := s.Places.Run(a.ctx(), a.Param("run"))
	if err != nil {
		return where{}, err
	}
	return some(ids)
}

// requestScope is that of a request to be made: who asks for a role has none yet, so
// that it is enough to be known; all others take one who may at least read.
func requestScope(_ *Server, a *asked) (where, error) {
	if a.text("kind") == "access" {
		return where{owner: a.who.String()}, nil
	}
	return where{anywhere: true}, nil
}

func requestNode(s *Server, a *asked) (where, error) {
	if s.Places.Request == nil {
		return whole, nil
	}
	request := a.Param("request")
	id, by, err := s.Places.Request(a.ctx(), request)
	if err != nil {
		return where{}, err
	}
	w, err := some([]string{id})
	action := a.text("action")
	if action == "comment" || action == "cancel" {
		w.owner = by
	}
	named := func() bool { return s.Places.Named != nil && s.Places.Named(a.ctx(), request) }
	approver := func() bool { return s.Places.Approver != nil && s.Places.Approver(a.ctx(), request, a.who) }
	decides := action == "approve" || action == "reject"
	if decides && named() || (decides || action == "cancel") && approver() {
		w.owner = a.who.String()
	}
	return w, err
}

func grantNode(s *Server, a *asked) (where, error) {
	if s.Access != nil {
		if g, ok := s.Access.Find(a.Param("id")); ok {
			return where{paths: []fleet.Path{g.Path}}, nil
		}
	}
	return where{anywhere: true}, nil
}

func tokenNode(s *Server, a *asked) (where, error) {
	if s.Access != nil {
		for _, t := range s.Access.Tokens() {
			if t.ID == a.Param("id") {
				return where{paths: []fleet.Path{t.Path}}, nil
			}
		}
	}
	return where{anywhere: true}, nil
}
