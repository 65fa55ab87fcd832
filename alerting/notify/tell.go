package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/config/receiver"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"
)

// ErrNoReceiver means that no receiver has the name that was asked for.
var ErrNoReceiver = errors.New("no such receiver")

// News is something that people are told which is no alarm.
type News struct {
	Name   string // what kind of news, as HeadroomRequest; the alertname for those that know only alarms
	Key    string // names the news: the same if it is told again
	Title  string // one line
	Text   string // more lines
	Link   string // address of a page; empty: none
	Labels model.LabelSet
}

// CanTell is an error that wraps [ErrNoReceiver] unless there is a receiver of a name.
func (s *Stage) CanTell(name string) error {
	conf := s.plan.Load().conf
	if !conf.hasReceiver(name) {
		return fmt.Errorf("%w: %s has no receiver %q", ErrNoReceiver, conf.source(), name)
	}
	return nil
}

// Told is how it went with one of the ways of a receiver.
type Told struct {
	Way string // its name within the receiver, as "email[0]"
	Err error  // nil: it has the news
}

// Tell tells a receiver something that is no alarm, by all ways that it has but those
// that have it already. Group chats get it as it is; Alertmanager's own notifiers, which
// know only alarms, get it as one that fires, and no route, silence or group touches it.
// The error joins those of the ways, each of which is returned, too.
func (s *Stage) Tell(ctx context.Context, name string, n News, have ...string) ([]Told, error) {
	ways, err := s.newsWays(name, &n)
	if err != nil {
		return nil, err
	}
	var all []Told
	var errs []error
	ctx = n.context(ctx, name)
	for _, w := range ways {
		told := Told{Way: w.name}
		if !slices.Contains(have, w.name) {
			told.Err = w.send(ctx)
		}
		if all = append(all, told); told.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", w.name, told.Err))
		}
	}
	return all, errors.Join(errs...)
}

// newsWay sends news by one of the ways of a receiver.
type newsWay struct {
	name string
	send func(context.Context) error
}

// newsWays are those of a receiver, Alertmanager's own first.
func (s *Stage) newsWays(name string, n *News) (all []newsWay, err error) {
	if err := s.CanTell(name); err != nil {
		return nil, err
	}
	p := s.plan.Load()
	i := slices.IndexFunc(p.conf.Alertmanager.Receivers, func(r amconfig.Receiver) bool { return r.Name == name })
	list, err := receiver.BuildReceiverIntegrations(p.conf.Alertmanager.Receivers[i], p.templates, s.logger)
	if err != nil {
		return nil, fmt.Errorf("receiver %q: %w", name, err)
	}
	for j := range list {
		all = append(all, newsWay{list[j].String(), func(ctx context.Context) error {
			_, err := list[j].Notify(ctx, n.alert())
			if err != nil {
				return cause(err)
			}
			return nil
		}})
	}
	return append(all, p.chatWays(name, n)...), nil
}

// chatWays are the group chats of a receiver.
func (p *plan) chatWays(name string, n *News) (all []newsWay) {
	m := message{title: n.Title, text: cut(n.Text, maxChatText), link: n.Link}
	add := func(kind string, i int, send func(context.Context, message) (bool, error), m message) {
		all = append(all, newsWay{fmt.Sprintf("%s[%d]", kind, i), func(ctx context.Context) error {
			_, err := send(ctx, m)
			return err
		}})
	}
	for i, robot := range p.conf.DingTalk {
		if robot.Receiver == name {
			linked := m
			if m.link != "" { // which has no place of its own there
				linked.text += "\n\n[Headroom](" + m.link + ")"
			}
			add("dingtalk", i, (&dingTalk{robot, p.templates}).send, linked)
		}
	}
	for i, robot := range p.conf.Feishu {
		if robot.Receiver == name {
			add("feishu", i, (&feishu{robot, p.templates}).send, m)
		}
	}
	return all
}

// alert is the news for those who know only alarms.
func (n *News) alert() *alert.Alert {
	labels := model.LabelSet{model.AlertNameLabel: model.LabelValue(n.Name)}
	for name, value := range n.Labels {
		labels[name] = value
	}
	now := time.Now()
	a := &alert.Alert{Alert: model.Alert{
		Labels: labels, StartsAt: now, GeneratorURL: n.Link,
		Annotations: model.LabelSet{"summary": model.LabelValue(n.Title), "description": model.LabelValue(n.Text)},
	}, UpdatedAt: now}
	if n.Link != "" {
		a.Annotations[AnnotationLink] = model.LabelValue(n.Link)
	}
	return a
}

// context has what notifiers ask for of a group.
func (n *News) context(ctx context.Context, receiver string) context.Context {
	ctx = amnotify.WithReceiverName(ctx, receiver)
	ctx = amnotify.WithGroupKey(ctx, "news:"+n.Key)
	ctx = amnotify.WithGroupLabels(ctx, model.LabelSet{model.AlertNameLabel: model.LabelValue(n.Name)})
	ctx = amnotify.WithNow(ctx, time.Now())
	return amnotify.WithNotificationReason(ctx, amnotify.ReasonFirstNotification)
}
