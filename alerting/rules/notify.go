package rules

import (
	"context"
	"net/url"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/alerting/alarm"
)

// notify says to the book what a rule found.
func (r *Rules) notify(ctx context.Context, expr string, found ...*promrules.Alert) {
	if len(found) == 0 {
		return
	}
	link := Link(r.opts.URL(), expr)
	alerts := make([]*amalert.Alert, len(found))
	for i, a := range found {
		alerts[i] = alertOf(a, link)
	}
	r.send(ctx, alerts)
}

func (r *Rules) send(ctx context.Context, alerts []*amalert.Alert) {
	if err := r.opts.Book.Receive(ctx, alarm.FromRules, alerts...); err != nil {
		r.failedSends.Inc()
		r.opts.Logger.Error("alarms of rules were not taken; they will be sent again", "alarms", len(alerts), "err", err)
	}
}

// alertOf puts a rule's alert into the words of the pipeline. One that fires ends
// by itself only if its rule is not evaluated for several intervals.
func alertOf(a *promrules.Alert, link string) *amalert.Alert {
	out := &amalert.Alert{}
	out.Labels, out.Annotations = labelSet(a.Labels), labelSet(a.Annotations)
	out.StartsAt, out.EndsAt, out.Timeout, out.GeneratorURL = a.FiredAt, a.ValidUntil, true, link
	if !a.ResolvedAt.IsZero() {
		out.EndsAt, out.Timeout = a.ResolvedAt, false
	}
	return out
}

func labelSet(ls labels.Labels) model.LabelSet {
	set := make(model.LabelSet, ls.Len())
	ls.Range(func(l labels.Label) { set[model.LabelName(l.Name)] = model.LabelValue(l.Value) })
	return set
}

// Link is where the server answers an expression.
func Link(server *url.URL, expr string) string {
	u := server.JoinPath("api/v1/query")
	u.RawQuery = url.Values{"query": {expr}}.Encode()
	return u.String()
}

// holdOpen says again what was said before the start, since rules need up to
// three evaluations until they can: the first, one more before they go on with
// what was pending, and the one after.
func (r *Rules) holdOpen(ctx context.Context) {
	longest := r.interval
	for _, g := range r.manager.RuleGroups() {
		longest = max(longest, g.Interval())
	}
	until := r.opts.Now().Add(4*longest + resendDelay)
	var alerts []*amalert.Alert
	for _, a := range r.opts.Book.Open() {
		if a.Source == alarm.FromRules && !a.Ended {
			alerts = append(alerts, held(a, until))
		}
	}
	if len(alerts) > 0 {
		r.send(ctx, alerts)
	}
}

// held is an open alarm as it was said, to be held for firing until a time.
func held(a *alarm.Alarm, until time.Time) *amalert.Alert {
	out := &amalert.Alert{Timeout: true}
	out.Labels, out.Annotations, out.GeneratorURL = a.Labels, a.Annotations, a.GeneratorURL
	out.StartsAt, out.EndsAt = a.StartsAt, until
	return out
}
