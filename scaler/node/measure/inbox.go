package measure

import (
	"errors"
	"math"
	"sync"
)

// Sources of requests, as a service names them.
const (
	sourceTCP     = "tcp"
	sourceStatsD  = "statsd"
	sourceHAProxy = "haproxy"
	sourceMetrics = "metrics"
)

// inbox takes what others tell of workers' requests, line by line, until the end of
// the slice. It has one place for each worker that there is, and none for others.
type inbox struct {
	mu      sync.Mutex
	address string // of this node in HAProxy's names
	byID    map[string]*post
	byPort  map[int]*post
	lines   map[string]*outcomes // by source
}

// post is what has come for a worker.
type post struct {
	source string
	metric string // of statsd: the timer that counts; empty: any
	told   bool   // something has come since it is watched

	requests, busy float64 // of this slice
}

// outcomes counts lines.
type outcomes struct{ used, malformed, unknown float64 }

func newInbox(address string) *inbox {
	return &inbox{
		address: address, byID: map[string]*post{}, byPort: map[int]*post{},
		lines: map[string]*outcomes{sourceStatsD: {}, sourceHAProxy: {}},
	}
}

// expect sets whose posts there are. Those of two workers on one port can only be told
// apart by id.
func (in *inbox) expect(all []*subject) {
	in.mu.Lock()
	defer in.mu.Unlock()
	clear(in.byID)
	clear(in.byPort)
	for _, s := range all {
		s.post.source, s.post.metric = s.Spec.Latency.Source, s.Spec.Latency.Metric
		in.byID[s.ID] = s.post
		if _, twice := in.byPort[s.port]; twice || s.port == 0 {
			in.byPort[s.port] = nil
			continue
		}
		in.byPort[s.port] = s.post
	}
}

// datagram takes the lines of one.
func (in *inbox) datagram(source string, b []byte) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(b) > 0 {
		var text []byte
		if text, b = line(b); len(text) > 0 {
			in.line(source, text)
		}
	}
}

func (in *inbox) line(source string, text []byte) {
	count := in.lines[source]
	var t timing
	var err error
	if source == sourceHAProxy {
		t, err = parseHAProxy(text, in.address)
	} else {
		t, err = parseStatsD(text)
	}
	switch {
	case errors.Is(err, errNoTimer), errors.Is(err, errNoRequest):
		return
	case err != nil:
		count.malformed++
		return
	}
	p := in.whose(&t)
	if p == nil {
		count.unknown++
		return
	}
	if p.source != source || source == sourceStatsD && p.metric != "" && p.metric != string(t.metric) {
		return // another timer of the worker
	}
	count.used++
	p.told = true
	p.requests += t.requests
	p.busy += t.busy
}

func (in *inbox) whose(t *timing) *post {
	if p := in.byID[string(t.worker)]; p != nil {
		return p
	}
	return in.byPort[t.port]
}

// take empties a post. Before anything has come its numbers are not known: a worker
// that sends nothing is not idle, for all we know.
func (in *inbox) take(p *post) (requests, busy float64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !p.told {
		return math.NaN(), math.NaN()
	}
	requests, busy = p.requests, p.busy
	p.requests, p.busy = 0, 0
	return requests, busy
}

// outcomes returns the counts of a source.
func (in *inbox) outcomes(source string) outcomes {
	in.mu.Lock()
	defer in.mu.Unlock()
	return *in.lines[source]
}
