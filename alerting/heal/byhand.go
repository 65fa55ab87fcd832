package heal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Restart does for a person what they ask for: the first action of the rule
// by_hand, or else the node daemon's restart. No limit holds it up, but it counts in them. It
// returns a sentence that tells what was done.
func (s *Stage) Restart(ctx context.Context, t Target, who, why string) (string, error) {
	path, err := fleet.ParseID(t.Module)
	if err != nil {
		return "", err
	}
	now := s.Now()
	s.mu.Lock()
	act, dry := s.byHandLocked(t), s.Config.DryRun
	s.mu.Unlock()
	a := &alarm.Alarm{Facts: alarm.Facts{Path: path, Node: t.Node, Process: t.Process}, Received: now, Source: alarm.FromPerson}
	h := state.Heal{
		ID: "by-hand-" + strconv.FormatInt(now.UnixNano(), 36), Rule: "by hand", Action: act.Name, Kind: act.Kind,
		Module: t.Module, Node: t.Node, Process: t.Process, Who: who, Started: now, Reason: why,
	}
	j := s.job(h.ID, h.Rule, act, a, t, who)
	if dry {
		h.Dry, h.Result, h.Ended, h.Output = true, state.HealWould, now, j.would()
		return fmt.Sprintf("a dry run: %s of %s %s", act.Name, t, h.Output), s.Store.Begin(ctx, h)
	}
	s.mu.Lock()
	s.live.Begin(now, h.ID, t)
	s.mu.Unlock()
	s.work.Add(1)
	ok, note := s.carryOut(j, h)
	s.work.Done()
	s.mu.Lock()
	s.live.Done(h.ID)
	s.mu.Unlock()
	if !ok {
		return "", fmt.Errorf("%s of %s %s", act.Name, t, note)
	}
	return strings.TrimSpace(fmt.Sprintf("%s of %s: %s", act.Name, t, note)), nil
}

func (s *Stage) byHandLocked(t Target) *action {
	if r := s.ruleNamedLocked(s.Config.ByHand); r != nil {
		return &r.actions[0]
	}
	kind := config.RestartWorkers
	if t.Process != "" {
		kind = config.RestartProcess
	}
	return &action{HealAction: config.HealAction{Name: kind, Kind: kind, Timeout: config.Duration(30 * time.Second)}}
}
