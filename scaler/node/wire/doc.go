// Package wire is what the server and a node daemon say to each other.
//
// A node sends a [Report] to POST /api/v1/nodes/{node}/sync and gets what shall run
// on it, [Desired], or 304 if that is as it was: If-None-Match carries the version it
// has, and ?wait=10s lets the server answer as soon as there is another. Each report
// is a sign of life.
//
// What was found there is told as a change of what was told before; a server that does
// not know that answers 428, and is told all of it.
//
// The package is linked into the daemon, so it knows nothing but the standard
// library.
package wire

// ClockHeader of an answer holds the server's clock, in milliseconds since 1970, and for
// how many milliseconds it has kept the request, separated by a blank.
const ClockHeader = "Headroom-Clock"
