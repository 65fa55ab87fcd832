package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/alerting/lease"
)

// Leases are the mutes that change runs hold.
type Leases interface {
	// Open opens a lease. A faults.List is the asker's fault, and so are
	// [lease.ErrRun] and [lease.ErrTooMany].
	Open(ctx context.Context, now time.Time, r lease.Request) (lease.Lease, error)
	// Beat says that a run goes on; [lease.ErrNoLease], or [lease.ErrOver] if its
	// lease has ended.
	Beat(ctx context.Context, now time.Time, id string) (lease.Lease, error)
	// End ends a lease with its run; how is one of [lease.Hows].
	End(ctx context.Context, now time.Time, id, how, result string) (lease.Lease, error)
	Get(ctx context.Context, now time.Time, id string) (lease.Lease, error)
	// Active returns those that hide alarms or may, List at most limit of all, the
	// newest first.
	Active(now time.Time) []lease.Lease
	List(ctx context.Context, now time.Time, limit int) ([]lease.Lease, error)
}

// maxLease is the longest request for a lease: it names up to 20,000 nodes.
const maxLease = 2 << 20

// leaseData is a lease as it is answered.
type leaseData struct {
	ID          string         `json:"id"`
	Run         string         `json:"run"`
	Kind        string         `json:"kind"`
	Who         string         `json:"who"`
	Note        string         `json:"note"`
	Nodes       []string       `json:"nodes"`
	Paths       []string       `json:"paths"`
	Effect      []string       `json:"effect"`
	Expected    int            `json:"expected"`
	Basis       string         `json:"basis"`
	TTL         float64        `json:"ttl_seconds"`
	Grace       float64        `json:"grace_seconds"`
	StartedAt   time.Time      `json:"started_at"`
	HeartbeatAt time.Time      `json:"heartbeat_at"`
	Until       time.Time      `json:"until"`
	EndedAt     *time.Time     `json:"ended_at"`
	How         string         `json:"how"`
	Result      string         `json:"result"`
	Hidden      int            `json:"hidden"`
	Over        int            `json:"over"`
	Fires       int            `json:"fires"`
	Firing      []lease.Hidden `json:"firing"`
	SettledAt   *time.Time     `json:"settled_at"`
	Summary     string         `json:"summary"`
}

func (s *Server) leaseData(l lease.Lease) leaseData {
	d := leaseData{
		ID: l.ID, Run: l.Run, Kind: l.Kind, Who: l.Who, Note: l.Note, Nodes: orEmpty(l.Nodes), Paths: orEmpty(l.Paths), Effect: orEmpty(l.Effect),
		Expected: l.Expected, Basis: l.Basis, TTL: time.Duration(l.TTL).Seconds(), Grace: time.Duration(l.Grace).Seconds(),
		StartedAt: l.Started.In(s.Location), HeartbeatAt: l.Heartbeat.In(s.Location), Until: l.Until.In(s.Location),
		EndedAt: s.timeOrNull(l.Ended), How: l.How, Result: l.Result, Hidden: l.Hidden, Over: l.Over, Fires: l.Fires,
		Firing: slices.Clone(orEmpty(l.Firing)), SettledAt: s.timeOrNull(l.Settled), Summary: l.Summary(time.Now()),
	}
	for i := range d.Firing {
		d.Firing[i].Began = d.Firing[i].Began.In(s.Location)
	}
	return d
}

func (s *Server) leaseOr(l lease.Lease, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return s.leaseData(l), nil
}

// leases answers the newest leases, or those that are active.
func (s *Server) leases(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	active, limit := p.flag("active"), p.count("limit")
	if limit > mostNewest {
		p.fault("limit", fmt.Errorf("want at most %d", mostNewest))
	}
	if p.err != nil {
		return nil, p.err
	}
	if limit < 0 {
		limit = usualNewest
	}
	var all []lease.Lease
	var err error
	if active != nil && *active {
		all = s.Leases.Active(time.Now())
	} else if all, err = s.Leases.List(c.Request.Context(), time.Now(), limit); err != nil {
		return nil, err
	}
	list, _ := page(all, limit, s.leaseData)
	return list, nil
}

func (s *Server) lease(c *gin.Context) (any, error) {
	return s.leaseOr(s.Leases.Get(c.Request.Context(), time.Now(), c.Param("lease")))
}

// openLease opens the lease of a change run.
func (s *Server) openLease(c *gin.Context) (any, error) {
	var r lease.Request
	if err := readJSON(c, &r); err != nil {
		return nil, err
	}
	r.Who = s.actor(c, r.Who)
	return s.leaseOr(s.Leases.Open(c.Request.Context(), time.Now(), r))
}

func (s *Server) beatLease(c *gin.Context) (any, error) {
	return s.leaseOr(s.Leases.Beat(c.Request.Context(), time.Now(), c.Param("lease")))
}

// endLease ends a lease and answers its summary as it stands.
func (s *Server) endLease(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	how, result := p.oneOf("how", lease.Done, lease.Hows...), strings.TrimSpace(p.text("result"))
	if len(result) > lease.MaxText {
		p.fault("result", fmt.Errorf("it may have up to %d bytes", lease.MaxText))
	}
	if p.err != nil {
		return nil, p.err
	}
	return s.leaseOr(s.Leases.End(c.Request.Context(), time.Now(), c.Param("lease"), how, result))
}
