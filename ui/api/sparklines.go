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

// wholeFrom1 reads a number from 1 to most, or one that stands for none.
func wholeFrom1(c *gin.Context, name string, or, most int) (int, error) {
	text := c.Query(name)
	if text == "" {
		return or, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badParam(name, text, errorf("want a whole number from 1 to %d", most))
	}
	return n, nil
}
