package notify

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amconfig "github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

const someRules = `
route: {receiver: x}
receivers: [{name: x}]
inhibit_rules:
- {source_matchers: ['a=~"1|2"'], target_matchers: ['a=~"2|3"'], equal: [b]}
- {name: c over d, source_matchers: [c="1"], target_matchers: ['d!=""'], equal: [b, missing]}
- {source_match: {d: "2"}, target_match_re: {a: "[13]"}}
`

// randomLabels returns labels of which many alarms share some.
func randomLabels(r *rand.Rand) model.LabelSet {
	set := model.LabelSet{"n": model.LabelValue(fmt.Sprint(r.IntN(1000)))}
	for _, name := range []model.LabelName{"a", "b", "c", "d"} {
		if v := r.IntN(5); v > 0 {
			set[name] = model.LabelValue(fmt.Sprint(v))
		}
	}
	return set
}

// Alertmanager's own inhibitor, which is built anew for every question, says the same.
func TestInhibitorDecidesAsAlertmanager(t *testing.T) {
	readMatchers()
	conf, err := amconfig.Load(someRules)
	must(t, err)
	logger := slog.New(slog.DiscardHandler)
	held := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		ours := newInhibitor()
		if seed%2 == 0 {
			ours.use(conf.InhibitRules)
		}
		theirs, err := mem.NewAlerts(t.Context(), time.Hour, 0, nil, logger, eventrecorder.Recorder{}, prometheus.NewRegistry(), featurecontrol.NoopFlags{})
		must(t, err)
		var all []model.LabelSet
		for i := range r.IntN(12) {
			labels := randomLabels(r)
			all = append(all, labels)
			key := alarm.KeyOf(labels)
			ours.fires(key, fmt.Sprint(i), labels)
			a := &alert.Alert{Alert: model.Alert{Labels: labels, StartsAt: time.Now().Add(-time.Minute)}, UpdatedAt: time.Now()}
			if r.IntN(3) == 0 {
				ours.ends(key)
				a.EndsAt = time.Now().Add(-time.Second)
			}
			must(t, theirs.Put(t.Context(), a))
		}
		if seed%2 == 1 { // the rules come later, by a reload
			ours.use(conf.InhibitRules)
		}
		twin := inhibit.NewInhibitor(theirs, conf.InhibitRules, logger, eventrecorder.Recorder{})
		go twin.Run()
		twin.WaitForLoading()
		for _, labels := range all {
			_, id, rule, got := ours.holds(labels)
			if want := twin.Mutes(context.Background(), labels); got != want {
				t.Fatalf("seed %d: %s held %v by %s, rule %s; Alertmanager says %v; alarms %v", seed, labels, got, id, rule, want, all)
			}
			if got {
				held++
			}
		}
		twin.Stop()
		theirs.Close()
	}
	if held < 20 {
		t.Errorf("only %d of the alarms were held back: the test sees little", held)
	}
}

func TestInhibitorStaysWithItsSource(t *testing.T) {
	readMatchers()
	conf, err := amconfig.Load(someRules)
	must(t, err)
	i := newInhibitor()
	i.use(conf.InhibitRules)
	target := model.LabelSet{"b": "1", "d": "1"}
	for n := range 50 {
		i.fires(alarm.Key(n), fmt.Sprint(n), model.LabelSet{"b": "1", "c": "1", "n": model.LabelValue(fmt.Sprint(n))})
	}
	for range 3 {
		if _, id, rule, ok := i.holds(target); !ok || id != "0" || rule != "c over d" {
			t.Errorf("held %v by %s, rule %s", ok, id, rule)
		}
	}
	for n := range 49 {
		i.ends(alarm.Key(n))
	}
	if _, id, _, ok := i.holds(target); !ok || id != "49" {
		t.Errorf("held %v by %s", ok, id)
	}
	i.ends(49)
	if _, _, _, ok := i.holds(target); ok {
		t.Error("held by nobody")
	}
	for _, r := range i.rules {
		if len(r.sets) > 0 {
			t.Errorf("rule %s remembers %d sets", r.name, len(r.sets))
		}
	}
}
