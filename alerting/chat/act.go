package chat

import (
	"context"
	"fmt"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/alarm"
	"headroom/alerting/heal"
)

// Limits of what is named in a command.
const (
	minID    = 8   // letters of an alarm's id that name it, if they do
	maxAcked = 100 // alarms taken on at a time
	maxNode  = 253 // bytes of a node's name
)

// ack takes alarms on: one by its id, or all of a module.
func (s *Service) ack(ctx context.Context, p person, c Command) (string, error) {
	alarms, of, err := s.toAck(p, c.Target)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, a := range alarms {
		if err := s.Alarms.Ack(ctx, a.ID, p.name, c.Reason); err != nil {
			if len(lines) > 0 {
				return "", fmt.Errorf("%d of %d alarms were taken on, then: %w", len(lines), len(alarms), err)
			}
			return "", err
		}
		lines = append(lines, s.line(a))
	}
	head := fmt.Sprintf("%s took on %s%s", p.name, counted(len(alarms), "alarm", "alarms"), of)
	if c.Reason != "" {
		head += ": " + c.Reason
	}
	return more(append([]string{head}, lines[:min(len(lines), maxLines)]...), len(lines)), nil
}

// toAck finds the alarms that a person named.
func (s *Service) toAck(p person, name string) (found []*alarm.Alarm, of string, err error) {
	all := s.ringing(p, nil)
	for _, a := range all {
		if a.ID == name || len(name) >= minID && strings.HasPrefix(a.ID, name) {
			found = append(found, a)
		}
	}
	if len(found) > 1 {
		return nil, "", refuse("%d alarms have an id that begins with %s; name more of it", len(found), name)
	}
	if len(found) == 1 {
		if a := found[0]; !a.Acked.IsZero() {
			return nil, "", refuse("%s has taken it on at %s", a.AckedBy, s.clock(a.Acked))
		}
		return found, "", nil
	}
	snap, err := s.snapshot()
	if err != nil {
		return nil, "", err
	}
	row, err := s.find(p, snap, name)
	if err != nil {
		return nil, "", err
	}
	for _, a := range all {
		if a.Facts.Path.Under(row.Path) && a.Acked.IsZero() {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0:
		return nil, "", refuse("no alarm of %s rings that nobody has taken on", row.ID)
	case len(found) > maxAcked:
		return nil, "", refuse("%d alarms of %s ring; up to %d can be taken on at a time: mute it, or name a part of it", len(found), row.ID, maxAcked)
	}
	return found, " of " + row.ID, nil
}

// mute is quiet about a module, or about what matches.
func (s *Service) mute(ctx context.Context, p person, c Command) (string, error) {
	snap, err := s.snapshot()
	if err != nil {
		return "", err
	}
	match, what := c.Matchers, c.Matchers.String()
	if c.Target != "" {
		row, err := s.find(p, snap, c.Target)
		if err != nil {
			return "", err
		}
		if match, err = matchersOf(snap.Levels, row.Path); err != nil {
			return "", err
		}
		what = row.ID
	} else if !p.mayMute(snap.Levels, match) {
		return "", refuse("%s may mute in %s only: the matchers must name its labels (%s)", p.name, p.where(), strings.Join(snap.Levels, ", "))
	}
	until := s.Now().Add(c.For)
	id, err := s.Mutes.Silence(ctx, match, until, p.name, c.Reason)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s muted %s until %s", p.name, what, until.In(s.Location).Format("15:04 on 2006-01-02"))
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	return text + " (" + id + ")", nil
}

// matchersOf matches the alarms of a node of the business tree and of all below it.
func matchersOf(levels []string, path []string) (all labels.Matchers, err error) {
	for i, name := range path {
		m, err := labels.NewMatcher(labels.MatchEqual, levels[i], name)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// restart restarts the workers of a module.
func (s *Service) restart(ctx context.Context, p person, c Command) (string, error) {
	snap, err := s.snapshot()
	if err != nil {
		return "", err
	}
	row, err := s.find(p, snap, c.Target)
	if err != nil {
		return "", err
	}
	if len(row.Path) != len(snap.Levels) {
		return "", refuse("%s is not a module but a %s: name one of its modules", row.ID, row.Level)
	}
	if strings.HasPrefix(c.Node, "-") || len(c.Node) > maxNode {
		return "", refuse("%q is not the name of a node", shorten(c.Node, 40))
	}
	told, err := s.Healer.Restart(ctx, heal.Target{Module: row.ID, Node: c.Node}, p.name, c.Reason)
	if err != nil {
		return "", err
	}
	return p.name + " asked for it: " + told, nil
}

// run starts a flow.
func (s *Service) run(ctx context.Context, p person, c Command) (string, error) {
	if s.Flows == nil {
		return "", refuse("there are no flows here yet, so %q cannot be run", c.Target)
	}
	told, err := s.Flows.Run(ctx, c.Target, c.Args, p.name)
	if err != nil {
		return "", err
	}
	return p.name + " asked for it: " + told, nil
}
