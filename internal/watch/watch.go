// Package watch tells those who wait that something new is there.
package watch

import "sync"

// Watchers are those who want to be told. The zero value has none.
type Watchers struct {
	mu       sync.Mutex
	channels map[chan struct{}]struct{}
}

// Subscribe returns a channel that gets a signal after each Signal, and a function
// that ends it. A slow reader gets one signal for many.
func (w *Watchers) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.channels == nil {
		w.channels = map[chan struct{}]struct{}{}
	}
	w.channels[c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.channels, c)
	}
}

// Signal tells all of them, and waits for none.
func (w *Watchers) Signal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.channels {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
