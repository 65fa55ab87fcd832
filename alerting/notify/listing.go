package notify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	apiv2 "github.com/prometheus/alertmanager/api/v2"
	"github.com/prometheus/alertmanager/api/v2/models"
	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// listing serves GET /api/v2/alerts: the open alarms, with what holds them back.
// Alertmanager's own handler would not know of leases and other mutes of ours.
type listing struct {
	s     *Stage
	p     Pipeline
	turns chan struct{} // one for each request under way
}

// maxListings is how many requests are answered at a time, since each copies all
// open alarms.
const maxListings = 8

// ServeHTTP implements [http.Handler].
func (l listing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	f, err := readFilter(r.URL.Query())
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(err.Error())
		return
	}
	select {
	case l.turns <- struct{}{}:
		defer func() { <-l.turns }()
	default:
		http.Error(w, fmt.Sprintf("%d requests for all alarms are under way: try again later", maxListings), http.StatusServiceUnavailable)
		return
	}
	now, plan := time.Now(), l.s.plan.Load()
	shown := models.GettableAlerts{}
	for _, a := range l.p.Open() {
		if a.Ended || !a.Firing(now) {
			continue
		}
		if one := l.show(plan, a, f, now); one != nil {
			shown = append(shown, one)
		}
	}
	slices.SortFunc(shown, func(a, b *models.GettableAlert) int { return strings.Compare(*a.Fingerprint, *b.Fingerprint) })
	_ = json.NewEncoder(w).Encode(shown) // a client that is gone needs no answer
}

// show writes an alarm as Alertmanager does; nil if it is not asked for.
func (l listing) show(p *plan, a *alarm.Alarm, f filter, now time.Time) *models.GettableAlert {
	set := l.s.labels(a)
	if !matches(f.labels, set) {
		return nil
	}
	var receivers []string
	for _, r := range p.routes.Match(set) {
		receivers = append(receivers, r.RouteOpts.Receiver)
	}
	if !f.wants(receivers, p) {
		return nil
	}
	status, mutedBy := l.status(a, set)
	suppressed := status.State == alert.AlertStateSuppressed || len(mutedBy) > 0
	if !f.active && !suppressed || !f.silenced && len(status.SilencedBy) > 0 || !f.inhibited && len(status.InhibitedBy) > 0 {
		return nil
	}
	words := l.s.opts.Words
	out := words.leaving([]*alert.Alert{words.alertOf(a, set, a.UpdatedAt)})[0]
	if out.EndsAt = a.EndsAt; out.EndsAt.IsZero() {
		out.EndsAt = l.s.assumedEnd(now)
	}
	return apiv2.AlertToOpenAPIAlert(out, status, receivers, mutedBy)
}

// status tells what holds an alarm back: silences and inhibition as they are now,
// and what the stages said.
func (l listing) status(a *alarm.Alarm, set model.LabelSet) (status alert.AlertStatus, mutedBy []string) {
	status.State = alert.AlertStateActive
	status.SilencedBy, _ = l.s.silences.Muting(set)
	if key, _, _, held := l.s.inhibitor.holds(set); held {
		status.InhibitedBy = []string{key.String()}
	}
	switch {
	case a.Outcome == alarm.Folded && a.By != "":
		status.InhibitedBy = append(status.InhibitedBy, keyOfID(a.By))
	case a.Outcome == alarm.Muted && len(status.SilencedBy)+len(status.InhibitedBy) == 0:
		if who, _ := l.s.silences.Comment(a.By); who == "" && a.By != "" { // not a silence that has just ended
			mutedBy = []string{a.By}
		}
	}
	if len(status.SilencedBy)+len(status.InhibitedBy) > 0 {
		status.State = alert.AlertStateSuppressed
	}
	return status, mutedBy
}

// filter is what a request asks for.
type filter struct {
	labels                      []*labels.Matcher
	receiver                    *regexp.Regexp    // nil: any
	receivers                   []*labels.Matcher // on the labels of receivers
	active, silenced, inhibited bool
}

func readFilter(q url.Values) (f filter, err error) {
	if f.labels, err = readMatcherList(q["filter"]); err != nil {
		return f, err
	}
	if f.receivers, err = readMatcherList(q["receiver_matchers"]); err != nil {
		return f, fmt.Errorf("failed to parse receiver_matchers param: %w", err)
	}
	if q.Has("receiver") {
		if f.receiver, err = regexp.Compile("^(?:" + q.Get("receiver") + ")$"); err != nil {
			return f, fmt.Errorf("failed to parse receiver param: %w", err)
		}
	}
	for name, into := range map[string]*bool{"active": &f.active, "silenced": &f.silenced, "inhibited": &f.inhibited} {
		if *into = true; q.Has(name) {
			if *into, err = strconv.ParseBool(q.Get(name)); err != nil {
				return f, fmt.Errorf("%s: want true or false, found %q", name, q.Get(name))
			}
		}
	}
	return f, nil
}

func readMatcherList(texts []string) (all []*labels.Matcher, err error) {
	for _, text := range texts {
		m, err := compat.Matcher(text, "api")
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// matches tells whether labels are asked for. A matcher with an empty value asks
// whether the label is there.
func matches(all []*labels.Matcher, set model.LabelSet) bool {
	return !slices.ContainsFunc(all, func(m *labels.Matcher) bool {
		value, there := set[model.LabelName(m.Name)]
		if negative := m.Type == labels.MatchNotEqual || m.Type == labels.MatchNotRegexp; m.Value == "" {
			return there != negative
		}
		return !m.Matches(string(value))
	})
}

// wants tells whether one of the receivers is asked for.
func (f filter) wants(receivers []string, p *plan) bool {
	if f.receiver != nil && !slices.ContainsFunc(receivers, f.receiver.MatchString) {
		return false
	}
	return len(f.receivers) == 0 || slices.ContainsFunc(p.conf.Alertmanager.Receivers, func(r amconfig.Receiver) bool {
		set := model.LabelSet{}
		for name, value := range r.Labels {
			set[model.LabelName(name)] = model.LabelValue(value)
		}
		return slices.Contains(receivers, r.Name) && matches(f.receivers, set)
	})
}
