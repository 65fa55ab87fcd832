package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/audit"
	"headroom/storage/state"
)

// AuditLog is the audit log. [state.Audit] is one.
type AuditLog interface {
	audit.Log
	List(context.Context, state.AuditQuery) ([]audit.Entry, error)
	// Between returns the numbers of the first entry from a time on and of the last
	// before another, Entries those from one number to another.
	Between(ctx context.Context, from, to time.Time) (first, last int64, err error)
	Entries(ctx context.Context, first, last int64) iter.Seq2[audit.Entry, error]
}

var errNoAudit = &Error{notFound, errors.New("there is no audit log here")}

// auditPage are entries, the newest first.
type auditPage struct {
	Entries []audit.Entry `json:"entries"`
	More    bool          `json:"more"` // there are older ones: ask with before
}

func (s *Server) auditList(c *gin.Context) (any, error) {
	if s.Audit == nil {
		return nil, errNoAudit
	}
	p := &params{Values: c.Request.URL.Query()}
	limit := p.limit()
	q := state.AuditQuery{
		From: p.time("from"), To: p.time("to"), Who: p.text("who"), Action: p.text("action"), Object: p.text("object"), Path: p.path("path").ID(),
		Before: p.number("before"), Limit: limit + 1,
	}
	if p.err != nil {
		return nil, p.err
	}
	found, err := s.Audit.List(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	all, more := page(found, limit, func(e audit.Entry) audit.Entry {
		e.At = e.At.In(s.Location)
		return e
	})
	return auditPage{all, more}, nil
}

// number reads the number of an entry; 0 if the parameter is absent.
func (p *params) number(name string) int64 {
	if p.Get(name) == "" {
		return 0
	}
	n, err := strconv.ParseInt(p.Get(name), 10, 64)
	if err != nil || n < 1 {
		p.fault(name, errors.New("want the number of an entry"))
	}
	return n
}

// auditExport sends the entries of a time as a file that can be verified by itself.
func (s *Server) auditExport(c *gin.Context) {
	p := &params{Values: c.Request.URL.Query()}
	from, to := p.time("from"), p.time("to")
	switch {
	case p.err != nil:
		s.fail(c, p.err)
		return
	case s.Audit == nil:
		s.fail(c, errNoAudit)
		return
	}
	ctx := c.Request.Context()
	head, err := s.exportHead(ctx, from, to)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Content-Type", "application/x-ndjson")
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="headroom-audit-%d-%d.jsonl"`, head.First, head.Last))
	c.Status(http.StatusOK)
	if err := audit.Export(c.Writer, head, s.Audit.Entries(ctx, head.First, head.Last)); err != nil {
		s.Logger.Warn("an export of the audit log broke off", "err", err)
		panic(http.ErrAbortHandler) // so that nobody takes it for a whole one
	}
}

// exportHead tells what a file of a time has.
func (s *Server) exportHead(ctx context.Context, from, to time.Time) (h audit.FileHead, err error) {
	h = audit.FileHead{Version: audit.FileVersion, Made: s.Now().UTC()}
	if h.First, h.Last, err = s.Audit.Between(ctx, from, to); err != nil || h.First > h.Last {
		h.First, h.Last = 1, 0
		return h, err
	}
	for _, end := range []int64{h.First, h.Last} {
		for e, err := range s.Audit.Entries(ctx, end, end) {
			if err != nil {
				return h, err
			}
			if e.Seq == h.First {
				h.Prev = e.Prev
			}
			h.Hash = e.Hash
		}
	}
	return h, nil
}

// auditVerdict is whether the log is as it was written.
type auditVerdict struct {
	Good    bool   `json:"good"`
	Entries int64  `json:"entries"` // that are good, from the first on
	Hash    string `json:"hash"`    // of the last of them: keep it elsewhere
	Broken  int64  `json:"broken"`  // the first entry that is not good; 0: none
	Why     string `json:"why"`     // it is not
}

// auditVerify looks through the whole log; with "seq" and "hash" also whether an entry
// is the one that it was when somebody noted them.
func (s *Server) auditVerify(c *gin.Context) (any, error) {
	if s.Audit == nil {
		return nil, errNoAudit
	}
	p := &params{Values: c.Request.URL.Query()}
	noted := audit.Head{Seq: p.number("seq"), Hash: p.text("hash")}
	if p.err != nil {
		return nil, p.err
	}
	if !s.verifying.TryLock() {
		return nil, &Error{unavailable, errors.New("the audit log is being verified for somebody else")}
	}
	defer s.verifying.Unlock()
	ctx := c.Request.Context()
	first, last, err := s.Audit.Between(ctx, time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	return verdict(s.Audit.Entries(ctx, min(first, 1), last), noted)
}

// verdict verifies entries, of which noted is one unless it is zero.
func verdict(entries iter.Seq2[audit.Entry, error], noted audit.Head) (v auditVerdict, err error) {
	found := noted.Seq == 0
	head, err := audit.Verify(audit.Head{}, func(yield func(audit.Entry, error) bool) {
		for e, err := range entries {
			if err == nil && e.Seq == noted.Seq {
				found = true
				if e.Hash != noted.Hash {
					err = &audit.Broken{Seq: e.Seq, Why: "its hash is not the one that was noted: the log was written anew"}
				}
			}
			if !yield(e, err) {
				return
			}
		}
	})
	v = auditVerdict{Entries: head.Seq, Hash: head.Hash}
	if err == nil && !found {
		err = &audit.Broken{Seq: head.Seq + 1, Why: fmt.Sprintf("the log ends before entry %d, which was noted", noted.Seq)}
	}
	var broken *audit.Broken
	if errors.As(err, &broken) {
		v.Broken, v.Why, err = broken.Seq, broken.Why, nil
	}
	v.Good = err == nil && v.Broken == 0
	return v, err
}
