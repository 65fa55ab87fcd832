package api

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler/operations"
)

// Operations tells how much was done. *[operations.Book] does.
type Operations interface {
	Tell(ctx context.Context, q operations.Query) (operations.Answer, error)
}

// operations answers how much was done and how well, by default in the last days.
func (s *Server) operations(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := operations.Query{
		Path: p.path("path").ID(), From: p.time("from"), To: p.time("to"),
		By: operations.By(p.oneOf("by", string(operations.ByDay), string(operations.ByDay), string(operations.ByNode))),
	}
	if p.err != nil {
		return nil, p.err
	}
	if q.To.IsZero() {
		q.To = s.Now()
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-time.Millisecond).AddDate(0, 0, 1-operations.UsualDays)
	}
	a, err := s.Operations.Tell(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	return a, nil
}
