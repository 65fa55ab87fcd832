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

	"headroom/analytics"
	"headroom/scaler/request"
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
	text, ok, err := s.Reports.Load(ctx, month)
	if err != nil || ok {
		return text, err
	}
	r, err := s.draft(ctx, month)
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// draft makes the report of the running month.
func (s *Server) draft(ctx context.Context, month string) (*report.Report, error) {
	t, err := s.table(ctx, "")
	if err != nil {
		return nil, err
	}
	if t.snap.StandIn() { // an order is not to be made by the model that was not asked for
		return nil, analytics.ErrReading
	}
	if now := t.snap.At.Format("2006-01"); month != now {
		return nil, &Error{notFound, errorf("no report was published for %s; a draft is to be had of the running month only, %s", month, now)}
	}
	r := report.Build(t.snap, month, time.Now().In(t.snap.At.Location()).Truncate(time.Second), report.Options{})
	r.Prove(func(id string) *analytics.Trend {
		trend, trendErr := s.Capacity.Trend(ctx, id, "", 0)
		err = errors.Join(err, trendErr)
		return trend
	})
	past, pastErr := s.pastOrders(ctx, month, r.TargetLoad())
	r.Judge(past)
	asked, askedErr := s.requestsOf(ctx, month)
	r.List(asked)
	return &r, errors.Join(err, pastErr, askedErr)
}

// requestsOf returns what was asked for in a month, the newest first.
func (s *Server) requestsOf(ctx context.Context, month string) ([]request.Request, error) {
	first, err := time.ParseInLocation("2006-01", month, s.Location)
	if err != nil || s.Requests == nil {
		return nil, err
	}
	return s.Requests.Find(ctx, request.Query{From: first, To: first.AddDate(0, 1, 0)})
}

// pastMonths is how far back an order is looked for whose lead time is over.
const pastMonths = 12

// pastOrders returns the orders of the months before a month, newest first, up to
// the first one whose lead time is over.
func (s *Server) pastOrders(ctx context.Context, month string, target float64) (past []report.PastOrder, err error) {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return nil, err
	}
	for k := 1; k <= pastMonths; k++ {
		o, err := s.orderOf(ctx, first.AddDate(0, -k, 0), target)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		from, to := o.Window()
		work, err := s.Ledger.Work(ctx, from, to)
		if err != nil {
			return nil, err
		}
		o.Judge(work)
		if past = append(past, *o); o.Over {
			break
		}
	}
	return past, nil
}

// orderOf returns the order of a month: as it was published, else as it was
// written down first; nil if neither is known.
func (s *Server) orderOf(ctx context.Context, first time.Time, target float64) (*report.PastOrder, error) {
	month := first.Format("2006-01")
	text, ok, err := s.Reports.Load(ctx, month)
	if err != nil {
		return nil, err
	}
	if ok {
		var r report.Report
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, errorf("read the report of %s: %w", month, err)
		}
		return r.AsPast(), nil
	}
	from := int(first.Unix() / 86400)
	orders, err := s.Ledger.Orders(ctx, from, int(first.AddDate(0, 1, 0).Unix()/86400)-1)
	return report.RecordedPast(month, orders, target), err
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
	if err := r.HTML(&body); err != nil {
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
	r, err := s.draft(ctx, m)
	if err != nil {
		return nil, err
	}
	r.Draft = false
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	if err := s.Reports.Publish(ctx, m, text, hex.EncodeToString(sum[:])); err != nil {
		if taken := s.unpublished(ctx, m); taken != nil {
			return nil, taken // by someone else, just now
		}
		return nil, err
	}
	return json.RawMessage(text), nil
}

func (s *Server) unpublished(ctx context.Context, month string) error {
	_, ok, err := s.Reports.Load(ctx, month)
	if ok {
		return &Error{conflict, errorf("the report of %s is published already, and a published report never changes", month)}
	}
	return err
}
