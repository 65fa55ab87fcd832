package api

import (
	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

// usualHeatWeeks is how many weeks are summed up unless asked otherwise.
const usualHeatWeeks = 8

// heat answers a node's load by weekday and hour.
func (s *Server) heat(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	weeks, err := wholeFrom1(c, "weeks", usualHeatWeeks, analytics.MaxHeatWeeks)
	if err != nil {
		return nil, err
	}
	p := &params{Values: c.Request.URL.Query()}
	of := p.oneOf("of", analytics.HeatMeans, analytics.HeatMeans, analytics.HeatPeaks)
	if p.err != nil {
		return nil, p.err
	}
	return s.Capacity.Heat(c.Request.Context(), t.snap.Rows[i].ID, weeks, of)
}
