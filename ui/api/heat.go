package api

import (
	"strconv"

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
	weeks := usualHeatWeeks
	if text := c.Query("weeks"); text != "" {
		if weeks, err = strconv.Atoi(text); err != nil || weeks < 1 || weeks > analytics.MaxHeatWeeks {
			return nil, badParam("weeks", text, errorf("want a whole number from 1 to %d", analytics.MaxHeatWeeks))
		}
	}
	return s.Capacity.Heat(c.Request.Context(), t.snap.Rows[i].ID, weeks)
}
