package scaler

import (
	"cmp"
	"math"
	"time"

	"headroom/analytics"
	"headroom/scaler/policy"
)

// seen is what a minute's snapshot shows of a service.
func seen(s *analytics.Snapshot, svc Service) policy.Demand {
	d := policy.Demand{
		Busy: math.NaN(), Processes: math.NaN(), Age: never,
		Running: svc.Running, Current: svc.Current,
		Scheduled: svc.Scheduled, Held: svc.Held, Manual: svc.Manual,
	}
	i := s.Find(svc.Module)
	if i < 0 {
		return d
	}
	row := &s.Rows[i]
	d.Busy, d.Processes = float64(row.BusySeconds), float64(row.Processes)
	if row.BusySeconds.Known() {
		d.Age = 0
	}
	if row.Alarm {
		d.Deviates = row.Direction
	}
	if !svc.Managed && row.Processes.Known() { // others start them: those that report are those that run
		d.Running = int(row.Processes)
		d.Current = cmp.Or(d.Current, d.Running)
	}
	return d
}

// never is the age of what has not been seen.
const never = time.Duration(math.MaxInt64)

// evaluate decides for all services in the minute of a snapshot.
func (l *Loop) evaluate(s *analytics.Snapshot, services []Service) []Decision {
	end := s.At.Add(time.Minute)
	out := make([]Decision, 0, len(services))
	for _, svc := range services {
		d := seen(s, svc)
		f := l.opts.Forecasts.Forecast(svc.Module, end, d.Busy, svc.Settings.Startup)
		got, memory := decide(svc, d, f, l.memories[svc.Module], end)
		l.memories[svc.Module] = memory
		out = append(out, got)
	}
	return out
}
