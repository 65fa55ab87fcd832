package wire

import (
	"fmt"
	"time"
)

// Duration is written as Go writes it, such as "1m30s".
type Duration time.Duration

// String writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// Wanted says how it is written, for the messages of configuration files.
func (Duration) Wanted() string { return "a duration such as 500ms, 10s or 1h30m" }

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("want a duration such as 10s, got %q", text)
	}
	*d = Duration(v)
	return nil
}
