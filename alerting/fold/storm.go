package fold

import (
	"time"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/alarm"
)

// storm sums alarms up when more would go on by themselves than anybody can read.
type storm struct {
	on    bool
	since time.Time // when it began, or was taken up after a restart
	nodes map[alarm.Component]*cause

	arrivals [60]int // that would go on by themselves, by second
	second   int64   // the last one of them

	pass     labels.Matchers // of alarms that go on all the same
	passText string
}

func newStorm() storm { return storm{nodes: map[alarm.Component]*cause{}} }

// advance forgets the seconds that are over.
func (s *storm) advance(now time.Time) {
	t := now.Unix()
	for n := 0; s.second < t && n < len(s.arrivals); n++ {
		s.second++
		s.arrivals[s.second%60] = 0
	}
	s.second = t
}

// rate is how many came in the last minute.
func (s *storm) rate() (sum int) {
	for _, n := range s.arrivals {
		sum += n
	}
	return sum
}

// gate tells whether an alarm that nothing explains may go on by itself. In a storm
// it becomes a member of its node's alarm instead.
func (s *Stage) gate(now time.Time, it *item) bool {
	s.storm.advance(now)
	s.storm.arrivals[now.Unix()%60]++
	if s.storm.passes(s.cfg.StormPass, it.a) {
		return true
	}
	if !s.storm.on && s.storm.rate() <= s.cfg.StormRate {
		return true
	}
	if !s.storm.on {
		s.storm.on, s.storm.since = true, now
	}
	on := s.stormNode(it)
	c := s.storm.nodes[on]
	if c == nil {
		c = s.begin(now, s.component(on, s.isLevel(on.Kind) && on.Name != ""), true)
	}
	c.fold(it.kind.name)
	s.join(now, it, c)
	s.metrics.summed.Inc()
	return false
}

// stormNode is the node of the first level of the business tree; without a name if
// nobody knows where the alarm rings.
func (s *Stage) stormNode(it *item) alarm.Component {
	c := alarm.Component{Kind: s.levels[0]}
	if path := it.a.Facts.Path; len(path) > 0 {
		c.Name = path[:1].ID()
	}
	return c
}

func (s *storm) passes(text string, a *alarm.Alarm) bool {
	if text != s.passText {
		s.pass, _ = parse.Matchers(text) // the configuration was checked
		s.passText = text
	}
	return len(s.pass) > 0 && s.pass.Matches(a.Labels)
}

// calm ends the storm when in the last minute less than half of the rate came, and
// lets go what still rings then, unless that alone would be a storm.
func (s *Stage) calm(now time.Time) {
	st := &s.storm
	st.advance(now)
	if st.on && st.since.IsZero() { // after a restart
		st.since = now
	}
	if st.on && 2*st.rate() < s.cfg.StormRate && now.Sub(st.since) >= time.Minute {
		st.on = false
	}
	s.metrics.storm(st.on)
	total := 0
	for _, c := range st.nodes {
		total += len(c.members)
	}
	for _, c := range st.nodes {
		if len(c.members) == 0 || (!st.on && total <= s.cfg.StormRate) {
			s.end(now, c)
		}
	}
}
