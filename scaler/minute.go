package scaler

import (
	"cmp"
	"math"
	"time"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// services lists who is decided about in a minute: what is configured, and every other
// module whose processes report how busy they are, by the settings of those that say
// nothing. Those are left out of a minute from before the start: how many of their
// processes were missing in it is not known.
func (l *Loop) services(s *analytics.Snapshot, standings []pool.Standing) []service {
	all := make([]service, 0, len(standings))
	known := make(map[string]bool, len(standings))
	for _, st := range standings {
		known[st.Module] = true
		all = append(all, service{Standing: st, configured: true, managed: st.Mode == pool.Apply || st.Current > 0})
	}
	settings := l.opts.Policy()
	for i, n := range s.Nodes() {
		row := &s.Rows[i]
		if !n.Module || known[n.ID] || !row.Processes.Known() || row.Processes < 1 || row.Waiting == rollup.NotKept {
			continue
		}
		all = append(all, service{Standing: pool.Standing{
			Module: n.ID, Mode: pool.Recommend, Policy: settings, Memory: l.memories[n.ID],
		}})
	}
	return all
}

// seen is what a minute's snapshot shows of a service.
func seen(s *analytics.Snapshot, svc service) policy.Demand {
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
	if !svc.managed && row.Waiting == rollup.NotKept {
		return d // nobody knows how many ran: what was seen may be the work of a few
	}
	d.Busy, d.Processes = float64(row.BusySeconds), float64(row.Processes)
	if row.BusySeconds.Known() {
		d.Age = 0
	}
	if row.Alarm {
		d.Deviates = row.Direction
	}
	if svc.managed && row.Processes.Known() && svc.Running > 0 {
		// Those that were stopped have reported in the minute, too, and do no more work.
		// Those that have not reported are not in the busy seconds: the share is of the others.
		d.Silent = max(0, svc.Running-int(row.Processes))
		d.Processes = min(float64(row.Processes), float64(svc.Running))
	}
	if !svc.managed && row.Processes.Known() {
		d.Silent = row.Waiting // they run, and what they do is not in the sum
		d.Running = int(row.Processes) + d.Silent
		d.Current, d.Observed = cmp.Or(d.Current, d.Running), true
	}
	return d
}

// never is the age of what has not been seen.
const never = time.Duration(math.MaxInt64)

// evaluate decides for all services in the minute of a snapshot.
func (l *Loop) evaluate(s *analytics.Snapshot, services []service) []Decision {
	end := s.At.Add(time.Minute)
	out := make([]Decision, 0, len(services))
	memories := make(map[string]policy.Memory, len(services))
	for _, svc := range services {
		d := seen(s, svc)
		f := l.opts.Forecasts.Forecast(svc.Module, end, d.Busy, svc.Policy.Startup)
		got, memory := decide(svc, d, f, end)
		memories[svc.Module] = memory
		out = append(out, got)
	}
	l.memories = memories
	return out
}
