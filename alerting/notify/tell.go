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

// Tell tells a receiver something that is no alarm, by all ways that it has. Group
// chats get it as it is; Alertmanager's own notifiers, which know only alarms, get it
// as one that fires, and no route, silence or group touches it. With an error some
// may have it.
func (s *Stage) Tell(ctx context.Context, name string, n News) error {
	if err := s.CanTell(name); err != nil {
		return err
	}
	p := s.plan.Load()
	i := slices.IndexFunc(p.conf.Alertmanager.Receivers, func(r amconfig.Receiver) bool { return r.Name == name })
	list, err := receiver.BuildReceiverIntegrations(p.conf.Alertmanager.Receivers[i], p.templates, s.logger)
	if err != nil {
		return fmt.Errorf("receiver %q: %w", name, err)
	}
	var errs []error
	ctx = n.context(ctx, name)
	for j := range list {
		if _, err := list[j].Notify(ctx, n.alert()); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", list[j].String(), cause(err)))
		}
	}
	m := message{title: n.Title, text: cut(n.Text, maxChatText), link: n.Link}
	return errors.Join(append(errs, p.tellChats(ctx, name, m))...)
}

// tellChats tells the group chats of a receiver.
func (p *plan) tellChats(ctx context.Context, name string, m message) error {
	var errs []error
	for _, robot := range p.conf.DingTalk {
		if robot.Receiver == name {
			linked := m
			if m.link != "" { // which has no place of its own there
				linked.text += "\n\n[Headroom](" + m.link + ")"
			}
			_, err := (&dingTalk{robot, p.templates}).send(ctx, linked)
			errs = append(errs, err)
		}
	}
	for _, robot := range p.conf.Feishu {
		if robot.Receiver == name {
			_, err := (&feishu{robot, p.templates}).send(ctx, m)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
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
