package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Heal says what is done about alarms before anybody is told.
type Heal struct {
	DryRun bool `yaml:"dry_run"` // only say what would be done

	Window        Duration `yaml:"window"`         // of the limits and of an alarm's heals
	MaxHeals      int      `yaml:"max_heals"`      // of one alarm in the window; then it is passed on
	MaxPerModule  int      `yaml:"max_per_module"` // actions in the window
	MaxPerNode    int      `yaml:"max_per_node"`   // actions in the window
	MaxConcurrent int      `yaml:"max_concurrent"` // heals under way, until they are verified
	MaxWait       Duration `yaml:"max_wait"`       // for a limit, before the alarm is passed on
	Backoff       Duration `yaml:"backoff"`        // before an alarm that came back is acted on; doubles
	MaxBackoff    Duration `yaml:"max_backoff"`    // but not beyond this

	Brake  HealBrake  `yaml:"brake"`
	ByHand string     `yaml:"by_hand"` // the rule whose first action a person's "restart" does; none: the node daemon's
	Rules  []HealRule `yaml:"rules"`   // the first that matches counts
}

// HealBrake says when so much wants healing that all healing stops until a person
// lets it go on.
type HealBrake struct {
	Window Duration `yaml:"window"`
	Heals  int      `yaml:"heals"` // more alarms than this
	Share  float64  `yaml:"share"` // more than this share of the modules, or of the nodes …
	Least  int      `yaml:"least"` // … once so many are concerned
}

// HealRule is a ladder of actions for the alarms that it matches.
type HealRule struct {
	Name     string       `yaml:"name"`
	Match    []string     `yaml:"match"`     // Alertmanager's matchers; all must match
	DryRun   bool         `yaml:"dry_run"`   // a dry run even if others are not
	MaxHeals int          `yaml:"max_heals"` // 0: as for all
	Actions  []HealAction `yaml:"actions"`   // the next one if one did not help
}

// HealAction is one thing to do: a command, a webhook, a flow, or else what the node
// daemon does for its kind.
type HealAction struct {
	Name    string      `yaml:"name"` // default: the kind
	Kind    string      `yaml:"kind"`
	Command []string    `yaml:"command"` // arguments, each a template; no shell
	Webhook HealWebhook `yaml:"webhook"`
	Flow    HealFlow    `yaml:"flow"`
	Timeout Duration    `yaml:"timeout"`
	Verify  HealVerify  `yaml:"verify"`
}

// HealWebhook asks somebody else to act.
type HealWebhook struct {
	URL        string            `yaml:"url"`
	Headers    map[string]string `yaml:"headers"`
	Secret     Secret            `yaml:"secret"` // signs the request
	SecretFile string            `yaml:"secret_file"`
}

// HealFlow starts a run of a flow and waits for its end.
type HealFlow struct {
	Name   string            `yaml:"name"`
	Inputs map[string]string `yaml:"inputs"` // each a template; without any, what the flow takes of module, node and process
}

// HealVerify says how it is known that an action helped.
type HealVerify struct {
	Within   Duration `yaml:"within"`
	Query    string   `yaml:"query"`    // PromQL, a template; it helped when there is a result
	Resolved bool     `yaml:"resolved"` // the alarm must end, too; without a query it always must
}

// Kinds of actions that the node daemon knows.
const (
	RestartProcess = "restart_process" // the process that the alarm is about
	RestartWorkers = "restart_workers" // all workers of its module on its node
)

func defaultHeal() Heal {
	return Heal{
		DryRun: true, Window: Duration(time.Hour), MaxHeals: 3, MaxPerModule: 10, MaxPerNode: 10, MaxConcurrent: 10,
		MaxWait: Duration(2 * time.Minute), Backoff: Duration(30 * time.Second), MaxBackoff: Duration(10 * time.Minute),
		Brake: HealBrake{Window: Duration(10 * time.Minute), Heals: 50, Share: 0.1, Least: 5},
		Rules: []HealRule{},
	}
}

// fill sets the defaults of items of lists.
func (h *Heal) fill() {
	for i := range h.Rules {
		r := &h.Rules[i]
		setDefault(&r.Name, fmt.Sprintf("rule %d", i+1))
		setDefault(&r.MaxHeals, h.MaxHeals)
		for j := range r.Actions {
			r.Actions[j].fill()
		}
	}
}

