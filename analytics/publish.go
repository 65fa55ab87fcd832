package analytics

import (
	"time"

	"headroom/analytics/band"
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
	l.watchers.Signal()
	return s
}

// judgeLocked enters a frame into the nodes' day and makes the snapshot of it, by
// all models. l.mu must be held.
func (l *Loop) judgeLocked(frame *rollup.Frame) *Snapshot {
	day, minute := l.cal.Split(frame.Minute)
	l.turnDayLocked(day)
	nodes := l.opts.Tree.Nodes()
	for len(l.today) < len(nodes) {
		l.today = append(l.today, newToday(day))
	}
	for i := range nodes {
		t := l.today[i]
		t.put(minute, frame.Minute, frame.At(i).Load)
		t.advance(minute + 1)
	}
	m, leads := l.model(), leadSlots(l.cal, frame.Minute)
	var all []*Snapshot
	for _, of := range l.learned.kinds(m) {
		s := newSnapshot(l.opts.Tree, nodes, time.Unix(frame.Minute, 0).In(m.Location), of.name())
		s.basis, s.frame = basis{m, l.learned}, frame
		s.judge(of, frame, l.today, l.current.Load())
		s.lookAhead(of, l.today, leads)
		all = append(all, s)
	}
	s := all[0]
	s.others = all[1:]
	s.Published = time.Now().In(m.Location)
	return s
}

// judge fills the snapshot by its model; before is the one before, nil if none.
func (s *Snapshot) judge(of kind, frame *rollup.Frame, days []*today, before *Snapshot) {
	if before != nil {
		before, _ = before.Of(s.Model) // nil if it was not computed then
	}
	for i, n := range s.nodes {
		s.Rows[i] = s.model.row(of, s.At, n, s.learned.of(i), days[i], frame, s.Levels[n.Level()], before.row(i))
		if !s.keepGrowth(before, n) {
			s.Growth[i] = s.model.growth(of, n, s.learned, i, &s.Rows[i])
		}
	}
	sumOrders(s.nodes, s.Growth)
}

// lookAhead sets the bands at the lead times.
func (s *Snapshot) lookAhead(of kind, days []*today, leads [len(Leads)]slot) {
	s.ahead = make([]ahead, len(s.nodes))
	for i := range s.ahead {
		for k, at := range leads {
			s.ahead[i][k] = of.ahead(s.learned.of(i), days[i], band.Lead(k), at)
		}
	}
}

// turnDayLocked starts a new local day: with what was learned ahead for it if
// there is any; if not, with yesterday's and the day's events until learning is
// through. l.mu must be held.
func (l *Loop) turnDayLocked(day int) {
	if day == l.day {
		return
	}
	l.startDayLocked(day)
	if l.ready != nil && l.ready.day == day {
		l.learned = l.ready
		for i, ahead := range l.readyDays {
			if ahead != nil && i < len(l.today) {
				l.today[i].takeOver(ahead)
			}
		}
	} else {
		m, nodes := l.model(), l.opts.Tree.Nodes()
		for i, t := range l.today[:min(len(l.today), len(nodes))] {
			t.plan = m.eventsOf(nodes[i].Path, day)
		}
	}
	l.ready, l.readyDays = nil, nil
	l.HistoryChanged()
}

// startDayLocked empties the nodes' day if it is another one. l.mu must be held.
func (l *Loop) startDayLocked(day int) {
	if day == l.day {
		return
	}
	for _, t := range l.today {
		t.begin(day)
	}
	l.day = day
}
