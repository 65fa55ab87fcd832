// Package tcpslice watches the TCP connections of workers per time slice.
//
// It asks the kernel by sock_diag, several times a slice, for the established
// connections of the workers' ports, and needs nothing from the workers. Of each
// worker it tells how many connections wait for an answer, how much is unread, the
// round trip, retransmissions, and by Little's law the latency: requests in work ÷
// requests a second.
//
// A connection is pending when the last thing on it was the client's: data came in
// after data went out. See docs/node-measure.md for what that gets wrong.
//
// Linux only.
package tcpslice
