package prom

import (
	"context"
	"errors"
	"fmt"

	"github.com/gin-gonic/gin"

	"headroom/storage/promql"
)

// maxPoints is Prometheus' limit on the points of one series: a minute's
// resolution for a week.
const maxPoints = 11_000

func (a *api) query(c *gin.Context) (any, error) {
	at, err := timeParam(c, "time", a.Now())
	if err != nil {
		return nil, err
	}
	return a.answer(c, promql.Request{Query: c.Request.Form.Get("query"), Start: at, End: at})
}

func (a *api) queryRange(c *gin.Context) (any, error) {
	req := promql.Request{Query: c.Request.Form.Get("query")}
	var err error
	if req.Start, err = parseTime(c.Request.Form.Get("start")); err != nil {
		return nil, badParam("start", err)
	}
	if req.End, err = parseTime(c.Request.Form.Get("end")); err != nil {
		return nil, badParam("end", err)
	}
	if req.End.Before(req.Start) {
		return nil, badParam("end", errors.New("end timestamp must not be before start time"))
	}
	if req.Step, err = parseDuration(c.Request.Form.Get("step")); err != nil {
		return nil, badParam("step", err)
	}
	if req.Step <= 0 {
		return nil, badParam("step", errors.New("zero or negative query resolution step widths are not accepted. Try a positive integer"))
	}
	if req.End.Sub(req.Start)/req.Step > maxPoints {
		return nil, badData{errors.New("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")}
	}
	return a.answer(c, req)
}

// answer runs a query under the request's own limits.
func (a *api) answer(c *gin.Context, req promql.Request) (any, error) {
	limit, err := limitParam(c)
	if err != nil {
		return nil, err
	}
	if s := c.Request.Form.Get("lookback_delta"); s != "" {
		if req.Lookback, err = parseDuration(s); err != nil {
			return nil, badData{fmt.Errorf("error parsing lookback delta duration: %w", err)}
		}
	}
	ctx, cancel, err := withTimeout(c)
	if err != nil {
		return nil, err
	}
	defer cancel()

	stats := c.Request.Form.Get("stats")
	req.StepStats = stats == "all"
	res, err := a.engine.Run(ctx, req)
	if promql.KindOf(err) == promql.BadQuery {
		return nil, badParam("query", err)
	}
	if err != nil {
		return nil, err
	}
	return newResult(res, limit, stats != ""), nil
}

// withTimeout bounds a query by the request's timeout, which may only shorten
// the engine's own.
func withTimeout(c *gin.Context) (context.Context, context.CancelFunc, error) {
	s := c.Request.Form.Get("timeout")
	if s == "" {
		return c.Request.Context(), func() {}, nil
	}
	timeout, err := parseDuration(s)
	if err == nil && timeout <= 0 {
		err = fmt.Errorf("timeout must be positive, got %s", timeout)
	}
	if err != nil {
		return nil, nil, badParam("timeout", err)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), timeout)
	return ctx, cancel, nil
}

func (a *api) formatQuery(c *gin.Context) (any, error) {
	expr, err := a.engine.Parser().ParseExpr(c.Request.Form.Get("query"))
	if err != nil {
		return nil, badParam("query", err)
	}
	return expr.Pretty(0), nil
}

// queryExemplars finds none: exemplars are not stored.
func (a *api) queryExemplars(c *gin.Context) (any, error) {
	start, err := timeParam(c, "start", minTime)
	if err != nil {
		return nil, err
	}
	end, err := timeParam(c, "end", maxTime)
	if err != nil {
		return nil, err
	}
	if end.Before(start) {
		return nil, badData{errors.New("end timestamp must not be before start timestamp")}
	}
	if _, err := a.engine.Parser().ParseExpr(c.Request.Form.Get("query")); err != nil {
		return nil, badData{err}
	}
	return []any{}, nil
}
