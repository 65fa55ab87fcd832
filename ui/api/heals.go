package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/state"
)

// Heals answers what was done about alarms, and lets healing go on.
type Heals interface {
	// Heals returns what was done, the newest first.
	Heals(ctx context.Context, f state.HealFilter) ([]state.Heal, error)
	// Brake returns the brake that is on, or else the last one; nil if there was none.
	Brake(ctx context.Context) (*state.Brake, error)
	// Release lets healing go on; [state.ErrNoBrake] if it is not stopped.
	Release(ctx context.Context, who, why string) error
}

// healData is an action about an alarm.
type healData struct {
	ID         string     `json:"id"`
	Alarm      string     `json:"alarm"` // id of its episode; empty: a person asked
	Kind       string     `json:"kind"`  // the alertname
	Rule       string     `json:"rule"`
	Step       int        `json:"step"` // from 1
	Action     string     `json:"action"`
	ActionKind string     `json:"action_kind"`
	Path       string     `json:"path"`
	Node       string     `json:"node"`
	Process    string     `json:"process"`
	Who        string     `json:"who"` // empty: Headroom by itself
	DryRun     bool       `json:"dry_run"`
	StartedAt  time.Time  `json:"started_at"`
	EndedAt    *time.Time `json:"ended_at"` // null: running, or its end was not seen
	Result     string     `json:"result"`
	Output     string     `json:"output"`
	VerifiedAt *time.Time `json:"verified_at"`
	Verdict    string     `json:"verdict"` // empty: not known yet
	Reason     string     `json:"reason"`
}

const running = "running"

func (s *Server) healData(h state.Heal) healData {
	d := healData{
		ID: h.ID, Alarm: h.Alarm, Kind: h.Name, Rule: h.Rule, Step: h.Step + 1, Action: h.Action, ActionKind: h.Kind,
		Path: h.Module, Node: h.Node, Process: h.Process, Who: h.Who, DryRun: h.Dry,
		StartedAt: h.Started.In(s.Location), EndedAt: s.timeOrNull(h.Ended), Result: h.Result, Output: h.Output,
		VerifiedAt: s.timeOrNull(h.Verified), Verdict: h.Verdict, Reason: h.Reason,
	}
	if d.Result == "" {
		d.Result = running
	}
	return d
}

// healResults are what heals can be asked for by.
var healResults = []string{state.HealDone, state.HealFailed, state.HealUnknown, state.HealWould, state.Helped, state.HelpedNot}

// healList is a page of heals, the newest first.
type healList struct {
	Heals []healData `json:"heals"`
	More  bool       `json:"more"` // there are older ones
}

func (s *Server) heals(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	f := state.HealFilter{From: p.time("from"), To: p.time("to"), Module: p.path("path").ID(), Result: p.text("result")}
	limit := p.limit()
	if f.Result != "" && !slices.Contains(healResults, f.Result) {
		p.fault("result", fmt.Errorf("want one of %s", strings.Join(healResults, ", ")))
	}
	if p.err != nil {
		return nil, p.err
	}
	f.Limit = limit + 1
	all, err := s.Heals.Heals(c.Request.Context(), f)
	if err != nil {
		return nil, err
	}
	list, more := page(all, limit, s.healData)
	return healList{list, more}, nil
}

// brakeData tells whether all healing is stopped, or when it was last.
type brakeData struct {
	Stopped    bool       `json:"stopped"`
	Since      *time.Time `json:"since"` // null: it never was
	Reason     string     `json:"reason"`
	ReleasedAt *time.Time `json:"released_at"`
	ReleasedBy string     `json:"released_by"`
	ReleaseWhy string     `json:"release_why"`
}

func (s *Server) brake(c *gin.Context) (any, error) {
	b, err := s.Heals.Brake(c.Request.Context())
	if err != nil || b == nil {
		return brakeData{}, err
	}
	return brakeData{
		Stopped: b.Released.IsZero(), Since: s.timeOrNull(b.Since), Reason: b.Reason,
		ReleasedAt: s.timeOrNull(b.Released), ReleasedBy: b.By, ReleaseWhy: b.Why,
	}, nil
}

// release lets healing go on, and answers the brake.
func (s *Server) release(c *gin.Context) (any, error) {
	who, why, err := s.saying(c)
	if err != nil {
		return nil, err
	}
	if err := s.Heals.Release(c.Request.Context(), who, why); err != nil {
		return nil, err
	}
	return s.brake(c)
}
