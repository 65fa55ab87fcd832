package backfill

import (
	"math"
	"time"

	"headroom/ingest/rollup"
)

// span is a run of whole minutes: from, in Unix seconds, and how many.
type span struct {
	from int64
	n    int
}

func (s span) to() int64          { return s.from + int64(s.n)*60 }
func (s span) index(ts int64) int { return int((ts/1000 - s.from) / 60) } // ts in ms, not before from
func (s span) has(ts int64) bool  { return ts >= s.from*1000 && ts < s.to()*1000 }
func (s span) minute(i int) int64 { return s.from + int64(i)*60 }
func unknown(n int) []float64     { return fill(make([]float64, n), math.NaN()) }

func fill(x []float64, v float64) []float64 {
	for i := range x {
		x[i] = v
	}
	return x
}

// moduleMinutes rolls up the samples of one module over a span, in any order of
// its series.
type moduleMinutes struct {
	span      span
	timeout   time.Duration
	aggregate rollup.Aggregate

	devices   map[string]*deviceMinutes
	processes map[string]*processMinutes
	busy      growths // seconds in each minute
	requests  growths
}

func newModuleMinutes(s span, timeout time.Duration, a rollup.Aggregate) *moduleMinutes {
	return &moduleMinutes{
		span: s, timeout: timeout, aggregate: a,
		devices: map[string]*deviceMinutes{}, processes: map[string]*processMinutes{},
		busy: newGrowths(s.n), requests: newGrowths(s.n),
	}
}

// deviceMinutes holds the aggregated samples of a device in each minute, and the
// last of them, which stands in for minutes without any.
type deviceMinutes struct {
	value, last []float64
	n           []int32
}

// addLoad takes samples of one device, oldest first; ts in Unix milliseconds.
func (m *moduleMinutes) addLoad(device string, ts []int64, vs []float64) {
	d := m.devices[device]
	if d == nil {
		d = &deviceMinutes{value: make([]float64, m.span.n), last: make([]float64, m.span.n), n: make([]int32, m.span.n)}
		m.devices[device] = d
	}
	for k, t := range ts {
		if v := vs[k]; m.span.has(t) && !math.IsNaN(v) {
			d.add(m.span.index(t), v, m.aggregate)
		}
	}
}

func (d *deviceMinutes) add(i int, v float64, a rollup.Aggregate) {
	d.n[i]++
	d.last[i] = v
	switch old := d.value[i]; {
	case d.n[i] == 1 || a == rollup.Last:
		d.value[i] = v
	case a == rollup.Max:
		d.value[i] = math.Max(old, v)
	case a == rollup.Min:
		d.value[i] = math.Min(old, v)
	case a == rollup.Sum:
		d.value[i] = old + v
	default:
		d.value[i] = old + (v-old)/float64(d.n[i])
	}
}

// nextInterval follows how many minutes lie between a sender's samples: it
// shrinks at once and at most doubles, as the live rollup's does.
func nextInterval(interval, gap int) int { return min(gap, 2*interval) }

// reach is for how many minutes a last value counts.
func (m *moduleMinutes) reach(interval int) int {
	return max(int(m.timeout/time.Minute), interval*5/2)
}

// values finishes the roll-up: one value a minute, Unknown where nothing was
// there or where coarse data have no sample of their own.
func (m *moduleMinutes) values() []rollup.Value {
	out := make([]rollup.Value, m.span.n)
	step := m.step()
	for i := range out {
		out[i] = rollup.Unknown()
	}
	for _, d := range m.devices {
		m.carryDevice(out, d)
	}
	for i := range out {
		v := &out[i]
		if v.Devices > 0 {
			v.Load /= v.Devices
		}
		v.Busy, v.Requests = m.busy.value(i), m.requests.value(i)
		if n := m.countProcesses(i); n > 0 {
			v.Processes = float64(n)
		}
		if m.span.minute(i)/60%int64(step) != 0 {
			*v = rollup.Unknown()
		}
	}
	return out
}

// carryDevice adds one device to the sums of every minute that it counts in.
func (m *moduleMinutes) carryDevice(out []rollup.Value, d *deviceMinutes) {
	last, interval := -1, 1
	for i := range out {
		v := &out[i]
		if d.n[i] > 0 {
			if last >= 0 {
				interval = nextInterval(interval, i-last)
			}
			last = i
		}
		switch {
		case last < 0 || i-last > 24*60:
		case i-last > m.reach(interval):
			v.Silent = plus(v.Silent, 1)
		default:
			x := d.last[last]
			if last == i {
				x = d.value[i]
			}
			v.Load, v.Devices, v.Silent = plus(v.Load, x), plus(v.Devices, 1), plus(v.Silent, 0)
			if !(v.LoadMax >= x) {
				v.LoadMax = x
			}
		}
	}
}

// plus adds x to a sum that is NaN as long as it is empty.
func plus(sum, x float64) float64 {
	if math.IsNaN(sum) {
		return x
	}
	return sum + x
}

// step is the usual distance of the devices' samples in minutes, 1 to 60: coarse
// history is rolled up at its own step, not stretched over every minute.
func (m *moduleMinutes) step() int {
	var s steps
	for _, d := range m.devices {
		s.count(m.span.n, func(i int) bool { return d.n[i] > 0 })
	}
	return s.usual()
}
