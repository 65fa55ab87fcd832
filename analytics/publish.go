package analytics

import (
	"time"

	"headroom/ingest/rollup"
)

// publish judges a frame and makes it the current snapshot, unless a newer
// minute is published already. It returns the current one.
func (l *Loop) publish(frame *rollup.Frame) *Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.current.Load(); s != nil && s.At.Unix() > frame.Minute {
		return s
	}
	return l.publishLocked(frame)
}

// publishAgain judges the current minute anew.
func (l *Loop) publishAgain() *Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.publishLocked(l.frame)
}

// publishLocked judges a frame and makes it the current snapshot. l.mu must be
// held.
func (l *Loop) publishLocked(frame *rollup.Frame) *Snapshot {
	s := l.judgeLocked(frame)
	l.frame = frame
	l.current.Store(s)
	l.signalLocked()
	return s
}

// signalLocked wakes the subscribers. l.mu must be held.
func (l *Loop) signalLocked() {
	for c := range l.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// judgeLocked enters a frame into the nodes' day and makes the snapshot of it.
// l.mu must be held.
func (l *Loop) judgeLocked(frame *rollup.Frame) *Snapshot {
	day, minute := l.cal.Split(frame.Minute)
	l.turnDayLocked(day)
	at := time.Unix(frame.Minute, 0).In(l.model().Location)
	s := NewSnapshot(l.opts.Tree, at, "classic")
	s.basis = basis{l.model(), l.learned}
	for len(l.today) < len(s.nodes) {
		l.today = append(l.today, newToday())
	}
	for i, n := range s.nodes {
		t, v := l.today[i], frame.At(i)
		t.put(minute, frame.Minute, v.Load)
		t.advance(minute + 1)
		s.Rows[i] = s.model.row(at, n, s.learned.of(i), t, v, s.Levels)
		if !s.keepGrowth(l.current.Load(), n) {
			s.Growth[i] = s.model.growth(n, s.learned, i, &s.Rows[i])
		}
	}
	sumOrders(s.nodes, s.Growth)
	s.Published = time.Now().In(l.model().Location)
	return s
}

// turnDayLocked starts a new local day: with what was learned ahead for it if
// there is any; if not, with yesterday's until learning is through. l.mu must
// be held.
func (l *Loop) turnDayLocked(day int) {
	if day == l.day {
		return
	}
	l.startDayLocked(day)
	if l.ready != nil && l.ready.day == day {
		l.learned = l.ready
	}
	l.ready = nil
	l.HistoryChanged()
}

// startDayLocked empties the nodes' day if it is another one. l.mu must be held.
func (l *Loop) startDayLocked(day int) {
	if day == l.day {
		return
	}
	for _, t := range l.today {
		t.clear()
	}
	l.day = day
}
