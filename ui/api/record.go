package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/storage/audit"
	"headroom/ui/access"
)

// errNotRecorded is what somebody is told whose change was made and not written to the
// audit log.
var errNotRecorded = errors.New("it was done, but it could not be written to the audit log")

// audited writes to the audit log what an endpoint has done, before anybody is told that
// it was: the answer is held back until the entry is on the disk.
func (s *Server) audited(c *gin.Context) {
	a := askedOf(c)
	if s.Audit == nil || a.action() == "" || a.preview() {
		return
	}
	out := &heldAnswer{ResponseWriter: c.Writer, code: c.Writer.Status()}
	c.Writer = out
	c.Request.Header.Del("Accept-Encoding") // what is held is read
	done := false
	defer func() {
		c.Writer = out.ResponseWriter
		if !done { // it panics: somebody else answers
			_ = s.write(a.ctx(), a.entry(s, http.StatusInternalServerError, []byte("it failed by a fault of Headroom")))
		}
	}()
	c.Next()
	done = true
	c.Writer = out.ResponseWriter
	err := s.write(a.ctx(), a.entry(s, out.code, out.body.Bytes()))
	if err != nil && out.code < http.StatusBadRequest {
		s.fail(c, &Error{internal, errorf("%w: %w", errNotRecorded, err)})
		return
	}
	out.send()
}

// write adds an entry. One that cannot be added is at least in the server's own log.
func (s *Server) write(ctx context.Context, e audit.Entry) error {
	err := s.Audit.Add(context.WithoutCancel(ctx), e)
	if err != nil {
		s.stats.unrecorded.Inc()
		s.Logger.Error("an entry of the audit log is lost", "who", e.Who, "from", e.From, "action", e.Action, "object", e.Object, "path", e.Path,
			"why", e.Why, "result", e.Result, "err", err)
		return err
	}
	s.stats.recorded.Inc()
	return nil
}

// recordRefusal writes down who was turned away, and returns what they are told.
func (s *Server) recordRefusal(a *asked, refusal error) error {
	if s.Audit == nil || a.action() == "" {
		return refusal
	}
	e := a.entry(s, http.StatusForbidden, nil)
	e.Result = "refused: " + refusal.Error()
	if err := s.write(a.ctx(), e); err != nil {
		return &Error{internal, errorf("nothing was done, and that it was refused could not be written to the audit log: %w", err)}
	}
	return refusal
}

// recordLogin writes down who has logged in or out. Logins that fail are told by the
// server's own log: whoever likes can make as many as they like.
func (s *Server) recordLogin(r *http.Request, who access.Who, what string, err error) {
	if s.Audit == nil || err != nil {
		return
	}
	_ = s.write(r.Context(), audit.Entry{Who: who.String(), From: remote(r), Action: "session." + what, Object: who.String()})
}

// preview tells whether only to look is asked for.
func (a *asked) preview() bool { return a.Query("preview") == "true" || a.Query("preview") == "1" }

func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// entry is what the audit log is told of a request and of its answer.
func (a *asked) entry(s *Server, code int, answer []byte) audit.Entry {
	e := audit.Entry{
		Who: s.actor(a.Context, a.said), From: remote(a.Request), Action: a.action(), Object: a.Param(a.need.object),
		Path: a.entryPath(), Why: a.why(), Detail: a.detail(s),
	}
	var told struct {
		Error     string
		SilenceID string
		Data      struct {
			ID   any
			Mark struct{ ID any }
		}
	}
	_ = json.Unmarshal(answer, &told) // what cannot be read tells nothing
	if code >= http.StatusBadRequest {
		e.Result = fmt.Sprintf("failed (%d): %s", code, strings.TrimSpace(firstOf(told.Error, string(answer))))
		return e
	}
	for _, made := range []any{told.Data.ID, told.Data.Mark.ID, told.SilenceID} {
		if e.Object == "" && made != nil && made != "" {
			e.Object = fmt.Sprint(made)
		}
	}
	return e
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// entryPath is the node of the tree that a request concerns, if it is one.
func (a *asked) entryPath() string {
	if len(a.where.paths) != 1 {
		return ""
	}
	return a.where.paths[0].ID()
}

// heldAnswer keeps an answer until it may be sent.
type heldAnswer struct {
	gin.ResponseWriter
	code  int
	began bool
	body  bytes.Buffer
}

func (h *heldAnswer) WriteHeader(code int) {
	if !h.began && code > 0 {
		h.code = code
	}
}

func (h *heldAnswer) WriteHeaderNow() { h.began = true }

func (h *heldAnswer) Write(b []byte) (int, error) {
	h.began = true
	return h.body.Write(b)
}

func (h *heldAnswer) WriteString(text string) (int, error) { return h.Write([]byte(text)) }
func (h *heldAnswer) Status() int                          { return h.code }
func (h *heldAnswer) Size() int                            { return h.body.Len() }
func (h *heldAnswer) Written() bool                        { return h.began }
func (h *heldAnswer) Flush()                               {}

// send sends it.
func (h *heldAnswer) send() {
	h.ResponseWriter.WriteHeader(h.code)
	if h.body.Len() == 0 {
		h.ResponseWriter.WriteHeaderNow()
		return
	}
	_, _ = h.ResponseWriter.Write(h.body.Bytes()) // who has gone away reads nothing
}