func (a *HealAction) fill() {
	if a.Flow.Name != "" {
		setDefault(&a.Kind, "flow")
		setDefault(&a.Timeout, Duration(30*time.Minute))
	}
	setDefault(&a.Name, a.Kind)
	setDefault(&a.Timeout, Duration(30*time.Second))
	setDefault(&a.Verify.Within, Duration(time.Minute))
}

func (h Heal) check(k checker) {
	k.between("window", h.Window, Duration(time.Minute), 7*day)
	k.want(1 <= h.MaxHeals && h.MaxHeals <= 100, "max_heals", "1 to 100", h.MaxHeals)
	k.positive("max_per_module", h.MaxPerModule)
	k.positive("max_per_node", h.MaxPerNode)
	k.want(1 <= h.MaxConcurrent && h.MaxConcurrent <= 1000, "max_concurrent", "1 to 1000", h.MaxConcurrent)
	k.between("max_wait", h.MaxWait, 0, Duration(time.Hour))
	k.between("backoff", h.Backoff, 0, Duration(time.Hour))
	k.between("max_backoff", h.MaxBackoff, h.Backoff, day)
	h.Brake.check(k.at("brake"))
	known := slices.ContainsFunc(h.Rules, func(r HealRule) bool { return r.Name == h.ByHand })
	k.want(h.ByHand == "" || known, "by_hand", "the name of a rule", fmt.Sprintf("%q", h.ByHand))
	taken := names{}
	for i, r := range h.Rules {
		rule := k.item("rules", i)
		taken.own(rule, "name", r.Name, fmt.Sprintf("rules[%d]", i))
		r.check(rule)
	}
}

func (b HealBrake) check(k checker) {
	k.between("window", b.Window, Duration(time.Minute), day)
	k.want(1 <= b.Heals && b.Heals <= 1000, "heals", "1 to 1000", b.Heals)
	k.want(0 < b.Share && b.Share <= 1, "share", "a share above 0 and up to 1", b.Share)
	k.want(b.Least >= 1, "least", "a number above 0", b.Least)
}

func (r HealRule) check(k checker) {
	k.want(len(r.Match) > 0, "match", `matchers such as alertname="ProcessDown"`, "none, which would match every alarm")
	for _, m := range r.Match {
		_, err := labels.ParseMatcher(m)
		k.want(err == nil, "match", `matchers such as alertname="ProcessDown"`, fmt.Sprintf("%q: %v", m, err))
	}
	k.want(1 <= r.MaxHeals && r.MaxHeals <= 100, "max_heals", "1 to 100", r.MaxHeals)
	k.want(1 <= len(r.Actions) && len(r.Actions) <= 10, "actions", "1 to 10 actions", len(r.Actions))
	for i, a := range r.Actions {
		a.check(k.item("actions", i))
	}
}

func (a HealAction) check(k checker) {
	byDaemon := a.Kind == RestartProcess || a.Kind == RestartWorkers
	k.want(a.Kind != "", "kind", "restart_process, restart_workers, restart_server, or a word of your own", "none")
	ways := 0
	for _, given := range []bool{len(a.Command) > 0, a.Webhook.URL != "", a.Flow.Name != ""} {
		if given {
			ways++
		}
	}
	k.want(byDaemon || ways > 0, "command", "a command, a webhook or a flow (the node daemon can only restart_process and restart_workers)", "none")
	k.want(ways <= 1, "command", "one of a command, a webhook and a flow", fmt.Sprintf("%d of them", ways))
	longest := Duration(time.Hour)
	if a.Flow.Name != "" {
		longest = day
	}
	k.between("timeout", a.Timeout, Duration(time.Second), longest)
	k.want(a.Flow.Name != "" || len(a.Flow.Inputs) == 0, "flow.name", "the name of a flow", "none")
	for _, name := range slices.Sorted(maps.Keys(a.Flow.Inputs)) {
		k.template("flow.inputs."+name, a.Flow.Inputs[name])
	}
	k.between("verify.within", a.Verify.Within, Duration(time.Second), Duration(time.Hour))
	for _, arg := range a.Command {
		k.template("command", arg)
	}
	if a.Webhook.URL != "" {
		k.at("webhook").address("url", a.Webhook.URL)
		k.want(!strings.Contains(a.Webhook.URL, "{{"), "webhook.url", "an address (it is no template: the request tells of the alarm)", "{{")
		k.want(a.Webhook.Secret == "" || a.Webhook.SecretFile == "", "webhook.secret_file", "either secret or secret_file", "both")
	}
	k.template("verify.query", a.Verify.Query)
	k.templateQuery("verify.query", a.Verify.Query)
}
