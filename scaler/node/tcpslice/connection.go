package tcpslice

import "net/netip"

// Worker is whose connections are watched: those accepted on Port and, if several
// workers share the port, by a socket of control group Cgroup.
type Worker struct {
	Port   int    // 0: it has none that could be watched
	Cgroup uint64 // inode of its v2 group; 0: not known
}

// Slice is what one time slice showed of a worker, as means over its samples. A
// number that is not known is NaN.
type Slice struct {
	Requests float64 // data segments that came in
	Busy     float64 // seconds: Pending × length of the slice
	Latency  float64 // seconds: Busy ÷ Requests

	Connections float64
	Pending     float64 // connections that wait for an answer
	Unread      float64 // bytes
	UnreadShare float64 // of connections with any, 0 … 1
	RTT         float64 // seconds, mean of its connections
	Retransmits float64 // segments, of the whole slice
}

// Connection is one connection as the last sample saw it.
type Connection struct {
	Local, Remote netip.AddrPort
	Pending       bool
	Unread        uint32  // bytes
	Unsent        uint32  // bytes that wait to be sent or acknowledged
	RTT           float64 // seconds
	Received      uint32  // data segments since it was opened, as are
	Retransmits   uint32  // those sent again, and
	Resent        uint32  // these of them since the last slice ended
	Idle          float64 // seconds since data came in
}
