package measure

import (
	"math"
	"path/filepath"
	"time"

	"headroom/scaler/node/wire"
)

// machine follows how busy the node is, by all that runs on it.
type machine struct {
	stat, meminfo file
	buf           []byte
	readings      []reading // of the last minute, the oldest first
	memory        float64   // bytes that are not available
}

// reading is the CPU time of all cores since the machine started, in ticks.
type reading struct {
	at         time.Time
	busy, idle float64
}

// Readings of the machine are as far apart, since /proc/stat costs more the more
// cores and interrupts there are; its load is over the minute that they span.
const (
	readingsApart = 5 * time.Second
	loadOver      = time.Minute
)

func openMachine(proc string) *machine {
	return &machine{
		stat:    openFile(filepath.Join(proc, "stat")),
		meminfo: openFile(filepath.Join(proc, "meminfo")),
		buf:     make([]byte, 4096),
		memory:  math.NaN(),
	}
}

func (m *machine) close() {
	m.stat.close()
	m.meminfo.close()
}

// look reads the files if it is time to.
func (m *machine) look(now time.Time) {
	if n := len(m.readings); n > 0 {
		if age := now.Sub(m.readings[n-1].at); age >= 0 && age < readingsApart {
			return
		}
	}
	if used, ok := parseMeminfo(m.meminfo.read(m.buf)); ok {
		m.memory = used
	}
	busy, idle, ok := parseMachineStat(m.stat.read(m.buf))
	if !ok {
		return
	}
	m.readings = append(m.readings, reading{now, busy, idle})
	for len(m.readings) > 2 && now.Sub(m.readings[1].at) >= loadOver {
		m.readings = m.readings[:copy(m.readings, m.readings[1:])]
	}
}

// load is over the last minute; right after the start it is since the machine's.
func (m *machine) load() wire.Load {
	l := wire.Load{}
	if m.memory > 0 {
		l.MemoryUsed = int64(m.memory)
	}
	n := len(m.readings)
	if n == 0 {
		return l
	}
	var first reading
	if n > 1 {
		first = m.readings[0]
	}
	last := m.readings[n-1]
	busy, idle := last.busy-first.busy, last.idle-first.idle
	if busy+idle > 0 {
		l.CPU = min(max(100*busy/(busy+idle), 0), 100) // idle may run backwards a little
	}
	return l
}

// parseMachineStat reads the first line of /proc/stat. Waiting for the disk is idle;
// guests' time is in user's already.
func parseMachineStat(b []byte) (busy, idle float64, ok bool) {
	text, _ := line(b)
	name, rest := field(text)
	if string(name) != "cpu" {
		return 0, 0, false
	}
	const (
		idleField   = 3
		waitField   = 4
		stolenField = 7
	)
	for i := 0; i <= stolenField; i++ {
		var word []byte
		word, rest = field(rest)
		v, isNumber := number(word)
		if !isNumber {
			return 0, 0, false
		}
		if i == idleField || i == waitField {
			idle += float64(v)
		} else {
			busy += float64(v)
		}
	}
	return busy, idle, true
}

// parseMeminfo returns the bytes that are not available.
func parseMeminfo(b []byte) (used float64, ok bool) {
	var total, available uint64
	for len(b) > 0 {
		var text []byte
		text, b = line(b)
		name, rest := field(text)
		word, _ := field(rest)
		switch string(name) {
		case "MemTotal:":
			total, _ = number(word)
		case "MemAvailable:":
			available, ok = number(word)
		}
	}
	return float64(total-min(available, total)) * 1024, ok && total > 0
}
