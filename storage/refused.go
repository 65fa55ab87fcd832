package storage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Why samples are refused; the words appear in metrics and messages.
const (
	RefusedTooOld    = "too_old"    // before the store's retention
	RefusedTooFuture = "too_future" // further ahead than the store keeps
	RefusedLabels    = "labels"     // no labels, a name twice, or a name or value too long
	RefusedLimit     = "limit"      // a limit of active series
)

// A RefusedError tells that a Write kept a part only: all samples that it does
// not count are stored as if no error had been returned. Sending the refused
// ones again will not help.
type RefusedError struct {
	Samples  int            // refused in all
	ByReason map[string]int // how many for each reason
	First    error          // what was wrong with the first of them
}

// Add counts n samples that were refused for a reason.
func (e *RefusedError) Add(reason string, n int, err error) {
	if e.ByReason == nil {
		e.ByReason = map[string]int{}
	}
	if e.First == nil {
		e.First = err
	}
	e.Samples += n
	e.ByReason[reason] += n
}

// Error says how many were refused, why, and shows the first.
func (e *RefusedError) Error() string {
	var reasons []string
	for _, reason := range slices.Sorted(maps.Keys(e.ByReason)) {
		reasons = append(reasons, fmt.Sprintf("%s: %d", reason, e.ByReason[reason]))
	}
	return fmt.Sprintf("%d samples were refused (%s), the first because %v", e.Samples, strings.Join(reasons, ", "), e.First)
}

// Unwrap returns the first reason.
func (e *RefusedError) Unwrap() error { return e.First }
