package api

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/ui/report"
	"headroom/ui/report/press"
)

var errMonth = errors.New("want a month as 2026-11")

func month(c *gin.Context) (string, error) {
	m := c.Param("month")
	if !isMonth(m) {
		return "", badParam("month", m, errMonth)
	}
	return m, nil
}

// reports lists the months that have a report.
func (s *Server) reports(c *gin.Context) (any, error) {
	ctx := c.Request.Context()
	months, err := s.Reports.List(ctx)
	if err != nil {
		return nil, err
	}
	next, err := s.Reports.Next(ctx)
	return reportsData{next, s.Reports.Ways(), months}, err
}

type reportsData struct {
	Next   time.Time     `json:"next,omitzero"` // when the next one is published by schedule
	Ways   []string      `json:"ways"`          // by which published ones are delivered
	Months []press.Month `json:"months"`
}

func isMonth(text string) bool {
	t, err := time.Parse("2006-01", text)
	return err == nil && t.Format("2006-01") == text
}

// report answers a month's report: the published one, else a draft.
func (s *Server) report(c *gin.Context) {
	p := &params{Values: c.Request.URL.Query()}
	format := p.oneOf("format", press.JSON, press.Formats()...)
	language := p.oneOf("lang", report.English, report.Languages()...)
	m, err := month(c)
	if err == nil {
		err = p.err
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	f, err := s.Reports.File(c.Request.Context(), m, format, language)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.sendReport(c, f, format)
}

// sendReport answers a report with the checksum of what is kept of it: in JSON that of
// the data, else that of the body, which a browser shows if it is a page.
func (s *Server) sendReport(c *gin.Context, f *press.File, format string) {
	tag := `"` + f.SHA256 + `"`
	c.Header("Cache-Control", "no-cache")
	c.Header("ETag", tag)
	switch {
	case strings.Contains(c.GetHeader("If-None-Match"), tag):
		c.Status(http.StatusNotModified)
	case format == press.JSON:
		s.json(c, http.StatusOK, success{"success", json.RawMessage(f.Body)})
	default:
		how := "attachment"
		if format == "html" {
			how = "inline"
			c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'")
		}
		c.Header("Content-Disposition", how+`; filename="`+f.Name+`"`)
		c.Header("Digest", "sha-256="+base64OfHex(f.SHA256))
		c.Data(http.StatusOK, f.Media, f.Body)
	}
}

func base64OfHex(sum string) string {
	raw, err := hex.DecodeString(sum)
	if err != nil {
		panic("BUG: a checksum is " + sum)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// publish makes the running month's report final.
func (s *Server) publish(c *gin.Context) (any, error) {
	m, err := month(c)
	if err != nil {
		return nil, err
	}
	text, err := s.Reports.Publish(c.Request.Context(), m, s.actor(c, ""))
	return json.RawMessage(text), err
}

type deliveriesData struct {
	Deliveries []press.Sent `json:"deliveries"`
}

// deliveries answers how far those of a published report are.
func (s *Server) deliveries(c *gin.Context) (any, error) {
	m, err := month(c)
	if err != nil {
		return nil, err
	}
	all, err := s.Reports.Deliveries(c.Request.Context(), m)
	return deliveriesData{all}, err
}

// deliver has a published report delivered once more.
func (s *Server) deliver(c *gin.Context) (any, error) {
	m, err := month(c)
	if err != nil {
		return nil, err
	}
	var wanted struct {
		Ways []string `json:"ways"` // none: all
	}
	if err := readJSON(c, &wanted); err != nil {
		return nil, err
	}
	all, err := s.Reports.Send(c.Request.Context(), m, wanted.Ways, s.actor(c, ""))
	return deliveriesData{all}, err
}
