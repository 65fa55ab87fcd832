package measure

import (
	"bytes"
	"errors"
)

// timing is what one line tells of a worker's requests. Its bytes lie in the line.
type timing struct {
	worker   []byte // its id; empty: told apart by its port
	port     int
	metric   []byte  // the timer's name; nil: there is none
	requests float64 // that the line stands for
	busy     float64 // seconds that they took together
}

// Bounds of what is believed: beyond them is an error of the sender, and a counter that
// once has become infinite stays so.
const (
	maxTiming = 24 * 3600 // seconds of one request
	minRate   = 1e-6
)

var (
	errNoTimer  = errors.New("not a timer") // of another kind, such as a counter: no fault
	errTiming   = errors.New("a time is no number of milliseconds from 0 to a day")
	errRate     = errors.New("a sample rate is not from 1e-6 to 1")
	errNoWorker = errors.New("neither tag worker:ID nor port:NUMBER")
)

// parseStatsD reads a line of StatsD: name:VALUE[:VALUE…]|ms[|@RATE]|#TAG:VALUE[,…].
// The tags worker and port say whose it is.
func parseStatsD(b []byte) (t timing, err error) {
	name, rest, ok := bytes.Cut(b, []byte{':'})
	values, rest, ok2 := bytes.Cut(rest, []byte{'|'})
	kind, rest, _ := bytes.Cut(rest, []byte{'|'})
	if !ok || !ok2 || string(kind) != "ms" {
		return t, errNoTimer
	}
	t.metric = name
	rate := 1.0
	for len(rest) > 0 {
		var part []byte
		part, rest, _ = bytes.Cut(rest, []byte{'|'})
		switch {
		case len(part) > 0 && part[0] == '@':
			if rate, ok = decimal(part[1:]); !ok || rate < minRate || rate > 1 {
				return t, errRate
			}
		case len(part) > 0 && part[0] == '#':
			t.tags(part[1:])
		}
	}
	if len(t.worker) == 0 && t.port == 0 {
		return t, errNoWorker
	}
	return t, t.values(values, rate)
}

// tags reads NAME:VALUE,….
func (t *timing) tags(b []byte) {
	for len(b) > 0 {
		var tag []byte
		tag, b, _ = bytes.Cut(b, []byte{','})
		name, value, _ := bytes.Cut(tag, []byte{':'})
		switch string(name) {
		case "worker":
			t.worker = value
		case "port":
			t.port = port(value)
		}
	}
}

// port reads a port, 0 if it is none.
func port(b []byte) int {
	if v, ok := number(b); ok && v <= 65535 {
		return int(v)
	}
	return 0
}

// values adds up VALUE:VALUE…, each of which stands for 1/rate requests.
func (t *timing) values(b []byte, rate float64) error {
	for more := true; more; {
		var word []byte
		word, b, more = bytes.Cut(b, []byte{':'})
		ms, ok := decimal(word)
		if !ok || ms < 0 || ms > maxTiming*1000 {
			return errTiming
		}
		t.requests += 1 / rate
		t.busy += ms / 1000 / rate
	}
	return nil
}
