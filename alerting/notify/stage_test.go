package notify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/notify"
	"headroom/storage/state"
)

// quick is a file with one receiver and short waits.
const quick = `
route: {receiver: ops, group_by: [job], group_wait: 300ms, group_interval: 1s, repeat_interval: 1h}
receivers:
- name: ops
  webhook_configs: [{url: SINK/ops}]
`

func TestFiringAndEndAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"), named("Slow", "job", "a"))
	h := w.expect("firing ops: Dead/firing Slow/firing")
	if h.Version != "4" || h.GroupLabels["job"] != "a" || h.GroupKey != `{}:{job="a"}` || h.Alerts[0].Annotations["summary"] == "" || h.Alerts[0].GeneratorURL == "" {
		t.Errorf("message %s", h.raw)
	}
	a := w.notified("Dead")
	if got := a.Trail[len(a.Trail)-1]; got.By != "ops/webhook[0]" || got.What != string(alarm.Notified) || got.Reason != `first notification in group {job="a"}` {
		t.Errorf("event %+v", got)
	}
	if h.Alerts[0].Annotations[notify.AnnotationAlarm] == "" {
		t.Error("no id of the alarm in the message")
	}
	w.stop(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/resolved Slow/firing")
	a = w.closed("Dead")
	if a.Outcome != alarm.Notified || a.Trail[len(a.Trail)-1].What != notify.EndTold {
		t.Errorf("%+v", a)
	}
	if a.Reason != "told to ops/webhook[0]; its end, too" {
		t.Error(a.Reason)
	}
	w.stop(named("Slow", "job", "a"))
	w.expect("resolved ops: Slow/resolved")
	w.closed("Slow")

	told, err := w.db.Notifications().Find(t.Context(), state.NotificationQuery{Receiver: "ops"})
	must(t, err)
	if len(told) != 3 || told[0].What != state.Delivered || len(told[2].Firing) != 2 || told[0].Ended[0] != w.of("Slow").ID || told[2].Labels != `{job="a"}` {
		t.Errorf("records %+v", told)
	}
	// The message about the end of one lists the other, too, of which it is no news.
	if n := told[1]; n.AllFiring != 1 || n.AllEnded != 1 || len(n.Firing) != 0 || len(n.Ended) != 1 {
		t.Errorf("record %+v", n)
	}
}

func TestWaitingAlarmSaysForWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.ReplaceAll(quick, "300ms", "1h"))
	w.fire(named("Dead", "job", "a"))
	a := w.comes("Dead", "waits", func(a *alarm.Alarm) bool { return a.Stage == notify.Name })
	if want := `waits for its group {job="a"} of receiver "ops", which goes out at `; !strings.HasPrefix(a.Reason, want) || a.Outcome != alarm.Waiting {
		t.Errorf("%s: %s", a.Outcome, a.Reason)
	}
	// What ends before its group goes out is told to nobody.
	w.stop(named("Dead", "job", "a"))
	a = w.closed("Dead")
	if a.Outcome != alarm.Resolved {
		t.Errorf("%s: %s", a.Outcome, a.Reason)
	}
}

func TestNobodyIsTold(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"no file": "", "null receiver": "route: {receiver: 'null'}\nreceivers: [{name: 'null'}]\n"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, file)
			w.fire(named("Dead"))
			a := w.comes("Dead", "waits", func(a *alarm.Alarm) bool { return a.Stage == notify.Name })
			if !strings.HasPrefix(a.Reason, "nobody is configured to be told ") || a.Outcome != alarm.Waiting {
				t.Errorf("%s: %s", a.Outcome, a.Reason)
			}
		})
	}
}

func TestRepeatIsWithheldFromTheAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.ReplaceAll(quick, "1h", "1s"))
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.expect("firing ops: Dead/firing") // a repeat
	must(t, w.pipeline.Ack(t.Context(), w.of("Dead").ID, "ann", "on it", time.Time{}))
	withheld := func() []*state.Notification {
		found, err := w.db.Notifications().Find(t.Context(), state.NotificationQuery{What: state.Withheld})
		must(t, err)
		return found
	}
	w.eventually("a repeat is withheld", func() bool { return len(withheld()) > 0 })
	if n := withheld()[0]; !strings.Contains(n.Why, "ann has acknowledged it") || n.Firing[0] != w.of("Dead").ID {
		t.Errorf("%+v", n)
	}
	for len(w.sink.got) > 0 {
		<-w.sink.got
	}
	w.none(2500 * time.Millisecond)
	w.fire(named("Slow", "job", "a")) // that is new
	w.expect("firing ops: Dead/firing Slow/firing")
}

// Repeats are an hour off, but who was told is told again when the time is up of the one
// who had taken it on, also by a server that was started anew meanwhile, and once.
func TestAcknowledgementThatIsOverIsToldAgain(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, quick)
			w.fire(named("Dead", "job", "a"))
			w.expect("firing ops: Dead/firing")
			w.notified("Dead")
			must(t, w.pipeline.Ack(t.Context(), w.of("Dead").ID, "ann", "on it", time.Now().Add(2*time.Second)))
			if restart {
				w.restart()
			}
			w.expect("firing ops: Dead/firing")
			a := w.comes("Dead", "is told again", func(a *alarm.Alarm) bool { return a.Trail[len(a.Trail)-1].What == string(alarm.Notified) })
			if before := a.Trail[len(a.Trail)-2]; before.What != alarm.AckOver || a.AckedBy != "" {
				t.Errorf("%+v", a.Trail)
			}
			w.none(time.Second)
			w.stop(named("Dead", "job", "a"))
			w.expect("resolved ops: Dead/resolved")
		})
	}
}

// Who was told is told again, once, when the one who had taken it on for good gives it back.
func TestAcknowledgementThatIsGivenBackIsToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.notified("Dead")
	id := w.of("Dead").ID
	must(t, w.pipeline.Ack(t.Context(), id, "ann", "on it", time.Time{}))
	w.restart() // which has seen the acknowledgement
	w.none(time.Second)
	must(t, w.pipeline.Unack(t.Context(), id, "ann", ""))
	w.expect("firing ops: Dead/firing")
	w.none(time.Second)
}

func TestFailedDeliveryIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.sink.breaks(true)
	w.fire(named("Dead", "job", "a"))
	w.comes("Dead", "waits", func(a *alarm.Alarm) bool { return a.Stage == notify.Name })
	w.eventually("it says why", func() bool {
		reason := w.pipeline.Open()[0].Reason
		return strings.HasPrefix(reason, "could not be told to ops/webhook[0]: ") && strings.Contains(reason, "500") && strings.HasSuffix(reason, "; trying again")
	})
	if a := w.of("Dead"); a.Outcome != alarm.Waiting {
		t.Errorf("%s although nobody was told", a.Outcome)
	}
	w.none(3 * time.Second) // tries go on, also with the group's next times to go out
	w.sink.breaks(false)
	w.expect("firing ops: Dead/firing")
	a := w.notified("Dead")
	if a.Reason != "told to ops/webhook[0]" {
		t.Error(a.Reason)
	}
	failed := slices.DeleteFunc(a.Trail, func(e alarm.Event) bool { return e.What != state.Failed })
	if len(failed) != 1 || failed[0].By != "ops/webhook[0]" || !strings.HasPrefix(failed[0].Reason, "could not be told: ") {
		t.Errorf("one event says that it failed, got %+v", failed)
	}
}

// The reason names all who were told, and who could not be.
func TestReasonNamesAllReceivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `
route: {receiver: ops, group_wait: 100ms, group_interval: 1s, routes: [{receiver: gone, continue: true}, {receiver: ops}]}
receivers:
- name: ops
  webhook_configs: [{url: SINK/ops}, {url: SINK/second}]
- name: gone
  webhook_configs: [{url: 'http://127.0.0.1:1/'}]
`)
	w.fire(named("Dead", "job", "a"))
	w.eventually("all are named", func() bool {
		a := w.pipeline.Open()[0]
		return a.Outcome == alarm.Notified && a.Reason == "told to ops/webhook[0], ops/webhook[1]; could not be told to gone/webhook[0]: dial tcp 127.0.0.1:1: connect: connection refused; trying again"
	})
}

