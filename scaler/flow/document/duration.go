package document

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Duration is written as Go writes it, such as "1m30s", or with days, "7d".
type Duration time.Duration

const day = 24 * time.Hour

// ParseDuration reads a duration: "1m30s", "7d" or "1d12h".
func ParseDuration(s string) (Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		d, err := time.ParseDuration(s)
		return Duration(d), err
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil || !(n >= 0 && n <= 36500) {
		return 0, fmt.Errorf("duration %q: want a number of days before the d", s)
	}
	var more time.Duration
	if rest != "" {
		if more, err = time.ParseDuration(rest); err != nil || more < 0 {
			return 0, fmt.Errorf("duration %q: want hours, minutes or seconds after the days", s)
		}
	}
	return Duration(n*float64(day)) + Duration(more), nil
}

// String writes the duration as Go does.
func (d Duration) String() string { return time.Duration(d).String() }

// Wanted says how it is written.
func (Duration) Wanted() string { return "a duration such as 30s, 1m30s or 7d" }

// UnmarshalYAML reads the duration.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error { return d.UnmarshalText([]byte(node.Value)) }

// UnmarshalText reads the duration.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// MarshalText writes the duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
