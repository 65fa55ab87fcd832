package measure

import (
	"bytes"
	"fmt"
	"math"
	"os"
)

// stat is what /proc/PID/stat tells of a process.
type stat struct {
	cpu     float64 // seconds, with those of its children that have ended
	threads float64
	memory  float64 // resident bytes
}

const ticks = 100 // a second, of the times in /proc, on every machine

var pageSize = float64(os.Getpagesize())

// Fields of /proc/PID/stat that follow the name, counted from the state, 0.
const (
	fieldUser    = 11
	fieldThreads = 17
	fieldRSS     = 21
)

// parseStat reads a /proc/PID/stat. The name, in parentheses, may hold anything, even
// parentheses and blanks, so what counts is the last one.
func parseStat(b []byte) (s stat, err error) {
	end := bytes.LastIndexByte(b, ')')
	if end < 0 {
		return s, fmt.Errorf("/proc/PID/stat has no name in parentheses: %.40q", b)
	}
	var word []byte
	rest := bytes.TrimRight(b[end+1:], "\n")
	for i := 0; i <= fieldRSS; i++ {
		word, rest = field(rest)
		if i < fieldUser {
			continue
		}
		v, ok := number(word)
		switch {
		case i <= fieldUser+3: // user, system, and both of children
			s.cpu += float64(v)
		case i == fieldThreads:
			s.threads = float64(v)
		case i == fieldRSS:
			s.memory = float64(v) * pageSize
		default: // priority and nice may be negative
			continue
		}
		if !ok {
			return s, fmt.Errorf("/proc/PID/stat: field %d is no number: %.20q", i+3, word)
		}
	}
	s.cpu /= ticks
	return s, nil
}

// cpuStat is what the cpu.stat of a control group tells, of v1 and v2.
type cpuStat struct {
	usage     float64 // seconds; NaN in v1, which has it elsewhere
	periods   float64 // of its quota
	throttled float64 // of them those in which it was used up
	stood     float64 // seconds that it stood still, summed over its threads or CPUs
}

// parseCPUStat reads a cpu.stat. Lines that it does not know it skips.
func parseCPUStat(b []byte) (s cpuStat) {
	s.usage = math.NaN()
	for len(b) > 0 {
		var text []byte
		text, b = line(b)
		name, rest := field(text)
		n, ok := number(rest)
		if !ok {
			continue
		}
		v := float64(n)
		switch string(name) {
		case "usage_usec":
			s.usage = v / 1e6
		case "nr_periods":
			s.periods = v
		case "nr_throttled":
			s.throttled = v
		case "throttled_usec": // v2
			s.stood = v / 1e6
		case "throttled_time": // v1
			s.stood = v / 1e9
		}
	}
	return s
}
