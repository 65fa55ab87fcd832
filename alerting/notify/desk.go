package notify

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/common/model"
)

// desk holds the alarms that are handed to the dispatcher, which sees it as its
// provider of alerts. It is shared by the pipeline's goroutine, which puts alarms
// there, and those of the dispatcher.
type desk struct {
	mu        sync.Mutex // protects the fields below and all slips
	slips     map[model.Fingerprint]*slip
	listeners map[int]listener
	next      int
}

// slip is an alarm on the desk.
type slip struct {
	id      string       // of the episode
	alert   *alert.Alert // as it was handed on
	held    bool         // another stage has it: not to be told
	by      string       // what holds it there
	muted   bool         // by a rule of ours: neither told nor forwarded
	acked   string       // who has taken it on
	again   time.Time    // when the last one's time was up: who was told before is told again
	flights int          // notifications under way that tell of it

	told   map[string]told // by integration; nil: nothing
	passed []string        // receivers whose group is through with its end
}

// told is what an integration was told of an alarm last.
type told int

const (
	toldFiring told = iota + 1
	toldBefore      // that it fires, before the time was up of the one who had taken it on
	toldEnd
)

type listener struct {
	alerts chan *provider.Alert
	done   chan struct{}
}

func newDesk() *desk {
	return &desk{slips: map[model.Fingerprint]*slip{}, listeners: map[int]listener{}}
}

// put hands an alarm to the dispatcher.
func (d *desk) put(s *slip, a *alert.Alert) {
	d.mu.Lock()
	s.alert = a
	d.slips[a.Fingerprint()] = s
	d.mu.Unlock()
	d.send(a)
}

// drop takes an alarm away. The dispatcher gets an ended one, which it forgets
// without telling anybody, since it is not on the desk.
func (d *desk) drop(fp model.Fingerprint, gone *alert.Alert) {
	d.mu.Lock()
	delete(d.slips, fp)
	d.mu.Unlock()
	d.send(gone)
}

// send gives an alert to whoever listens. It waits for those who are behind.
func (d *desk) send(a *alert.Alert) {
	d.mu.Lock()
	listeners := make([]listener, 0, len(d.listeners))
	for n, l := range d.listeners {
		select {
		case <-l.done:
			delete(d.listeners, n)
		default:
			listeners = append(listeners, l)
		}
	}
	d.mu.Unlock()
	for _, l := range listeners {
		select {
		case l.alerts <- &provider.Alert{Data: a}:
		case <-l.done:
		}
	}
}

// SlurpAndSubscribe implements [provider.Alerts]: what is on the desk, and then
// what is put there.
func (d *desk) SlurpAndSubscribe(string) ([]*alert.Alert, provider.AlertIterator) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := listener{alerts: make(chan *provider.Alert, 256), done: make(chan struct{})}
	d.listeners[d.next] = l
	d.next++
	all := make([]*alert.Alert, 0, len(d.slips))
	for _, s := range d.slips {
		all = append(all, s.alert)
	}
	slices.SortFunc(all, func(a, b *alert.Alert) int { return a.StartsAt.Compare(b.StartsAt) })
	return all, provider.NewAlertIterator(l.alerts, l.done, nil)
}

// Subscribe, GetPending, Get and Put complete [provider.Alerts]; the dispatcher
// does not call them.
func (d *desk) Subscribe(name string) provider.AlertIterator {
	_, it := d.SlurpAndSubscribe(name)
	return it
}

// GetPending returns what is on the desk.
func (d *desk) GetPending() provider.AlertIterator {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan *provider.Alert, len(d.slips))
	for _, s := range d.slips {
		ch <- &provider.Alert{Data: s.alert}
	}
	close(ch)
	return provider.NewAlertIterator(ch, make(chan struct{}), nil)
}

// Get returns one alert.
func (d *desk) Get(fp model.Fingerprint) (*alert.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.slips[fp]; s != nil {
		return s.alert, nil
	}
	return nil, provider.ErrNotFound
}

// Put is for the pipeline only, which uses put.
func (d *desk) Put(context.Context, ...*alert.Alert) error { return nil }

// present returns alerts as they lie on the desk, which is newer than what the
// dispatcher may have, without those that are not to be told: another stage has
// taken them back, or their episode is over.
func (d *desk) present(alerts []*alert.Alert) []*alert.Alert {
	d.mu.Lock()
	defer d.mu.Unlock()
	there := make([]*alert.Alert, 0, len(alerts))
	for _, a := range alerts {
		if s := d.slips[a.Fingerprint()]; s != nil && !s.held {
			there = append(there, s.alert)
		}
	}
	return there
}

// change changes the slips of alerts that are still of the same episode.
func (d *desk) change(alerts []*alert.Alert, f func(*slip, *alert.Alert)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range alerts {
		if s := d.slips[a.Fingerprint()]; s != nil && s.id == episode(a) {
			f(s, a)
		}
	}
}

// untold tells whether one of the firing alerts is news to an integration,
// whatever the log of notifications says: an alarm that ended unseen and came
// again is one.
func (d *desk) untold(integration string, alerts []*alert.Alert) bool {
	return slices.ContainsFunc(d.news(integration, alerts), func(a *alert.Alert) bool { return !a.Resolved() })
}

// news returns the alerts that an integration does not know as they are.
func (d *desk) news(integration string, alerts []*alert.Alert) (news []*alert.Alert) {
	d.change(alerts, func(s *slip, a *alert.Alert) {
		if s.told[integration] != toldAs(a) {
			news = append(news, a)
		}
	})
	return news
}

// toldAs is what an integration knows that was told of an alert.
func toldAs(a *alert.Alert) told {
	if a.Resolved() {
		return toldEnd
	}
	return toldFiring
}

// knows notes what an integration was told at a time. The desk must be locked.
func (s *slip) knows(integration string, what told, at time.Time) {
	if s.told == nil {
		s.told = map[string]told{}
	}
	if what == toldFiring && at.Before(s.again) {
		what = toldBefore
	}
	s.told[integration] = what
}

// noteTold writes on the slips what an integration knows now.
func (d *desk) noteTold(integration string, alerts []*alert.Alert, at time.Time) {
	d.change(alerts, func(s *slip, a *alert.Alert) { s.knows(integration, toldAs(a), at) })
}

// takenOn notes who has taken an alarm on now, if anybody has. Once that is nobody any
// more, who was told of the alarm is told again. The desk must be locked.
func (s *slip) takenOn(by string, now time.Time) {
	if s.acked != "" && by == "" {
		s.again = now
		for integration, what := range s.told {
			s.knows(integration, what, time.Time{})
		}
	}
	s.acked = by
}

// acked returns who has taken on all of the firing alerts; empty: not all are.
func (d *desk) acked(alerts []*alert.Alert) (by string) {
	all := true
	d.change(alerts, func(s *slip, a *alert.Alert) {
		if !a.Resolved() {
			all = all && s.acked != ""
			by = s.acked
		}
	})
	if !all {
		return ""
	}
	return by
}
