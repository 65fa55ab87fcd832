package backtest

import (
	"fmt"
	"time"

	duration "github.com/prometheus/common/model"
)

// ParseTimeOfDay reads a time as 12:00, as the minute of the day.
func ParseTimeOfDay(text string) (minute int, err error) {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("want a time of day as 12:00, got %q", text)
	}
	return at.Hour()*60 + at.Minute(), nil
}

// ParseDays reads a duration of whole days, as 30d or 4w.
func ParseDays(text string) (days int, err error) {
	const day = 24 * time.Hour
	d, err := duration.ParseDuration(text)
	if err != nil || time.Duration(d)%day != 0 {
		return 0, fmt.Errorf("want whole days as 30d, got %q", text)
	}
	return int(time.Duration(d) / day), nil
}
