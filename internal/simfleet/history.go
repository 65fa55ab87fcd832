package simfleet

import (
	"fmt"
	"time"

	"headroom/storage"
)

// Progress is told how many steps of the history are done, of how many.
type Progress func(done, total int)

// History emits headroom_load_percent of every device at from, from+step, …
// before to. Each call of emit has the devices of one module and up to Options.Run
// steps; modules follow each other, then the next steps come.
func (f *Fleet) History(from, to time.Time, step time.Duration, emit Emit, progress Progress) error {
	return f.inChunks(from, to, step, progress, func(times []moment) error {
		for _, m := range f.Modules {
			if rows := f.deviceRows(m, times); len(rows) > 0 {
				if err := emit(rows); err != nil {
					return fmt.Errorf("history of %v: %w", m.Path, err)
				}
			}
		}
		return nil
	})
}

// inChunks calls do with the moments of each chunk of the range, oldest first.
func (f *Fleet) inChunks(from, to time.Time, step time.Duration, progress Progress, do func([]moment) error) error {
	total := int((to.Sub(from) + step - 1) / step)
	for done := 0; done < total; {
		n := min(f.options.Run, total-done)
		times := make([]moment, n)
		for i := range times {
			times[i] = momentAt(from.Add(time.Duration(done+i)*step).Unix(), f.options.Location)
		}
		if err := do(times); err != nil {
			return err
		}
		done += n
		if progress != nil {
			progress(done, total)
		}
	}
	return nil
}

// deviceRows returns the loads of a module's devices that report in this time.
func (f *Fleet) deviceRows(m *Module, times []moment) []storage.Series {
	loads := m.loads(times)
	var rows []storage.Series
	for i := range m.Devices {
		d := &m.Devices[i]
		samples := make([]storage.Sample, 0, len(times))
		for k, t := range times {
			if d.reports(t.unix) {
				samples = append(samples, storage.Sample{Timestamp: t.unix * 1000, Value: d.load(loads[k], t.unix)})
			}
		}
		if len(samples) > 0 {
			rows = append(rows, storage.Series{Labels: f.loadLabels(m, d), Samples: samples})
		}
	}
	return rows
}

func (m *Module) loads(times []moment) []float64 {
	loads := make([]float64, len(times))
	for k, t := range times {
		loads[k] = m.load(t)
	}
	return loads
}
