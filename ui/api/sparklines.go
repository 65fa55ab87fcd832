package api

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

// What a small picture shows unless asked otherwise.
const (
	usualSparkDays   = 7
	usualSparkPoints = 84
)

// sparklines answers small pictures of the last days, of the nodes that are named.
func (s *Server) sparklines(c *gin.Context) (any, error) {
	ids := c.QueryArray("id")
	if len(ids) == 0 || len(ids) > analytics.MaxSparklines {
		return nil, badParam("id", strconv.Itoa(len(ids))+" of them", errorf("want 1 to %d", analytics.MaxSparklines))
	}
	days, err := wholeFrom1(c, "days", usualSparkDays, analytics.MaxSparkDays)
	if err != nil {
		return nil, err
	}
	points, err := wholeFrom1(c, "points", usualSparkPoints, analytics.MaxSparkPoints)
	if err != nil {
		return nil, err
	}
	return s.Capacity.Sparklines(c.Request.Context(), ids, c.Query("model"), days, points)
}
