package chat

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/heal"
)

// Limits of what is named in a command.
const (
	minID    = 8   // letters of an alarm's id that name it, if they do
	maxAcked = 100 // alarms taken on, or given back, at a time
	maxNode  = 253 // bytes of a node's name
)

// ack takes alarms on: one by its id, or all of a module.
func (s *Service) ack(ctx context.Context, p person, c Command) (string, error) {
	alarms, of, rest, err := s.named(p, c.Words, false)
	if err != nil {
		return "", err
	}
	until, rest, err := s.ackUntil(rest)
	if err != nil {
		return "", err
	}
	why := reason(rest)
	head := fmt.Sprintf("%s took on %s%s", p.name, counted(len(alarms), "alarm", "alarms"), of)
	if !until.IsZero() {
		head += " until " + until.In(s.Location).Format("15:04 on 2006-01-02")
	}
	return s.each(alarms, "taken on", head, why, func(id string) error { return s.Alarms.Ack(ctx, id, p.name, why, until) })
}

// unack gives alarms back that somebody has taken on: one by its id, or all of a module.
func (s *Service) unack(ctx context.Context, p person, c Command) (string, error) {
	alarms, of, rest, err := s.named(p, c.Words, true)
	if err != nil {
		return "", err
	}
	why := reason(rest)
	head := fmt.Sprintf("%s gave back %s%s", p.name, counted(len(alarms), "alarm", "alarms"), of)
	return s.each(alarms, "given back", head, why, func(id string) error { return s.Alarms.Unack(ctx, id, p.name, why) })
}

// each does something with alarms, and lists them below the head of the answer.
func (s *Service) each(alarms []*alarm.Alarm, done, head, why string, do func(id string) error) (string, error) {
	var lines []string
	for _, a := range alarms {
		if err := do(a.ID); err != nil {
			if len(lines) > 0 {
				return "", fmt.Errorf("%d of %d alarms were %s, then: %w", len(lines), len(alarms), done, err)
			}
			return "", err
		}
		lines = append(lines, s.line(a))
	}
	if why != "" {
		head += ": " + why
	}
	return more(append([]string{head}, lines[:min(len(lines), maxLines)]...), len(lines)), nil
}

// ackUntil reads how long alarms are taken on: the first word after what is meant, if
// that is a length of time. Without one it is until they are over.
func (s *Service) ackUntil(words []string) (until time.Time, rest []string, err error) {
	if len(words) == 0 {
		return until, words, nil
	}
	d, err := model.ParseDuration(strings.ToLower(words[0]))
	switch {
	case err != nil || d <= 0:
		return until, words, nil
	case time.Duration(d) > alarm.MaxAck:
		return until, nil, refuse("an alarm is taken on for up to %s, or until it is over", model.Duration(alarm.MaxAck))
	}
	return s.Now().Add(time.Duration(d)), words[1:], nil
}

// named finds the alarms that a person named, of those that somebody has taken on or of
// those that nobody has, and the words after that.
func (s *Service) named(p person, words []string, taken bool) (found []*alarm.Alarm, of string, rest []string, err error) {
	all, name := s.ringing(p, nil), words[0]
	for _, a := range all {
		if a.ID == name || len(name) >= minID && strings.HasPrefix(a.ID, name) {
			found = append(found, a)
		}
	}
	if len(found) > 1 {
		return nil, "", nil, refuse("%d alarms have an id that begins with %s; name more of it", len(found), name)
	}
	if len(found) == 1 {
		switch a := found[0]; {
		case !taken && !a.Acked.IsZero():
			return nil, "", nil, refuse("%s has taken it on at %s", cmp.Or(a.AckedBy, "somebody"), s.clock(a.Acked))
		case taken && a.Acked.IsZero():
			return nil, "", nil, refuse("nobody has taken it on")
		}
		return found, "", words[1:], nil
	}
	snap, err := s.snapshot()
	if err != nil {
		return nil, "", nil, err
	}
	row, rest, err := s.about(p, snap, words)
	if err != nil {
		return nil, "", nil, err
	}
	for _, a := range all {
		if a.Facts.Path.Under(row.Path) && a.Acked.IsZero() != taken {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 0 && taken:
		return nil, "", nil, refuse("no alarm of %s rings that somebody has taken on", row.ID)
	case len(found) == 0:
		return nil, "", nil, refuse("no alarm of %s rings that nobody has taken on", row.ID)
	case len(found) > maxAcked:
		return nil, "", nil, refuse("%d alarms of %s ring; up to %d can be taken on or given back at a time: mute it, or name a part of it", len(found), row.ID, maxAcked)
	}
	return found, " of " + row.ID, rest, nil
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
	row, rest, err := s.about(p, snap, c.Words)
	if err != nil {
		return "", err
	}
	node := ""
	if len(rest) > 0 {
		node, rest = rest[0], rest[1:]
	}
	if len(row.Path) != len(snap.Levels) {
		return "", refuse("%s is not a module but a %s: name one of its modules", row.ID, row.Level)
	}
	if strings.HasPrefix(node, "-") || len(node) > maxNode {
		return "", refuse("%q is not the name of a node", shorten(node, 40))
	}
	told, err := s.Healer.Restart(ctx, heal.Target{Module: row.ID, Node: node}, p.name, reason(rest))
	if err != nil {
		return "", err
	}
	return p.name + " asked for it: " + told, nil
}

// run starts a flow.
func (s *Service) run(ctx context.Context, p person, c Command) (string, error) {
	if s.Flows == nil {
		return "", refuse("there are no flows here, so %q cannot be run", c.Words[0])
	}
	run := FlowRun{Flow: c.Words[0], Words: c.Words[1:], Who: p.name}
	if len(p.paths) > 0 {
		run.May = p.may
	}
	told, err := s.Flows.Run(ctx, run)
	if err != nil {
		return "", err
	}
	return p.name + " asked for it: " + told, nil
}
