package measure

import (
	"math"
	"path/filepath"
	"time"

	"headroom/scaler/node/wire"
)

// service is the workers of a module on this node, with the group that limits them.
type service struct {
	spec *wire.Service
	path string // of its cpu.stat
	stat file
	seen int // number of the slice in which it last had a worker

	window []cpuStat // of the last slices, the oldest first
	stood  float64   // seconds of throttling in this slice; NaN: not known
	share  float64   // of the periods in the window that were throttled; NaN: not known

	throttled   float64 // seconds, since it is watched; NaN: not known
	used        float64 // CPU seconds since the last series
	workersUsed float64 // by its workers in this slice, in case the group does not tell
	sentAt      time.Time

	series []value
}

// shareOver is how long the share of throttled periods is taken over: with a period
// of 1 s, a slice has one at most.
const shareOver = 5 * time.Second

func newService(w *subject, now time.Time) *service {
	return &service{spec: w.Spec, stat: noFile, sentAt: now, throttled: math.NaN()}
}

// take sets what the service is by now.
func (s *service) take(w *subject) {
	if s.spec != w.Spec {
		s.spec, s.series = w.Spec, nil
	}
	path := ""
	if w.Group.CPU != "" {
		path = filepath.Join(w.Group.CPU, "cpu.stat")
	}
	if path != s.path {
		s.stat.close()
		s.path, s.window = path, nil
	}
	if path != "" && !s.stat.is() {
		s.stat = openFile(path) // it may be there only now
	}
}

// look reads the group at the end of a slice.
func (s *service) look(slice time.Duration, buf []byte) {
	s.stood, s.share = math.NaN(), math.NaN()
	b := s.stat.read(buf)
	if b == nil {
		s.stat.close()
		s.used += s.workersUsed
		s.workersUsed, s.window = 0, nil
		return
	}
	s.add(parseCPUStat(b), int(max(shareOver/slice, 1)))
	s.workersUsed = 0
}

// add takes up a reading; the window spans that many slices.
func (s *service) add(now cpuStat, slices int) {
	if math.IsNaN(s.throttled) {
		s.throttled = 0
	}
	n := len(s.window)
	if n == 0 {
		s.window = append(s.window, now)
		return
	}
	before := s.window[n-1]
	if now.periods < before.periods || now.usage < before.usage || now.stood < before.stood {
		s.window = append(s.window[:0], now) // another group at the same place
		return
	}
	s.stood = now.stood - before.stood
	s.throttled += s.stood
	if !math.IsNaN(now.usage) {
		s.used += now.usage - before.usage
	} else {
		s.used += s.workersUsed // v1 has its usage elsewhere
	}
	first := s.window[0]
	if periods := now.periods - first.periods; periods > 0 {
		s.share = (now.throttled - first.throttled) / periods
	}
	if n == slices {
		s.window = s.window[:copy(s.window, s.window[1:])]
	}
	s.window = append(s.window, now)
}

// load is the CPU that was used since the last call, in percent of what the quota
// allows. A service without a quota may use all cores.
func (s *service) load(now time.Time, cores float64) float64 {
	seconds := now.Sub(s.sentAt).Seconds()
	used := s.used
	s.used, s.sentAt = 0, now
	if seconds <= 0 {
		return math.NaN()
	}
	if p := s.spec.Limits.CPUPercent; p > 0 {
		cores *= p / 100
	}
	return 100 * used / seconds / cores
}
