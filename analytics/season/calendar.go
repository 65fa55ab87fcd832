// Package season places moments at the same time of day: it turns Unix seconds
// into local days and minutes of the day, and holds measured values as a grid
// of days × slots, so that a column is "the same time of day".
//
// A local day always has 1440 minutes of wall clock here. On the day on which
// clocks go forward some minutes never come and stay unmeasured; on the day on
// which they go back some minutes come twice, and whoever writes the later one
// into a [Grid] replaces the earlier. NaN means that nothing was measured.
package season

import "time"

// A wall-clock day has 1440 minutes or 288 slots of five minutes.
const (
	MinutesPerDay = 1440
	SlotsPerDay   = 288
)

const (
	secondsPerDay = 86400
	secondsPerMin = 60
)

// Calendar turns moments into local days and minutes. It remembers the time
// zone's rule of the last moment, which makes moments that follow each other
// cheap; it is therefore not for use by several goroutines at once.
type Calendar struct {
	loc      *time.Location
	from, to int64 // Unix seconds in which offset holds; to is exclusive
	offset   int64 // seconds east of UTC
}

// NewCalendar returns a calendar of the zone loc.
func NewCalendar(loc *time.Location) *Calendar { return &Calendar{loc: loc} }

// Split returns the local date of the Unix second t, as days since 1970-01-01,
// and the minute of the wall clock, 0 … 1439.
func (c *Calendar) Split(t int64) (day, minute int) {
	c.seek(t)
	local := t + c.offset
	d := floorDiv(local, secondsPerDay)
	return int(d), int((local - d*secondsPerDay) / secondsPerMin)
}

// Start returns the first instant of a local day in Unix seconds. That is not
// always 00:00: in some zones the clock skips midnight.
func (c *Calendar) Start(day int) int64 {
	const east = 16 * 3600 // no zone is, or was, so far ahead of UTC
	midnight := int64(day) * secondsPerDay
	for t := midnight - east; ; t = c.to {
		c.seek(t)
		if first := max(t, midnight-c.offset); first < c.to {
			return first
		}
	}
}

// At returns the first instant at which the wall clock of a local day shows
// the minute or, where that minute is skipped, a later one.
func (c *Calendar) At(day, minute int) int64 {
	start, wall := c.Start(day), int64(day)*secondsPerDay+int64(minute)*secondsPerMin
	for t := start; ; t = c.to {
		c.seek(t)
		if first := max(t, wall-c.offset); first < c.to {
			return first
		}
	}
}

// seek makes offset that of the moment t.
func (c *Calendar) seek(t int64) {
	if c.from <= t && t < c.to {
		return
	}
	at := time.Unix(t, 0).In(c.loc)
	_, offset := at.Zone()
	start, end := at.ZoneBounds()
	c.from, c.to, c.offset = minTime, maxTime, int64(offset)
	if !start.IsZero() {
		c.from = start.Unix()
	}
	if !end.IsZero() {
		c.to = end.Unix()
	}
}

const (
	minTime = -1 << 62
	maxTime = 1 << 62
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Date writes a local day as YYYY-MM-DD.
func Date(day int) string {
	return time.Unix(int64(day)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}

// ParseDate reads a day written as YYYY-MM-DD.
func ParseDate(s string) (day int, err error) {
	t, err := time.Parse(time.DateOnly, s)
	return int(floorDiv(t.Unix(), secondsPerDay)), err
}
