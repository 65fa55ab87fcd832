//go:build race

package main

// The race detector is slow, and half of the suite shows it everything.
var played = parts[1:]
