package rules

import (
	"context"
	"sync"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/alerting/alarm"
)

// settling holds the alarms that were open when rules were last applied, until
// one of the rules goes on with them or they are ended. From then on the rule
// itself says when they end.
type settling struct {
	mu    sync.Mutex // protects the fields below
	rules []*promrules.AlertingRule
	open  map[model.Fingerprint]*alarm.Alarm
}

func (s *settling) begin(rules []*promrules.AlertingRule, open []*alarm.Alarm) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules, s.open = rules, map[model.Fingerprint]*alarm.Alarm{}
	for _, a := range open {
		if a.Source == alarm.FromRules && !a.Ended {
			s.open[a.Labels.Fingerprint()] = a
		}
	}
}

// settle ends the open alarms that no rule raises any more. It asks nothing of the
// manager, which waits for evaluations to end while it changes rules.
func (r *Rules) settle(ctx context.Context) {
	s := &r.settling
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) == 0 {
		return
	}
	found := look(s.rules)
	var over []*amalert.Alert
	for id, a := range s.open {
		switch state, active := found.alerts[id]; {
		case state == promrules.StateFiring:
			delete(s.open, id)
		case !active && !found.undecided[a.Kind()]:
			delete(s.open, id)
			end := held(a, r.opts.Now())
			end.Timeout = false
			over = append(over, end)
		}
	}
	if len(over) > 0 {
		r.send(ctx, over)
	}
}

// findings are what rules say now.
type findings struct {
	alerts    map[model.Fingerprint]promrules.AlertState // firing or pending
	undecided map[string]bool                            // names of rules that have yet to be evaluated
}

func look(rules []*promrules.AlertingRule) findings {
	f := findings{map[model.Fingerprint]promrules.AlertState{}, map[string]bool{}}
	for _, rule := range rules {
		if !rule.Restored() || rule.Health() != promrules.HealthGood {
			f.undecided[rule.Name()] = true
		}
		for _, a := range rule.ActiveAlerts() {
			f.alerts[labelSet(a.Labels).Fingerprint()] = a.State
		}
	}
	return f
}
