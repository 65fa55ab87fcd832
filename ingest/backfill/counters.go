package backfill

import (
	"math"
	"math/bits"
	"time"
)

// growths adds up what the counters of a module grew by in each minute, as the live
// rollup does.
type growths struct {
	total         []float64
	told, waiting []int32 // counters in total, and those that report and wait for a second sample
}

func newGrowths(n int) growths {
	return growths{make([]float64, n), make([]int32, n), make([]int32, n)}
}

// value is the total of a minute, or NaN if more counters wait than told.
func (g *growths) value(i int) float64 {
	if g.told[i] == 0 || g.waiting[i] > g.told[i] {
		return math.NaN()
	}
	return g.total[i]
}

// processMinutes has a bit for each minute in which the process is in a sum.
type processMinutes []uint64

func (p processMinutes) set(i int) { p[i/64] |= 1 << (i % 64) }

func (m *moduleMinutes) countProcesses(i int) (n int) {
	for _, p := range m.processes {
		n += bits.OnesCount64((*p)[i/64] & (1 << (i % 64)))
	}
	return n
}

// counterMinutes holds what one counter grew by in each minute.
type counterMinutes struct {
	grown, seconds []float64
	began          []bool // with a sample that none is before, or none for long
}

// addCounter takes the samples of one counter of a process, oldest first, and
// adds what it grew by to its signal's sums.
func (m *moduleMinutes) addCounter(g *growths, process string, ts []int64, vs []float64) {
	p := m.processes[process]
	if p == nil {
		p = &processMinutes{}
		*p = make([]uint64, (m.span.n+63)/64)
		m.processes[process] = p
	}
	c := counterMinutes{make([]float64, m.span.n), make([]float64, m.span.n), make([]bool, m.span.n)}
	interval := 0 // ms
	for k := range ts {
		gap, silent := 0, true
		if k > 0 {
			if gap = int(ts[k] - ts[k-1]); gap <= 0 {
				continue
			}
			silent = interval > 0 && gap > max(int(m.timeout.Milliseconds()), interval*5/2)+int(time.Minute/time.Millisecond)
			if interval == 0 {
				interval = gap
			}
			interval = nextInterval(interval, gap)
		}
		switch i := m.span.index(ts[k]); {
		case !m.span.has(ts[k]):
		case silent:
			c.began[i] = true
		default:
			c.grow(i, vs[k]-vs[k-1], vs[k], float64(gap)/1000)
		}
	}
	m.carryCounter(g, *p, &c)
}

// grow adds what the counter grew by, up to a total.
func (c *counterMinutes) grow(i int, by, total, seconds float64) {
	if by < 0 {
		by = total // a counter that fell was reset
	}
	if !math.IsNaN(by) {
		c.grown[i] += by
		c.seconds[i] += seconds
	}
}

// carryCounter scales each minute's growth to sixty seconds and lets the last
// rate stand for minutes without a sample, as long as the counter reaches. For as
// long it waits for a second sample where it began.
func (m *moduleMinutes) carryCounter(g *growths, p processMinutes, c *counterMinutes) {
	rate, last, interval, began := 0.0, -1, 1, -1
	for i := range c.grown {
		if c.began[i] {
			began = i
		}
		switch {
		case c.seconds[i] > 0:
			if last >= 0 {
				interval = nextInterval(interval, i-last)
			}
			rate, last, began = c.grown[i]/c.seconds[i]*60, i, -1
		case began >= 0:
			if i-began <= m.reach(1) {
				g.waiting[i]++
			}
			continue
		case last < 0 || i-last > m.reach(interval):
			continue
		}
		p.set(i)
		g.total[i] += rate
		g.told[i]++
	}
}
