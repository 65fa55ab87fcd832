package alerting

import (
	"context"
	"maps"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// Step runs the stages once, over the alarms that changed or are due, and writes
// down what became of them. An error means that something could not be written;
// it will be with the next step.
func (p *Pipeline) Step(ctx context.Context, now time.Time) error {
	p.mu.Lock()
	if p.recheck.Swap(false) {
		for _, a := range p.book.byID {
			p.touched[a] = true
		}
	}
	batch := p.book.due(now, p.touched)
	clear(p.touched)
	for _, a := range batch {
		end(a, now)
		endAck(a, now)
	}
	rest := batch
	for _, s := range p.stages {
		rest = s.run(ctx, now, rest)
		batch, rest = p.take(now, batch, rest)
	}
	for _, a := range batch {
		if a.Ended && !a.Linger {
			p.closeLocked(a, now)
		}
	}
	for _, a := range p.book.byID { // a stage may have changed others than those it was shown
		p.collect(a)
	}
	p.mu.Unlock()
	return p.save(ctx)
}

// end notes that an alarm has ended.
func end(a *alarm.Alarm, now time.Time) {
	if a.Ended || a.Firing(now) {
		return
	}
	a.Ended = true
	reason := "its sender said so"
	if a.Timeout {
		reason = "its sender has not repeated it"
	}
	a.Note(alarm.Event{At: now, Stage: "receive", What: alarm.Ended, Reason: reason})
}

// take enters the alarms that a stage has made into the book. They do not go on, but
// come by at the next run, which is soon, from the first stage on: a mute may be about
// them. One that comes again takes the place of its last episode, which may still be
// open so that its end is told. It returns the batch and those that go on.
func (p *Pipeline) take(now time.Time, batch, passed []*alarm.Alarm) (all, on []*alarm.Alarm) {
	made := false
	for _, a := range passed {
		if p.book.byID[a.ID] != nil || !a.Open() {
			continue
		}
		if last := p.book.byKey[a.Key]; last != nil {
			last.Reason = "came again as a new alarm before anybody was done with it"
			last.Note(alarm.Event{At: now, Stage: "receive", What: alarm.Fired, By: a.ID, Reason: last.Reason})
			last.Linger = false
			p.closeLocked(last, now)
		}
		p.book.add(a)
		a.Touch()
		p.metrics.received.Inc()
		p.touched[a], made = true, true
	}
	if !made {
		return batch, passed
	}
	p.Wake()
	closed := func(a *alarm.Alarm) bool { return !a.Open() }
	waits := func(a *alarm.Alarm) bool { return !a.Open() || p.touched[a] }
	return slices.DeleteFunc(slices.Clone(batch), closed), slices.DeleteFunc(slices.Clone(passed), waits)
}

// closeLocked ends the episode of an alarm. p.mu must be held.
func (p *Pipeline) closeLocked(a *alarm.Alarm, now time.Time) {
	if a.Outcome == alarm.Waiting {
		a.Outcome, a.Reason = alarm.Resolved, "ended before anybody was told"
	}
	a.Closed, a.Due = now, time.Time{}
	a.Touch()
	p.collect(a)
	p.book.remove(a)
	p.metrics.settled.WithLabelValues(string(a.Outcome)).Inc()
}

// save writes the alarms that changed. Callers that come while others write wait
// and find their own written, or write them together.
func (p *Pipeline) save(ctx context.Context) error {
	p.saving.Lock()
	defer p.saving.Unlock()
	p.mu.Lock()
	changed := p.unsaved
	p.unsaved = map[*alarm.Alarm]bool{}
	batch := make([]*alarm.Alarm, 0, len(changed))
	for a := range changed {
		batch = append(batch, a.Clone())
	}
	p.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	if err := p.opts.Keeper.Save(ctx, batch); err != nil {
		p.mu.Lock()
		maps.Copy(p.unsaved, changed)
		p.mu.Unlock()
		p.metrics.failedSaves.Inc()
		return err
	}
	return nil
}

// Open returns copies of the open alarms, in the order in which they came.
func (p *Pipeline) Open() []*alarm.Alarm {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*alarm.Alarm, 0, len(p.book.byID))
	for _, a := range p.book.byID {
		all = append(all, a.Clone())
	}
	return sorted(all)
}

// Count is how many alarms are open.
func (p *Pipeline) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.book.byID)
}

// Find returns a copy of an open alarm, nil if there is none with the id.
func (p *Pipeline) Find(id string) *alarm.Alarm {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.book.byID[id]; a != nil {
		return a.Clone()
	}
	return nil
}
