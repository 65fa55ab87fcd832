package simfleet

import (
	"fmt"
	"time"

	"headroom/storage"
)

// tally is what a node of the tree amounts to at one time.
type tally struct {
	load, highest   float64 // the sum over the devices, and the highest
	devices, silent int
	processes       int
	busy, requests  float64 // of the minute
}

// Names of a tally's series after headroom_module_ or headroom_group_, in the
// order of numbers.
var tallySuffixes = [...]string{
	"load_percent", "load_max_percent", "devices", "devices_silent", "processes", "busy_seconds", "requests",
}

func (y *tally) numbers() [len(tallySuffixes)]float64 {
	return [...]float64{
		y.load / float64(y.devices), y.highest, float64(y.devices), float64(y.silent),
		float64(y.processes), y.busy, y.requests,
	}
}

func (y *tally) add(other tally) {
	y.load += other.load
	y.highest = max(y.highest, other.highest)
	y.devices += other.devices
	y.silent += other.silent
	y.processes += other.processes
	y.busy += other.busy
	y.requests += other.requests
}

// RollupHistory emits what Headroom would have rolled up from the devices: the
// series headroom_module_… of modules and headroom_group_… of the nodes above
// them, at from, from+step, … before to. A node of which no device reports has
// no samples. Each call of emit has one node and up to Options.Run steps.
func (f *Fleet) RollupHistory(from, to time.Time, step time.Duration, emit Emit, progress Progress) error {
	return f.inChunks(from, to, step, progress, func(times []moment) error {
		modules := make([][]tally, len(f.Modules))
		for i, m := range f.Modules {
			modules[i] = m.tallies(times)
			if err := f.emitTallies("headroom_module_", m.Path, times, modules[i], emit); err != nil {
				return err
			}
		}
		for _, g := range f.groups {
			total := make([]tally, len(times))
			for _, i := range g.modules {
				for k := range total {
					total[k].add(modules[i][k])
				}
			}
			if err := f.emitTallies("headroom_group_", g.path, times, total, emit); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Module) tallies(times []moment) []tally {
	tallies := make([]tally, len(times))
	for k, t := range times {
		load, y := m.load(t), &tallies[k]
		for i := range m.Devices {
			d := &m.Devices[i]
			switch {
			case d.reports(t.unix):
				v := d.load(load, t.unix)
				y.add(tally{
					load: v, highest: v, devices: 1, processes: m.workers,
					busy: m.busyShare * d.factor * d.weights * load / 100 * 60,
				})
			case d.silent(t.unix):
				y.silent++
			}
		}
		y.requests = y.busy / m.latency
	}
	return tallies
}

func (f *Fleet) emitTallies(prefix string, path []string, times []moment, tallies []tally, emit Emit) error {
	rows := make([]storage.Series, len(tallySuffixes))
	for i, suffix := range tallySuffixes {
		rows[i] = storage.Series{Labels: f.labels(path, prefix+suffix), Samples: make([]storage.Sample, 0, len(times))}
	}
	for k := range tallies {
		if tallies[k].devices == 0 {
			continue
		}
		for i, v := range tallies[k].numbers() {
			rows[i].Samples = append(rows[i].Samples, storage.Sample{Timestamp: times[k].unix * 1000, Value: v})
		}
	}
	if len(rows[0].Samples) == 0 {
		return nil
	}
	if err := emit(rows); err != nil {
		return fmt.Errorf("rolled-up history of %v: %w", path, err)
	}
	return nil
}
