package flow

import "headroom/scaler/flow/document"

// eventsAhead is how many events a subscriber may be behind.
const eventsAhead = 256

// Subscribe returns what changes from now on, until stop is called. A subscriber that is
// slow misses events.
func (e *Engine) Subscribe() (events <-chan Event, stop func()) {
	ch := make(chan Event, eventsAhead)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.subscribers[ch] = true
	return ch, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.subscribers, ch)
	}
}

// changed tells that the changes of a run are on the disk.
func (e *Engine) changed(a *actor) {
	r := &a.m.run
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(a.m.hidden.Leases); n > a.leases {
		a.leases = n
		e.leases[r.ID] = a.m.hidden.Leases
	}
	for ch := range e.subscribers {
		select {
		case ch <- Event{r.ID, r.State}:
		default:
			e.metrics.met("events")
		}
	}
}

// liveLog is what a call has logged that is under way.
func (a *actor) liveLog(name logName) (text string, cut int64, ok bool) {
	a.mu.Lock()
	b, secrets := a.written[name], a.secrets
	a.mu.Unlock()
	if b == nil {
		return "", 0, false
	}
	text, cut = b.look()
	return document.MaskText(text, secrets), cut, true
}
