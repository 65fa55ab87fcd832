package tcpslice

import "math"

// tally counts what the samples of a slice see of one worker.
type tally struct {
	Worker
	fresh  bool // no slice has been made of it
	shared bool // its port is others' too, and its group is not known
	sums
}

// sums are over all samples of a slice.
type sums struct {
	connections, pending, unread, withUnread, rtt float64
	waited                                        float64 // seconds, of those pending
	segments, retransmits                         float64
}

// add counts a connection with its growth since it was last seen.
func (t *tally) add(c *socket, segments, retransmits uint32) {
	t.connections++
	t.unread += float64(c.unread)
	t.rtt += float64(c.rtt) / 1e6
	t.segments += float64(segments)
	t.retransmits += float64(retransmits)
	if c.unread > 0 {
		t.withUnread++
	}
	if c.pending() {
		t.pending++
		t.waited += float64(c.lastReceived) / 1e3
	}
}

var unknown = Slice{
	Requests: math.NaN(), Busy: math.NaN(), Latency: math.NaN(),
	Connections: math.NaN(), Pending: math.NaN(), Unread: math.NaN(), UnreadShare: math.NaN(),
	RTT: math.NaN(), Retransmits: math.NaN(),
}

// slice is what was counted in samples over length seconds.
func (t *tally) slice(samples, length float64) Slice {
	if samples == 0 || t.Port == 0 || t.shared {
		return unknown
	}
	s := unknown
	s.Connections, s.Pending = t.connections/samples, t.pending/samples
	s.Unread, s.Retransmits = t.unread/samples, t.retransmits
	s.UnreadShare = 0
	if t.connections > 0 {
		s.UnreadShare, s.RTT = t.withUnread/t.connections, t.rtt/t.connections
	}
	if !t.fresh {
		s.Requests, s.Busy = t.segments, s.Pending*length
		s.Latency = t.latency(s)
	}
	return s
}

// latency is Little's law: the mean number in work ÷ the number that come a second.
// Where nothing came in, those in work have taken as long as they wait, at least.
func (t *tally) latency(s Slice) float64 {
	switch {
	case s.Requests > 0:
		return s.Busy / s.Requests
	case t.pending > 0:
		return t.waited / t.pending
	}
	return math.NaN()
}

// owners finds whose a connection is.
type owners struct {
	port  map[uint16]*tally
	group map[Worker]*tally // of ports that several share
}

// own returns the owners and the range of their ports; the zero range means that
// nobody has one.
func own(workers []*tally) (owners, ports) {
	o := owners{map[uint16]*tally{}, map[Worker]*tally{}}
	count := map[uint16]int{}
	var in ports
	for _, t := range workers {
		port := uint16(t.Port)
		if t.Port <= 0 || t.Port > math.MaxUint16 {
			continue
		}
		if in == (ports{}) {
			in = ports{port, port}
		}
		in.low, in.high = min(in.low, port), max(in.high, port)
		count[port]++
		o.port[port] = t
	}
	for _, t := range workers {
		port := uint16(t.Port)
		t.shared = count[port] > 1 && t.Cgroup == 0
		if count[port] > 1 {
			o.port[port] = nil
			o.group[t.Worker] = t
		}
	}
	return o, in
}

// of returns whose c is; nil: nobody's that is watched.
func (o owners) of(c *socket) *tally {
	t, ok := o.port[c.port]
	if t == nil && ok {
		t = o.group[Worker{Port: int(c.port), Cgroup: c.cgroup}]
	}
	return t
}

// connection is c for people, who have last seen it as h.
func (s *socket) connection(h history) Connection {
	c := Connection{
		Local:       s.address(s.local, s.port),
		Remote:      s.address(s.remote, s.remotePort),
		Pending:     s.pending(),
		Unread:      s.unread,
		Unsent:      s.unsent,
		RTT:         float64(s.rtt) / 1e6,
		Received:    s.segsIn,
		Retransmits: s.retransmits,
		Idle:        float64(s.lastReceived) / 1e3,
	}
	if h.sample > 0 {
		c.Resent = s.retransmits - h.before
	}
	return c
}
