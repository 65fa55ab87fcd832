package backfill

import (
	"math"
	"math/bits"
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
	busy      []float64 // seconds in each minute, NaN unknown
	requests  []float64
}

func newModuleMinutes(s span, timeout time.Duration, a rollup.Aggregate) *moduleMinutes {
	return &moduleMinutes{
		span: s, timeout: timeout, aggregate: a,
		devices: map[string]*deviceMinutes{}, processes: map[string]*processMinutes{},
		busy: unknown(s.n), requests: unknown(s.n),
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

// processMinutes has a bit for each minute in which the process was there.
type processMinutes []uint64

func (p processMinutes) set(from, to int) {
	for i := from; i < to; i++ {
		p[i/64] |= 1 << (i % 64)
	}
}

// addCounter takes the samples of one counter of a process, oldest first, and
// adds what it grew by to total (busy or requests).
func (m *moduleMinutes) addCounter(total []float64, process string, ts []int64, vs []float64) {
	p := m.processes[process]
	if p == nil {
		p = &processMinutes{}
		*p = make([]uint64, (m.span.n+63)/64)
		m.processes[process] = p
	}
	grown, seconds := unknown(m.span.n), make([]float64, m.span.n)
	for k := 1; k < len(ts); k++ {
		by, dt := vs[k]-vs[k-1], float64(ts[k]-ts[k-1])/1000
		if by < 0 {
			by = vs[k] // a counter that fell was reset
		}
		if !m.span.has(ts[k]) || math.IsNaN(by) || dt <= 0 {
			continue
		}
		i := m.span.index(ts[k])
		if seconds[i] == 0 {
			grown[i] = 0
		}
		grown[i] += by
		seconds[i] += dt
	}
	m.carryCounter(total, *p, grown, seconds)
}

// carryCounter scales each minute's growth to sixty seconds and lets the last
// rate stand for minutes without a sample, as long as the counter reaches.
func (m *moduleMinutes) carryCounter(total []float64, p processMinutes, grown, seconds []float64) {
	rate, last, interval := 0.0, -1, 1
	for i := range grown {
		switch {
		case seconds[i] > 0:
			if last >= 0 {
				interval = nextInterval(interval, i-last)
			}
			rate, last = grown[i]/seconds[i]*60, i
		case last < 0 || i-last > m.reach(interval):
			continue
		}
		p.set(i, i+1)
		if math.IsNaN(total[i]) {
			total[i] = 0
		}
		total[i] += rate
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
		v.Busy, v.Requests = m.busy[i], m.requests[i]
		if !math.IsNaN(v.Busy) || !math.IsNaN(v.Requests) {
			v.Processes = float64(m.countProcesses(i))
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

func (m *moduleMinutes) countProcesses(i int) (n int) {
	for _, p := range m.processes {
		n += bits.OnesCount64((*p)[i/64] & (1 << (i % 64)))
	}
	return n
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
