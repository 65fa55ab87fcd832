package main

import (
	"testing"

	"github.com/prometheus/common/model"

	"headroom/alerting/lease"
	"headroom/alerting/scenario"
)

// play plays a scenario in virtual time and returns what was told: each alarm that
// gets through is a notification.
func (s *server) play(t *testing.T, sc *Scenario) (told []Notification) {
	t.Helper()
	events := sc.Events()
	for now := Seconds(0); now < sc.Length; now += tick {
		s.hold(t, sc.Leases, now)
		n := 0
		for n < len(events) && events[n].At <= now {
			n++
		}
		s.send(events[:n])
		events = events[n:]
		before := len(s.Told)
		s.Step(scenario.Noon.Add((now + tick).duration()).Sub(s.Now))
		for _, one := range s.Told[before:] {
			told = append(told, Notification{At: now + tick, Alarms: []Told{{Labels: textOf(one.Alarm.Labels), Ended: one.Ended}}})
		}
	}
	return told
}

// hold opens, renews and ends the leases of changes.
func (s *server) hold(t *testing.T, leases []Lease, now Seconds) {
	t.Helper()
	for _, l := range leases {
		id, held := s.open[l.Run]
		switch {
		case held && l.To <= now:
			_, err := s.leases.End(t.Context(), s.Now, id, lease.Done, "all workers run")
			must(t, err)
			delete(s.open, l.Run)
		case held:
			_, err := s.leases.Beat(t.Context(), s.Now, id)
			must(t, err)
		case l.From <= now && now < l.To:
			got, err := s.leases.Open(t.Context(), s.Now, lease.Request{Run: l.Run, Kind: "roll", Nodes: l.Nodes, Effect: l.Effect, Expected: &l.Expected})
			must(t, err)
			s.open[l.Run] = got.ID
		}
	}
}

// send sends all that happens at a time in two requests: what rings, what ends.
func (s *server) send(events []Event) {
	last := map[string]Event{}
	var keys []string
	for _, e := range events {
		k := key(e.Labels)
		if _, known := last[k]; !known {
			keys = append(keys, k)
		}
		last[k] = e
	}
	var rings, ends []model.LabelSet
	for _, k := range keys {
		if e := last[k]; e.Ended {
			ends = append(ends, setOf(e.Labels))
		} else {
			rings = append(rings, setOf(e.Labels))
		}
	}
	s.Fire(rings...)
	s.Recover(ends...)
}

func setOf(labels map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(labels))
	for name, value := range labels {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set
}

func textOf(set model.LabelSet) map[string]string {
	labels := make(map[string]string, len(set))
	for name, value := range set {
		labels[string(name)] = string(value)
	}
	return labels
}
