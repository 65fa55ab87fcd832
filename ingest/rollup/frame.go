// Package rollup sums up the samples of a minute for every node of the
// business tree.
//
// Samples of the configured signals enter as they arrive, through the [Cell] of
// their series; once a minute is over, [Rollup.Close] returns its [Frame].
// Samples that come too late for their minute, and history that is loaded in
// any order, are rolled up from the store by package backfill.
package rollup

import "math"

// Value is what was seen of one tree node in one minute. A number that is not
// known is NaN, never zero.
type Value struct {
	Load      float64 // mean over the devices, percent of a device
	LoadMax   float64 // the highest device
	Devices   float64 // devices that reported
	Silent    float64 // devices that reported within a day and have stopped
	Processes float64 // processes that told busy seconds or requests: no others are in the sums below
	Busy      float64 // seconds of work done in the minute; unknown if fewer counters told than wait for a second sample
	Requests  float64 // requests answered in the minute; likewise
	Waiting   int     // processes that report, but have not told what they did; [NotKept] of a minute read back
}

// NotKept is the Waiting of a minute that was read from the store, which does not have it.
const NotKept = -1

// Unknown is the value of a node of which nothing was seen.
func Unknown() Value {
	nan := math.NaN()
	return Value{Load: nan, LoadMax: nan, Devices: nan, Silent: nan, Processes: nan, Busy: nan, Requests: nan}
}

// Frame holds the values of one minute for all nodes of the tree.
type Frame struct {
	Minute int64   // Unix seconds of the minute's start
	Values []Value // by fleet.Node.Index

	domains [][]Domain // likewise
}

// Domains returns the failure domains of a node's devices, those with the most
// first; an empty list if the devices have no such labels, nil if nothing is
// known. It must not be changed.
func (f *Frame) Domains(node int) []Domain {
	if node >= len(f.domains) {
		return nil
	}
	return f.domains[node]
}

// SetDomains sets what is known of a node's failure domains, in a frame that is
// being made.
func (f *Frame) SetDomains(node int, ds []Domain) {
	for len(f.domains) <= node {
		f.domains = append(f.domains, nil)
	}
	f.domains[node] = ds
}

// With returns a frame of the same minute with other values.
func (f *Frame) With(values []Value) *Frame {
	return &Frame{Minute: f.Minute, Values: values, domains: f.domains}
}

// At returns the value of a node; Unknown if the frame is older than the node.
func (f *Frame) At(node int) Value {
	if node >= len(f.Values) {
		return Unknown()
	}
	return f.Values[node]
}
