package flow

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/storage/state"
)

// writer writes the changes of all runs. What comes while it writes goes into the next
// transaction together, so that many runs cost no more commits than a few.
type writer struct {
	save    func(context.Context, ...state.FlowChange) error
	seconds prometheus.Observer

	mu      sync.Mutex // protects the fields below
	pending []*writing
	busy    bool
}

type writing struct {
	change state.FlowChange
	done   chan error
}

// maxTogether bounds a transaction, for which all other writers of the database wait.
const maxTogether = 256

// write returns once the change is on the disk, or with the error.
func (w *writer) write(c state.FlowChange) error {
	job := &writing{c, make(chan error, 1)}
	w.mu.Lock()
	w.pending = append(w.pending, job)
	first := !w.busy
	w.busy = true
	w.mu.Unlock()
	if first {
		w.next()
	}
	return <-job.done
}

// next writes what is pending; what has come meanwhile is written by a goroutine of its
// own, so that nobody waits for others once his own change is written.
func (w *writer) next() {
	w.mu.Lock()
	n := min(len(w.pending), maxTogether)
	jobs := w.pending[:n]
	w.pending = w.pending[n:]
	w.mu.Unlock()
	w.commit(jobs)
	w.mu.Lock()
	w.busy = len(w.pending) > 0
	more := w.busy
	w.mu.Unlock()
	if more {
		go w.next()
	}
}

// commit writes some changes. If they cannot be written together, each is tried alone:
// one that is faulty must not hold up the others.
func (w *writer) commit(jobs []*writing) {
	changes := make([]state.FlowChange, len(jobs))
	for i, j := range jobs {
		changes[i] = j.change
	}
	began := time.Now()
	err := w.save(context.Background(), changes...)
	w.seconds.Observe(time.Since(began).Seconds())
	for _, j := range jobs {
		if err != nil && len(jobs) > 1 {
			j.done <- w.save(context.Background(), j.change)
		} else {
			j.done <- err
		}
	}
}
