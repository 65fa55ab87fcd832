package prom

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/common/model"

	"headroom/storage"
	"headroom/storage/promql"
)

// listing is what the endpoints that list series or labels have in common.
type listing struct {
	selectors promql.Selectors // empty for all series
	span      storage.TimeRange
	limit     int // 0 for none
}

func (a *api) listing(c *gin.Context) (l listing, err error) {
	if l.limit, err = limitParam(c); err != nil {
		return l, err
	}
	if l.span, err = spanParams(c); err != nil {
		return l, err
	}
	l.selectors, err = a.engine.ParseSelectors(c.Request.Form["match[]"])
	return l, err
}

func (a *api) series(c *gin.Context) (any, error) {
	if len(c.Request.Form["match[]"]) == 0 {
		return nil, badData{errors.New("no match[] parameter provided")}
	}
	l, err := a.listing(c)
	if promql.KindOf(err) == promql.BadQuery {
		return nil, badParam("match[]", err)
	}
	if err != nil {
		return nil, err
	}
	more := l.limit
	if more > 0 {
		more++ // one more tells that something was cut off
	}
	sets, err := a.engine.Series(c.Request.Context(), l.selectors, l.span, more)
	if err != nil {
		return nil, err
	}
	return cut(sets, l.limit), nil
}

func (a *api) labelNames(c *gin.Context) (any, error) {
	l, err := a.listing(c)
	if err != nil {
		return nil, err
	}
	names, err := a.engine.LabelNames(c.Request.Context(), l.selectors, l.span)
	if err != nil {
		return nil, err
	}
	return cut(names, l.limit), nil
}

func (a *api) labelValues(c *gin.Context) (any, error) {
	name := c.Param("name")
	if strings.HasPrefix(name, "U__") { // Prometheus 3's way to write any UTF-8 in a path
		name = model.UnescapeName(name, model.ValueEncodingEscaping)
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return nil, badData{fmt.Errorf("invalid label name: %q", name)}
	}
	l, err := a.listing(c)
	if err != nil {
		return nil, err
	}
	values, err := a.engine.LabelValues(c.Request.Context(), name, l.selectors, l.span)
	if err != nil {
		return nil, err
	}
	return cut(values, l.limit), nil
}

// cut keeps the first limit items, with a warning if there were more. No items
// are an empty list, never null.
func cut[T any](items []T, limit int) warned {
	if limit > 0 && len(items) > limit {
		return warned{data: items[:limit], warnings: []string{truncated}}
	}
	if items == nil {
		items = []T{}
	}
	return warned{data: items}
}
