package shim

// Main plays the shim if this process was started as one, and does not return then.
// A program that calls Start must call it first thing.
func Main() {}
