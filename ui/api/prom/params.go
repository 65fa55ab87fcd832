package prom

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/common/model"

	"headroom/storage"
)

// maxForm bounds what a POST may carry, in bytes: a query is a few kilobytes,
// a dashboard's longest a few hundred.
const maxForm = 4 << 20

// readForm merges the parameters of URL and body, the body's first.
func readForm(c *gin.Context) error {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	return c.Request.ParseForm()
}

// timeParam reads a time, or takes def where the parameter is absent.
func timeParam(c *gin.Context, name string, def time.Time) (time.Time, error) {
	s := c.Request.Form.Get(name)
	if s == "" {
		return def, nil
	}
	t, err := parseTime(s)
	if err != nil {
		return time.Time{}, badParam(name, fmt.Errorf("invalid time value for '%s': %w", name, err))
	}
	return t, nil
}

// Prometheus' clients write "for ever" as these two.
var (
	minTime = time.Unix(math.MinInt64/1000+62135596801, 0).UTC()
	maxTime = time.Unix(math.MaxInt64/1000-62135596801, 999999999).UTC()

	minTimeText = minTime.Format(time.RFC3339Nano)
	maxTimeText = maxTime.Format(time.RFC3339Nano)
)

// parseTime reads Unix seconds, with up to three decimals that count, or
// RFC 3339.
func parseTime(s string) (time.Time, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return fromSeconds(s, f)
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	switch s { // their years have more digits than time.Parse reads
	case minTimeText:
		return minTime, nil
	case maxTimeText:
		return maxTime, nil
	}
	return time.Time{}, fmt.Errorf("cannot parse %q to a valid timestamp", s)
}

func fromSeconds(text string, f float64) (time.Time, error) {
	whole, frac := math.Modf(f)
	if !(math.Abs(whole) <= float64(maxTime.Unix())) { // NaN is outside, too
		return time.Time{}, fmt.Errorf("cannot parse %q to a valid timestamp", text)
	}
	ms := math.Round(frac * 1000)
	return time.Unix(int64(whole), int64(ms)*int64(time.Millisecond)).UTC(), nil
}

// parseDuration reads seconds, or Prometheus' notation such as 1h30m.
func parseDuration(s string) (time.Duration, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		ns := f * float64(time.Second)
		if math.IsNaN(ns) || ns >= math.MaxInt64 || ns < math.MinInt64 {
			return 0, fmt.Errorf("cannot parse %q to a valid duration. It overflows int64", s)
		}
		return time.Duration(ns), nil
	}
	d, err := model.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("cannot parse %q to a valid duration", s)
	}
	return time.Duration(d), nil
}

// limitParam reads a count, 0 for no limit.
func limitParam(c *gin.Context) (int, error) {
	s := c.Request.Form.Get("limit")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && n < 0 {
		err = errors.New("limit must be non-negative")
	}
	if err != nil {
		return 0, badParam("limit", err)
	}
	return n, nil
}

// spanParams reads start and end of a listing; by default it is all time.
func spanParams(c *gin.Context) (storage.TimeRange, error) {
	start, err := timeParam(c, "start", minTime)
	if err != nil {
		return storage.TimeRange{}, err
	}
	end, err := timeParam(c, "end", maxTime)
	if err != nil {
		return storage.TimeRange{}, err
	}
	return storage.TimeRange{From: start.UnixMilli(), To: end.UnixMilli()}, nil
}
