package demand

import (
	"math"
	"time"

	"headroom/analytics/season"
)

// MinimumDays is how much history a forecast needs, MaximumDays how much of it
// counts.
const (
	MinimumDays = 2
	MaximumDays = 28
)

// History is busy seconds, one value a minute without holes in time.
type History struct {
	Start   time.Time // of the first minute
	Minutes []float64 // NaN: unknown
	Zone    *time.Location
}

// End is the end of the last minute.
func (h History) End() time.Time { return h.Start.Add(time.Duration(len(h.Minutes)) * time.Minute) }

// place puts each minute of the last MaximumDays on its local day and minute.
func (h History) place() (days, minutes []int32, values []float64) {
	first := max(0, len(h.Minutes)-MaximumDays*season.MinutesPerDay)
	values = h.Minutes[first:]
	days, minutes = make([]int32, len(values)), make([]int32, len(values))
	cal, at := season.NewCalendar(h.Zone), h.Start.Unix()+int64(first)*60
	for i := range values {
		day, minute := cal.Split(at + int64(i)*60)
		days[i], minutes[i] = int32(day), int32(minute)
	}
	return days, minutes, values
}

// measured is how many minutes are known.
func measured(values []float64) (n int) {
	for _, v := range values {
		if known(v) {
			n++
		}
	}
	return n
}

func known(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
