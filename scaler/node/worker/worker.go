// Package worker is what the parts of the node daemon know in common of a worker:
// the process that package supervise runs, and the time slices that package measure
// takes of it and that its weight follows from.
package worker

import (
	"time"

	"headroom/scaler/node/wire"
)

// Running is a worker with its process. It is a copy: nobody changes it.
type Running struct {
	wire.Worker
	Spec  *wire.Service // by which it was started
	State wire.State
	Since time.Time // of the state
	Ready time.Time // since when it serves; zero: it does not

	PID      int    // of its first process; 0: none runs
	Leaf     string // the directory of its own control group
	Group    Group  // of its service
	CgroupID uint64 // that its sockets carry: the inode of its v2 group; 0: there is no v2

	Restarts  int
	Reason    string
	PortTaken bool // it cannot start since another process listens at its port
}

// Group is where the limits of a service are, by controller; in v2 all are the same
// directory. An empty path: the machine has no such controller.
type Group struct {
	CPU, Memory, Pids string
	V2                bool // which files lie in them
}

// Slice is what one time slice, 1 s by default, showed of a worker. A number that is
// not known is NaN.
type Slice struct {
	At     time.Time // its end
	Length time.Duration

	Requests float64 // answered
	Busy     float64 // seconds of work: the sum of their latencies
	Latency  float64 // mean seconds of a request

	Connections    float64
	Pending        float64 // connections with a request that has no answer yet, on average
	Unread         float64 // bytes that wait to be read
	UnreadShare    float64 // of connections with any, 0 … 1
	RTT            float64 // mean seconds
	Retransmits    float64 // segments
	Throttled      float64 // seconds that its service's group stood still for its quota
	ThrottledShare float64 // of the periods of its service, 0 … 1
}
