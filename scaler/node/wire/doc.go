// Package wire is what the server and a node daemon say to each other.
//
// A node sends a [Report] to POST /api/v1/nodes/{node}/sync and gets what shall run
// on it, [Desired], or 304 if that is as it was: If-None-Match carries the version it
// has, and ?wait=10s lets the server answer as soon as there is another. Each report
// is a sign of life.
//
// The package is linked into the daemon, so it knows nothing but the standard
// library.
package wire
