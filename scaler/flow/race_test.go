//go:build race

package flow

// racing tells that the race detector is on, with which a server begins slowly.
const racing = true
