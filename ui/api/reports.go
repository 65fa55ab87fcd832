package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/ui/report"
)

var errMonth = errors.New("want a month as 2026-11")

func month(c *gin.Context) (string, error) {
	m := c.Param("month")
	if t, err := time.Parse("2006-01", m); err != nil || t.Format("2006-01") != m {
		return "", badParam("month", m, errMonth)
	}
	return m, nil
}

// report answers a month's report: the published one, else a draft.
func (s *Server) report(c *gin.Context) {
	p := &params{Values: c.Request.URL.Query()}
	format := p.oneOf("format", "json", "json", "html", "csv")
	m, err := month(c)
	if err == nil {
		err = p.err
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	text, err := s.reportJSON(c.Request.Context(), m)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-cache")
	if err := s.render(c, format, m, text); err != nil {
		s.fail(c, err)
	}
}

// reportJSON returns a published report byte by byte as it was published.
func (s *Server) reportJSON(ctx context.Context, month string) ([]byte, error) {
	text, ok, err := s.Reports.Store.Load(ctx, month)
	if err != nil || ok {
		return text, err
	}
	r, err := s.Reports.Draft(ctx, month)
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

func (s *Server) render(c *gin.Context, format, month string, text []byte) error {
	if format == "json" {
		sum := sha256.Sum256(text)
		c.Header("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
		s.json(c, http.StatusOK, success{"success", json.RawMessage(text)})
		return nil
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return errorf("read the report of %s: %w", month, err)
	}
	var body bytes.Buffer
	if format == "csv" {
		c.Header("Content-Disposition", `attachment; filename="expansion-`+month+`.csv"`)
		if err := r.CSV(&body); err != nil {
			return err
		}
		write(c, http.StatusOK, "text/csv; charset=utf-8", body.Bytes())
		return nil
	}
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	if err := r.HTML(&body, report.English); err != nil {
		return errorf("write the report of %s: %w", month, err)
	}
	write(c, http.StatusOK, "text/html; charset=utf-8", body.Bytes())
	return nil
}

// publish makes the running month's report final.
func (s *Server) publish(c *gin.Context) (any, error) {
	m, err := month(c)
	if err != nil {
		return nil, err
	}
	ctx := c.Request.Context()
	if err := s.unpublished(ctx, m); err != nil {
		return nil, err
	}
	r, err := s.Reports.Draft(ctx, m)
	if err != nil {
		return nil, err
	}
	final := *r
	final.Draft = false
	text, err := json.Marshal(final)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	if err := s.Reports.Store.Publish(ctx, m, text, hex.EncodeToString(sum[:])); err != nil {
		if taken := s.unpublished(ctx, m); taken != nil {
			return nil, taken // by someone else, just now
		}
		return nil, err
	}
	return json.RawMessage(text), nil
}

func (s *Server) unpublished(ctx context.Context, month string) error {
	_, ok, err := s.Reports.Store.Load(ctx, month)
	if ok {
		return &Error{conflict, errorf("the report of %s is published already, and a published report never changes", month)}
	}
	return err
}
