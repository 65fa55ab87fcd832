package fold

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

// Name is the stage's.
const Name = "fold"

// Options make a [Stage].
type Options struct {
	Config func() config.Fold // asked at each run
	Levels []string           // labels of the business tree, top first
	Fleet  Fleet              // nil: fan-ins are estimated from what rings
	// Owner returns who is responsible for a component; "" if nobody is declared.
	// May be nil.
	Owner      func(alarm.Component) string
	Registerer prometheus.Registerer // may be nil
}

// Stage is the pipeline's stage that folds alarms into common causes.
type Stage struct {
	opts    Options
	metrics metrics

	cfg config.Fold // of this run
	evidence
	items  map[string]*item  // the open alarms, by id
	causes map[string]*cause // that are open, by id
	listed map[string]*cause // causes found again after a restart, by member
	opened []*alarm.Alarm    // in this run
	storm  storm
	tidied time.Time
}

// New returns the stage.
func New(opts Options) *Stage {
	return &Stage{
		opts: opts, metrics: newMetrics(opts.Registerer), evidence: newEvidence(opts.Fleet, opts.Levels),
		items: map[string]*item{}, causes: map[string]*cause{}, listed: map[string]*cause{}, storm: newStorm(),
	}
}

// Name implements [alarm.Stage].
func (s *Stage) Name() string { return Name }

// Run implements [alarm.Stage].
func (s *Stage) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s.cfg, s.opened = s.opts.Config(), nil
	s.window = time.Duration(s.cfg.Window)
	s.recall(now, alarms)
	s.look(now, alarms)
	s.forget(now)
	s.judge(now, alarms)
	s.endCauses(now)
	s.calm(now)
	passed := make([]*alarm.Alarm, 0, len(alarms))
	for _, a := range alarms {
		if s.settle(now, a) {
			passed = append(passed, a)
		}
	}
	s.writeCauses(now)
	s.tidyUp(now)
	return append(passed, s.begun()...)
}

// begun are the alarms of causes that began in this run. One that a wider cause has
// replaced already has never been.
func (s *Stage) begun() (alarms []*alarm.Alarm) {
	for _, a := range s.opened {
		if c := s.causes[a.ID]; c != nil && c.into != "" {
			delete(s.causes, a.ID)
		} else {
			alarms = append(alarms, a)
		}
	}
	return alarms
}

// look takes in what is new and what has ended.
func (s *Stage) look(now time.Time, alarms []*alarm.Alarm) {
	for _, a := range alarms {
		it := s.items[a.ID]
		switch {
		case a.Cause != nil:
		case a.Ended:
			s.drop(it)
		case it == nil, it.forgotten():
			s.drop(it)
			s.take(now, a)
		}
	}
	s.inOrder()
}

// take begins with an alarm: a new one, or one that was open before a restart.
func (s *Stage) take(now time.Time, a *alarm.Alarm) {
	since, passed := story(a)
	if since.IsZero() {
		since = now
	}
	it := s.item(a, since)
	it.passed = passed
	s.items[a.ID] = it
	if c := s.causeOf(now, it); c != nil {
		due := a.Due
		c.fold(it.kind.name)
		s.join(now, it, c)
		if !due.IsZero() && !c.storm {
			c.few = due.Add(-time.Duration(s.cfg.Grace))
		}
		return
	}
	if c := s.openFor(it); c != nil && !passed {
		s.join(now, it, c)
		return
	}
	if !s.old(it, now) {
		s.add(it)
	}
}

func (s *Stage) drop(it *item) {
	if it == nil {
		return
	}
	s.leave(it)
	s.remove(it)
	delete(s.items, it.a.ID)
}

// forgotten tells whether an alarm comes by that another stage has kept for so long
// that it counts no more, as when a mute ends. It counts as a new one then.
func (it *item) forgotten() bool { return !it.passed && it.cause == nil && !it.evidence }

// rings tells whether an alarm counts for its components. One that somebody does not
// want to hear of, or that another stage has settled, does not.
func (it *item) rings() bool {
	return !it.a.Ended && it.a.Open() && slices.Contains(counting, it.a.Outcome)
}

var counting = []alarm.Outcome{alarm.Waiting, alarm.Folded, alarm.Notified}

// settle decides whether an alarm goes on now.
func (s *Stage) settle(now time.Time, a *alarm.Alarm) bool {
	if a.Ended {
		return true
	}
	if a.Cause != nil {
		return s.settleCause(now, a)
	}
	it := s.items[a.ID]
	if it.cause == nil && !it.passed {
		if c := s.openFor(it); c != nil {
			s.join(now, it, c)
		}
	}
	switch until := s.patience(it); {
	case it.cause != nil:
		return s.stayFolded(now, it)
	case it.passed:
		a.Pass(now, Name, "its common cause has ended, but not this")
		return true
	case len(it.components) > 0 && now.Before(until):
		a.Stay(now, Name, alarm.Waiting, "", "waits a moment to see whether others ring that share something with it", until)
		return false
	case s.gate(now, it):
		s.pass(now, it)
		return true
	}
	return s.stayFolded(now, it)
}

func (s *Stage) stayFolded(now time.Time, it *item) (on bool) {
	if it.a.Outcome == alarm.Notified {
		return true // who was told of it is told of its end, too
	}
	it.a.Stay(now, Name, alarm.Folded, it.cause.id, it.cause.foldedInto(), s.until(it.cause))
	return false
}

func (s *Stage) settleCause(now time.Time, a *alarm.Alarm) bool {
	if c := s.causes[a.ID]; c != nil && c.into != "" {
		s.keepCause(now, c)
		return false
	}
	return true
}

// openFor is the open cause that most likely makes a new alarm ring: one of its kind,
// of a component that it shares. Nil if there is none.
func (s *Stage) openFor(it *item) (best *cause) {
	for _, c := range it.components {
		if c.cause == nil {
			continue
		}
		chance, ok := c.cause.kinds[it.kind.name]
		if ok && (best == nil || best.before(chance, c, it.kind.name)) {
			best = c.cause
		}
	}
	return best
}

// before tells whether another component is the likelier one.
func (c *cause) before(chance float64, other *component, kind string) bool {
	if mine := c.kinds[kind]; mine != chance {
		return mine < chance
	}
	return other.String() < c.component.String()
}

// pass lets an alarm go on by itself for the first time.
func (s *Stage) pass(now time.Time, it *item) {
	it.passed = true
	reason := "shares nothing with others that ring"
	if it.a.Stage == Name {
		it.a.Pass(now, Name, reason)
		return
	}
	it.a.Note(alarm.Event{At: now, Stage: Name, What: alarm.Passed, Reason: reason})
}

// tidyUp drops once a window what is not needed any more.
func (s *Stage) tidyUp(now time.Time) {
	if now.Sub(s.tidied) < s.window {
		return
	}
	s.tidied = now
	for _, it := range s.items {
		if it.a.Ended { // and another stage has kept it
			s.drop(it)
		} else if it.passed && !it.evidence {
			it.components = nil
		}
	}
	clear(s.listed)
	s.tidy()
}
