package measure

import (
	"math"
	"path/filepath"
	"strconv"
	"time"

	"headroom/scaler/node/send"
	"headroom/scaler/node/tcpslice"
	"headroom/scaler/node/worker"
)

// subject is a worker with what has been measured of it.
type subject struct {
	worker.Running
	service *service
	port    int // 0: none, or it has ended and another has its port now
	post    *post
	scrape  *scrape

	stat file // of its process
	pid  int  // whose that is
	leaf file // cpu.stat of its own group, which counts its children too

	slices          int     // that it has been watched
	cpu             float64 // seconds; of the group's life, or of the process'; NaN: not known
	threads, memory float64 // NaN: not known, as are
	files           float64
	filesAt         time.Time

	requests, busy float64 // since it is watched
	told           bool    // whether these two are known
	retransmits    float64
	weight         float64 // percent; NaN: not known

	since  means   // of the slices since the last series
	series []value // made once
}

const filesApart = time.Minute // between two counts of open files

func newSubject() *subject {
	s := &subject{post: &post{}, scrape: &scrape{rate: noTotal}, stat: noFile, leaf: noFile}
	s.cpu, s.threads, s.memory, s.files = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	return s
}

// take sets what the worker is by now, and tells whether it is run otherwise.
func (s *subject) take(w worker.Running) (changed bool) {
	changed = s.Port != w.Port || s.Spec != w.Spec
	if changed {
		s.series = nil
	}
	s.Running = w
	return changed
}

// listen sets the port that is the worker's, and tells whether it is another one. Who
// has ended is listed for a while, and its port may be given to another meanwhile.
func (s *subject) listen(used map[int]bool) (changed bool) {
	port := s.Port
	if s.PID == 0 && used[port] {
		port = 0
	}
	changed = port != s.port
	s.port = port
	return changed
}

func (s *subject) close() {
	s.stat.close()
	s.leaf.close()
}

// look reads its process and its group, and adds to its service what it used.
func (s *subject) look(now time.Time, proc string, buf []byte) {
	if s.PID != s.pid {
		s.open(proc)
	}
	before := s.cpu
	s.lookAtProcess(now, proc, buf)
	if used := s.cpu - before; used > 0 {
		s.service.workersUsed += used
	} else if used < 0 {
		s.service.workersUsed += s.cpu // of a new process
	}
}

// open takes up a process.
func (s *subject) open(proc string) {
	s.close()
	s.pid, s.filesAt = s.PID, time.Time{}
	if s.PID > 0 {
		s.stat = openFile(filepath.Join(proc, strconv.Itoa(s.PID), "stat"))
	}
	if s.Leaf != "" {
		s.leaf = openFile(filepath.Join(s.Leaf, "cpu.stat"))
	}
}

func (s *subject) lookAtProcess(now time.Time, proc string, buf []byte) {
	st, err := parseStat(s.stat.read(buf))
	if err == nil {
		s.threads, s.memory = st.threads, st.memory
		s.cpu = st.cpu
	} else {
		s.threads, s.memory, s.files = math.NaN(), math.NaN(), math.NaN()
	}
	if usage := parseCPUStat(s.leaf.read(buf)).usage; !math.IsNaN(usage) {
		s.cpu = usage
	}
	if age := now.Sub(s.filesAt); err == nil && (age < 0 || age >= filesApart) {
		s.filesAt, s.files = now, math.NaN()
		if n := countFiles(filepath.Join(proc, strconv.Itoa(s.PID), "fd")); n >= 0 {
			s.files = float64(n)
		}
	}
}

// slice puts together what a slice showed, and adds it to the counters.
func (s *subject) slice(now time.Time, length time.Duration, tcp tcpslice.Slice, in *inbox) worker.Slice {
	one := worker.Slice{
		At: now, Length: length,
		Connections: tcp.Connections, Pending: tcp.Pending,
		Unread: tcp.Unread, UnreadShare: tcp.UnreadShare,
		RTT: tcp.RTT, Retransmits: tcp.Retransmits,
		Throttled: s.service.stood, ThrottledShare: s.service.share,
	}
	counted := s.answered(&one, tcp, in)
	if counted.requests >= 0 && counted.busy >= 0 {
		s.requests += counted.requests
		s.busy += counted.busy
		s.told = true
	}
	if tcp.Retransmits > 0 {
		s.retransmits += tcp.Retransmits
	}
	s.slices++
	s.since.add(one, counted)
	return one
}

// answered fills in requests, busy and latency from the source of the service, and
// returns what the counters grow by: of a scrape, that comes once in several slices.
func (s *subject) answered(one *worker.Slice, tcp tcpslice.Slice, in *inbox) (counted total) {
	switch s.Spec.Latency.Source {
	case sourceTCP:
		one.Requests, one.Busy, one.Latency = tcp.Requests, tcp.Busy, tcp.Latency
		return total{one.Busy, one.Requests}
	case sourceStatsD, sourceHAProxy:
		one.Requests, one.Busy = in.take(s.post)
		counted = total{one.Busy, one.Requests}
	case sourceMetrics:
		fresh, rate := s.scrape.totals()
		length := one.Length.Seconds()
		one.Requests, one.Busy = rate.requests*length, rate.busy*length
		if counted = fresh; !s.told && math.IsNaN(rate.requests) {
			counted = noTotal
		}
	default:
		one.Requests, one.Busy, counted = math.NaN(), math.NaN(), noTotal
	}
	one.Latency = one.Busy / one.Requests // NaN without requests
	return counted
}

// means are over the slices since the last series.
type means struct {
	connections, pending, unread, rtt mean
	requests, busy                    float64
}

func (m *means) add(s worker.Slice, counted total) {
	m.connections.add(s.Connections)
	m.pending.add(s.Pending)
	m.unread.add(s.Unread)
	m.rtt.add(s.RTT)
	if counted.requests > 0 {
		m.requests += counted.requests
		m.busy += counted.busy
	}
}

// mean leaves out what is not known.
type mean struct{ sum, n float64 }

func (m *mean) add(v float64) {
	if !math.IsNaN(v) {
		m.sum += v
		m.n++
	}
}

func (m mean) value() float64 { return m.sum / m.n }

// value is one series of a worker or service, and how its value is found.
type value struct {
	send.Series
	of func() float64
}
