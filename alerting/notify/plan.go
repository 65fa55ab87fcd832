package notify

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/config/receiver"
	"github.com/prometheus/alertmanager/dispatch"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"

	"headroom/internal/config"
)

// plan is what follows from a configuration. It is never changed.
type plan struct {
	conf      *Config
	routes    *dispatch.Route
	receivers map[string][]amnotify.Integration // of those that a route names
	intervals *timeinterval.Intervener
	templates *template.Template
	interval  map[string]time.Duration // of groups, by the id of their route
	tellsEnd  map[string]bool          // by the name of an integration: whether it tells of ends
}

func newPlan(conf *Config, external *url.URL, logger *slog.Logger) (*plan, error) {
	am := conf.Alertmanager
	templates, err := template.FromGlobs(am.Templates)
	if err != nil {
		return nil, fmt.Errorf("%s: read templates: %w", conf.source(), err)
	}
	templates.ExternalURL = &url.URL{}
	if external != nil { // "/#/alerts?…" is added to it, which only Alertmanager's page understands
		templates.ExternalURL = external.JoinPath("alarms")
	}
	p := &plan{conf: conf, templates: templates, routes: dispatch.NewRoute(am.Route, nil), tellsEnd: map[string]bool{}, interval: map[string]time.Duration{}}
	p.routes.Walk(func(r *dispatch.Route) { p.interval[r.ID()] = r.RouteOpts.GroupInterval })
	if p.receivers, err = p.integrations(logger); err != nil {
		return nil, fmt.Errorf("%s: %w", conf.source(), err)
	}
	for name, list := range p.receivers {
		for i := range list {
			p.tellsEnd[integrationID(name, &list[i])] = list[i].SendResolved()
		}
	}
	for i := range conf.Forward {
		p.tellsEnd[forwardName(i)] = true
	}
	intervals := map[string][]timeinterval.TimeInterval{}
	for _, t := range am.MuteTimeIntervals {
		intervals[t.Name] = t.TimeIntervals
	}
	for _, t := range am.TimeIntervals {
		intervals[t.Name] = t.TimeIntervals
	}
	p.intervals = timeinterval.NewIntervener(intervals)
	return p, nil
}

// integrationID names an integration as in "ops/webhook[0]".
func integrationID(receiver string, i *amnotify.Integration) string {
	return receiver + "/" + i.String()
}

// integrations builds the notifiers of every receiver that a route names.
func (p *plan) integrations(logger *slog.Logger) (map[string][]amnotify.Integration, error) {
	used := map[string][]amnotify.Integration{}
	p.routes.Walk(func(r *dispatch.Route) { used[r.RouteOpts.Receiver] = nil })
	for _, rcv := range p.conf.Alertmanager.Receivers {
		if _, ok := used[rcv.Name]; !ok {
			continue
		}
		list, err := receiver.BuildReceiverIntegrations(rcv, p.templates, logger)
		if err != nil {
			return nil, fmt.Errorf("receiver %q: %w", rcv.Name, err)
		}
		list = append(list, p.robots("dingtalk", p.conf.DingTalk, rcv.Name, newDingTalk)...)
		list = append(list, p.robots("feishu", p.conf.Feishu, rcv.Name, newFeishu)...)
		used[rcv.Name] = list
	}
	return used, nil
}

// robots builds those of a kind that are added to a receiver.
func (p *plan) robots(kind string, all []config.Robot, receiver string, build func(config.Robot, *template.Template) amnotify.Notifier) (list []amnotify.Integration) {
	for i, robot := range all {
		if robot.Receiver == receiver {
			list = append(list, amnotify.NewIntegration(build(robot, p.templates), sendResolved(!robot.SkipResolved), kind, i, receiver))
		}
	}
	return list
}

type sendResolved bool

func (s sendResolved) SendResolved() bool { return bool(s) }

// way is a route that an alarm takes, and its group there.
type way struct {
	route *dispatch.Route
	group model.LabelSet
	key   string // of the group, as the dispatcher has it
	to    []amnotify.Integration
}

// ways are the ways that are in use, by their groups' keys: alarms of a group share
// one.
type ways map[string]*way

// maxWays is how many are remembered before all are forgotten, since groups come
// and go.
const maxWays = 200_000

// of returns the ways of labels, in the order of the file.
func (s ways) of(p *plan, labels model.LabelSet) []*way {
	routes := p.routes.Match(labels)
	all := make([]*way, len(routes))
	for i, r := range routes {
		group := groupOf(labels, &r.RouteOpts)
		key := r.Key() + ":" + group.String()
		at := r.ID() + key // the key alone is not one route's
		if s[at] == nil {
			if len(s) >= maxWays {
				clear(s)
			}
			s[at] = &way{route: r, group: group, key: key, to: p.receivers[r.RouteOpts.Receiver]}
		}
		all[i] = s[at]
	}
	return all
}

func groupOf(labels model.LabelSet, opts *dispatch.RouteOpts) model.LabelSet {
	if opts.GroupByAll {
		return labels
	}
	group := make(model.LabelSet, len(opts.GroupBy))
	for name := range opts.GroupBy {
		if value, ok := labels[name]; ok {
			group[name] = value
		}
	}
	return group
}

// takers leaves out ways that lead to nobody.
func takers(all []*way) []*way {
	if !slices.ContainsFunc(all, leadsNowhere) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), leadsNowhere)
}

func leadsNowhere(w *way) bool { return len(w.to) == 0 }

// muted tells whether none of the ways is open at this time, and why.
func (p *plan) muted(ways []*way, now time.Time) (names, reason string, muted bool) {
	var all []string
	for _, w := range ways {
		opts := &w.route.RouteOpts
		by, inside := p.closedBy(opts.MuteTimeIntervals, opts.ActiveTimeIntervals, now)
		if len(by) == 0 {
			return "", "", false
		}
		all = append(all, by...)
		if reason = "outside of the active time "; inside {
			reason = "within the mute time "
		}
	}
	slices.Sort(all)
	names = strings.Join(slices.Compact(all), ", ")
	return names, reason + names, len(ways) > 0
}

// closedBy names the time intervals that close a route. The names were checked
// when the file was read.
func (p *plan) closedBy(mute, active []string, now time.Time) (by []string, inside bool) {
	if muted, by, err := p.intervals.Mutes(mute, now); err == nil && muted {
		return by, true
	}
	if open, _, err := p.intervals.Mutes(active, now); len(active) > 0 && err == nil && !open {
		return active, false
	}
	return nil, false
}
