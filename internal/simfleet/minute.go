package simfleet

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"headroom/storage"
)

// Minute emits what all devices and processes report at a time: their load, and
// the counters of busy seconds and requests of each process. Counters start at
// the beginning of the UTC day of Options.Now; there are none before. Each call
// of emit has one module.
func (f *Fleet) Minute(at time.Time, emit Emit) error {
	now := momentAt(at.Unix(), f.options.Location)
	f.sumUntil(now)
	for i, m := range f.Modules {
		rows := f.deviceRows(m, []moment{now})
		if now.unix >= f.epoch {
			rows = f.appendCounters(rows, m, f.summed[i].at(m, now), now.unix)
		}
		if len(rows) == 0 {
			continue
		}
		if err := emit(rows); err != nil {
			return fmt.Errorf("minute of %v: %w", m.Path, err)
		}
	}
	return nil
}

// sum is a module's load added up since the counters started.
type sum struct {
	until int64 // Unix seconds, a whole minute
	value float64
}

// at includes the minute under way. Its unit is percent × seconds.
func (s sum) at(m *Module, now moment) float64 {
	return s.value + m.load(atMinute(now))*float64(now.unix-s.until)
}

// atMinute is the moment at which the minute began.
func atMinute(t moment) moment {
	t.second -= t.unix % 60
	t.unix -= t.unix % 60
	return t
}

// sumUntil brings the sums to the minute of now, always adding from the same
// start, so that a counter's value depends on the time alone.
func (f *Fleet) sumUntil(now moment) {
	minute := now.unix - now.unix%60
	if f.summed[0].until == 0 || f.summed[0].until > minute {
		for i := range f.summed {
			f.summed[i] = sum{until: f.epoch}
		}
	}
	for t := f.summed[0].until; t < minute; t += 60 {
		then := momentAt(t, f.options.Location)
		for i, m := range f.Modules {
			f.summed[i].value += m.load(then) * 60
			f.summed[i].until = t + 60
		}
	}
}

// appendCounters adds the counters of a module's processes.
func (f *Fleet) appendCounters(rows []storage.Series, m *Module, sum float64, unix int64) []storage.Series {
	for i := range m.Devices {
		d := &m.Devices[i]
		if !d.reports(unix) {
			continue
		}
		for p := range m.workers {
			busy := m.busyShare * d.factor * d.weight(p) * sum / 100
			extra := []storage.Label{
				{Name: f.options.NodeLabel, Value: d.Node},
				{Name: f.options.ProcessLabel, Value: strconv.Itoa(p + 1)},
			}
			rows = append(rows,
				one(f.labels(m.Path, busyMetric, extra...), unix, busy),
				one(f.labels(m.Path, requestsMetric, extra...), unix, math.Floor(busy/m.latency)))
		}
	}
	return rows
}

func one(labels []storage.Label, unix int64, v float64) storage.Series {
	return storage.Series{Labels: labels, Samples: []storage.Sample{{Timestamp: unix * 1000, Value: v}}}
}

// weight is the share of work that a process gets, relative to its siblings.
func (d *Device) weight(process int) float64 { return 0.8 + 0.4*unit(mix(d.seed^7, uint64(process))) }
