package replay

import (
	"math"
	"time"

	"headroom/analytics/season"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
)

// Policy decides as the server would, with a profile that is learned anew at
// the start of each local day from what came before it.
func Policy(s Series, set policy.Settings, level float64) Rule {
	return decide(s, set, newForecasts(s, set, level).at)
}

// decide is the policy with forecasts for the end of minute i.
func decide(s Series, set policy.Settings, forecast func(i int, now time.Time) policy.Forecast) Rule {
	var m policy.Memory
	var decision policy.Decision
	return func(i int, seen Seen) int {
		now := s.Start.Add(time.Duration(i+1) * time.Minute)
		d := policy.Demand{
			Busy: seen.Busy, Processes: float64(seen.Serving), Running: seen.Serving, Current: seen.Current,
		}
		decision, m = policy.Decide(set, d, forecast(i, now), m, now)
		return decision.Desired
	}
}

// forecasts are those of a series, minute by minute.
type forecasts struct {
	Series
	options demand.Options
	profile *demand.Profile
	cal     *season.Calendar
	day     int
}

func newForecasts(s Series, set policy.Settings, level float64) *forecasts {
	return &forecasts{
		Series: s, options: demand.Options{Startup: set.Startup, Level: level},
		cal: season.NewCalendar(s.Zone), day: math.MinInt,
	}
}

func (f *forecasts) at(i int, now time.Time) policy.Forecast {
	if day, _ := f.cal.Split(now.Unix()); day != f.day {
		f.day = day
		f.profile = demand.Learn(demand.History{Start: f.Start, Minutes: f.Busy[:i+1], Zone: f.Zone}, f.options)
	}
	return f.profile.Forecast(now, f.Busy[max(0, i+1-demand.Recent):i+1])
}
