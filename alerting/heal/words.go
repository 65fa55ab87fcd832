package heal

import (
	"fmt"
	"math"
	"time"
)

// short writes a duration as people say it: to the second, below ten to a tenth.
func short(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%g s", math.Round(d.Seconds()*10)/10)
	}
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		if s := int(d.Seconds()) % 60; s != 0 {
			return fmt.Sprintf("%d min %d s", int(d.Minutes()), s)
		}
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	if m := int(d.Minutes()) % 60; m != 0 {
		return fmt.Sprintf("%d h %d min", int(d.Hours()), m)
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05 MST") }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func actions(n int) string {
	if n == 1 {
		return "one action"
	}
	return fmt.Sprintf("%d actions", n)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
