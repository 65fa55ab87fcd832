package heal

import (
	"errors"
	"fmt"
	"text/template"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

// rule is a ladder of actions, ready for use.
type rule struct {
	name    string
	match   labels.Matchers
	plan    Plan
	actions []action
}

// action is one step of a rule, ready for use.
type action struct {
	config.HealAction
	args   []*template.Template          // of the command
	inputs map[string]*template.Template // of the flow
	query  *template.Template            // nil: none
	secret string
}

// compile makes the rules of a configuration ready for use. All faults are told.
func compile(cfg config.Heal) (rules []*rule, err error) {
	var errs []error
	for _, r := range cfg.Rules {
		out := &rule{name: r.Name, plan: Plan{
			Dry: cfg.DryRun || r.DryRun, MaxHeals: r.MaxHeals, Window: time.Duration(cfg.Window), MaxWait: time.Duration(cfg.MaxWait),
			Backoff: time.Duration(cfg.Backoff), MaxBackoff: time.Duration(cfg.MaxBackoff),
		}}
		for _, text := range r.Match {
			m, err := labels.ParseMatcher(text)
			if err != nil {
				errs = append(errs, fmt.Errorf("rule %q: match %q: %w", r.Name, text, err))
				continue
			}
			out.match = append(out.match, m)
		}
		for _, a := range r.Actions {
			ready, err := compileAction(a)
			if err != nil {
				errs = append(errs, fmt.Errorf("rule %q: action %q: %w", r.Name, a.Name, err))
			}
			out.actions = append(out.actions, ready)
			out.plan.Steps = append(out.plan.Steps, Step{
				Name: a.Name, Within: time.Duration(a.Verify.Within), Query: a.Verify.Query != "", Resolved: a.Verify.Resolved,
			})
		}
		rules = append(rules, out)
	}
	return rules, errors.Join(errs...)
}

func compileAction(a config.HealAction) (action, error) {
	out := action{HealAction: a}
	var errs []error
	for _, text := range a.Command {
		t, err := parse(text)
		errs = append(errs, err)
		out.args = append(out.args, t)
	}
	for name, text := range a.Flow.Inputs {
		if out.inputs == nil {
			out.inputs = map[string]*template.Template{}
		}
		t, err := parse(text)
		errs = append(errs, err)
		out.inputs[name] = t
	}
	if a.Verify.Query != "" {
		t, err := parse(a.Verify.Query)
		errs = append(errs, err)
		out.query = t
	}
	secret, err := config.ReadSecret(a.Webhook.Secret, a.Webhook.SecretFile)
	out.secret = secret
	return out, errors.Join(append(errs, err)...)
}

// ruleFor returns the first rule that matches an alarm, nil if none does.
func ruleFor(rules []*rule, a *alarm.Alarm) *rule {
	for _, r := range rules {
		if r.match.Matches(a.Labels) {
			return r
		}
	}
	return nil
}

func limitsOf(cfg config.Heal) Limits {
	return Limits{
		Window: time.Duration(cfg.Window), PerModule: cfg.MaxPerModule, PerNode: cfg.MaxPerNode, Concurrent: cfg.MaxConcurrent,
		Brake: BrakeLimits{Window: time.Duration(cfg.Brake.Window), Heals: cfg.Brake.Heals, Share: cfg.Brake.Share, Least: cfg.Brake.Least},
	}
}

// targetOf is where an alarm rings.
func targetOf(a *alarm.Alarm) Target {
	return Target{Module: a.Facts.Path.ID(), Node: a.Facts.Node, Process: a.Facts.Process}
}