func TestInhibition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick+`
inhibit_rules:
- name: rack
  source_matchers: [alertname="RackDown"]
  target_matchers: [severity="minor"]
  equal: [rack]
`)
	rack, one, other := named("RackDown", "rack", "r1", "job", "x"), named("Dead", "rack", "r1", "severity", "minor", "job", "y"), named("Slow", "rack", "r2", "severity", "minor", "job", "y")
	w.silence(named("RackDown")) // a silenced one holds back, too
	w.fire(rack, one, other)
	w.expect("firing ops: Slow/firing")
	a := w.comes("Dead", "is muted", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Muted })
	if source := w.of("RackDown"); a.By != source.ID || !strings.Contains(a.Reason, "inhibition rule rack") {
		t.Errorf("by %s: %s", a.By, a.Reason)
	}
	for _, s := range w.alerts("?filter=" + `alertname="Dead"`) {
		if s.Status.State != "suppressed" || !slices.Equal(s.Status.InhibitedBy, []string{w.of("RackDown").Key.String()}) {
			t.Errorf("%+v", s)
		}
	}
	if got := w.alerts("?inhibited=false&silenced=false"); len(got) != 1 || got[0].Labels["alertname"] != "Slow" {
		t.Errorf("%+v", got)
	}
	w.stop(rack)
	w.expect("firing ops: Dead/firing Slow/firing")
	w.notified("Dead")
}

func TestSilenceHoldsBackTheNextMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strings.ReplaceAll(quick, "1h", "1s"))
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	id := w.silence(named("Dead"))
	if got := w.alerts(""); got[0].Status.State != "suppressed" || got[0].Status.SilencedBy[0] != id {
		t.Errorf("%+v", got)
	}
	if ids, ends := w.stage.Silences().Muting(named("Dead", "job", "a")); len(ids) != 1 || ids[0] != id || time.Until(ends) < 59*time.Minute {
		t.Errorf("muted by %v until %s", ids, ends)
	}
	since := time.Now().Add(time.Second) // what was under way may still come
	w.eventually("repeats would have come", func() bool { return time.Since(since) > 2*time.Second })
	told, err := w.db.Notifications().Find(t.Context(), state.NotificationQuery{From: since})
	if err != nil || len(told) > 0 {
		t.Errorf("told although silenced: %+v, %v", told, err)
	}
	for len(w.sink.got) > 0 {
		<-w.sink.got
	}
	if code, text := w.call("DELETE", "/api/v2/silence/"+id, nil); code != 200 {
		t.Fatal(code, text)
	}
	w.expect("firing ops: Dead/firing")
}

// The log of the group says that it was told; but its end was not.
func TestAlarmThatEndedUnseenIsNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.notified("Dead")
	id := w.silence(named("Dead"))
	w.stop(named("Dead", "job", "a"))
	w.closed("Dead")
	if code, text := w.call("DELETE", "/api/v2/silence/"+id, nil); code != 200 {
		t.Fatal(code, text)
	}
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.none(1500 * time.Millisecond) // but once
}

func TestTimeIntervals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, `
route: {receiver: ops, group_wait: 100ms, group_interval: 1s, routes: [{mute_time_intervals: [always]}]}
receivers:
- name: ops
  webhook_configs: [{url: SINK/ops}]
time_intervals:
- name: always
  time_intervals: [{}]
`)
	w.fire(named("Dead"))
	a := w.comes("Dead", "is muted", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Muted })
	if a.By != "always" || a.Reason != "within the mute time always" {
		t.Errorf("by %s: %s", a.By, a.Reason)
	}
	w.none(time.Second)
	w.write(quick)
	conf, err := w.load()
	must(t, err)
	must(t, w.stage.Reload(conf)) // no alarm is forgotten by it
	w.expect("firing ops: Dead/firing")
}

func TestReloadIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	for text, want := range map[string]string{
		"route: {receiver: nobody}\nreceivers: [{name: ops}]\n":                             "alertmanager.yml",
		"route: {receiver: ops}\nreceivers: [{name: ops}]\ntemplates: ['bad/*.tmpl']\nx: 1": "field x not found",
	} {
		w.write(text)
		if _, err := w.load(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.write(quick)
	conf, err := w.load()
	must(t, err)
	must(t, w.stage.Reload(conf))
	w.none(2 * time.Second) // who was told is not told again
	w.stop(named("Dead", "job", "a"))
	w.expect("resolved ops: Dead/resolved")
}

func TestOwnFactsGoAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick, func(w *world) { w.mid = []alarm.Stage{knowing{}} })
	w.fire(named("Dead", "job", "a", "replica", "b"))
	h := w.expect("firing ops: Dead/firing")
	want := map[string]string{
		notify.AnnotationPath: "Qzone/WNS", notify.AnnotationOwner: "ann", notify.AnnotationRunbook: "http://runbook.example",
		notify.AnnotationTried: "restarted it", notify.AnnotationFlapping: "changed state 5 times in 10m", notify.AnnotationCause: "rack r1: 2 alarms (Dead), shared by 40", notify.AnnotationMembers: "alarm m1\nalarm m2",
	}
	for name, text := range want {
		if got := h.Alerts[0].Annotations[name]; got != text {
			t.Errorf("%s is %q, want %q", name, got, text)
		}
	}
	if _, there := h.Alerts[0].Labels["replica"]; there {
		t.Error("a label that only tells senders apart is in the message")
	}
	var raw map[string]any
	must(t, json.Unmarshal(h.raw, &raw))
	for _, field := range []string{"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts"} {
		if _, ok := raw[field]; !ok {
			t.Errorf("the message has no %s", field)
		}
	}
}

// knowing is a stage that knows something of every alarm.
type knowing struct{}

func (knowing) Name() string { return "know" }

func (knowing) Run(_ ctx, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	for _, a := range alarms {
		if a.Facts.Owner == "" {
			a.Facts = alarm.Facts{Path: []string{"Qzone", "WNS"}, Owner: "ann", Runbook: "http://runbook.example"}
			a.Cause = &alarm.Cause{Component: alarm.Component{Kind: "rack", Name: "r1"}, Kinds: []string{"Dead"}, Members: []string{"m1", "m2"}, Share: 40}
			a.Annotations = a.Annotations.Clone()
			a.Annotations[notify.AnnotationTried] = "restarted it"
			a.Note(alarm.Event{At: now, Stage: flap.Name, What: flap.Flapping, Reason: "changed state 5 times in 10m"})
		}
	}
	return alarms
}

func TestAnotherStageTakesAnAlarmBack(t *testing.T) {
	t.Parallel()
	keeper := &keeping{stage: "fold", outcome: alarm.Folded, by: "c1-x"}
	w := newWorld(t, strings.ReplaceAll(quick, "300ms", "2s"), func(w *world) { w.mid = []alarm.Stage{keeper} })
	w.fire(named("Dead", "job", "a"))
	w.comes("Dead", "waits", func(a *alarm.Alarm) bool { return a.Stage == notify.Name })
	keeper.on.Store(true)
	w.fire(named("Dead", "job", "a"))
	must(t, w.pipeline.Ack(t.Context(), w.of("Dead").ID, "ann", "", time.Time{})) // so that it comes by
	w.comes("Dead", "is folded", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Folded })
	w.none(3 * time.Second)
	if got := w.alerts(""); got[0].Status.State != "suppressed" || got[0].Status.InhibitedBy[0] != "c1" {
		t.Errorf("%+v", got)
	}
	w.stop(named("Dead", "job", "a"))
	w.comes("Dead", "is closed", func(a *alarm.Alarm) bool { return !a.Open() && a.Outcome == alarm.Folded })
	w.none(2 * time.Second)
}
