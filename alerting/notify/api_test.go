package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
	"headroom/alerting/notify"
)

func TestBadRequestsAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	f := func(method, path, body string, code int, want string) {
		t.Helper()
		got, text := w.call(method, path, body)
		if got != code || !strings.Contains(text, want) {
			t.Errorf("%s %s %s: %d %s; want %d with %q", method, path, body, got, text, code, want)
		}
	}
	f("POST", "/api/v2/alerts", `[{`, 400, "parsing alerts body")
	f("POST", "/api/v2/alerts", `{}`, 400, "parsing alerts body")
	f("POST", "/api/v2/alerts", `[{"labels":{}}]`, 400, "at least one label pair required")
	f("POST", "/api/v2/alerts", `[{"labels":{"alertname":""}}]`, 400, "at least one label pair required")
	f("POST", "/api/v2/alerts", `[{"labels":{"alertname":"x"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]`, 400, "start time must be before end time")
	f("POST", "/api/v2/alerts", `[{"labels":{"alertname":"x"},"startsAt":"yesterday"}]`, 400, "yesterday")
	f("POST", "/api/v2/alerts", `[{"annotations":{}}]`, 422, "labels")
	f("POST", "/api/v2/silences", `{"matchers":[]}`, 422, "comment")
	f("POST", "/api/v2/silences", `{"matchers":[{"name":"a","value":"(","isRegex":true}],"startsAt":"2026-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","createdBy":"ann","comment":"x"}`, 400, "missing closing )")
	f("POST", "/api/v2/silences", `{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-02T00:00:00Z","createdBy":"ann","comment":"x"}`, 400, "end time can't be in the past")
	f("GET", "/api/v2/alerts?filter=a", "", 400, "bad matcher format")
	f("GET", "/api/v2/alerts?receiver=(", "", 400, "failed to parse receiver param")
	f("GET", "/api/v2/alerts?active=perhaps", "", 400, `found \"perhaps\"`)
	f("GET", "/api/v2/silence/00000000-0000-0000-0000-000000000000", "", 404, "")
	f("GET", "/api/v2/silence/x", "", 422, "uuid")
	f("GET", "/api/v1/alerts", "", 410, "deprecated")
	f("POST", "/api/v1/alerts", "[]", 410, "deprecated")
	if open := w.pipeline.Open(); len(open) != 0 {
		t.Errorf("%d alarms were made of that", len(open))
	}
}

func TestAPIShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a", "node", "n1"), named("Slow", "job", "b"))
	w.expectBoth("firing ops: Dead/firing", "firing ops: Slow/firing")
	f := func(query string, want ...string) {
		t.Helper()
		var got []string
		for _, a := range w.alerts(query) {
			got = append(got, a.Labels["alertname"])
		}
		if !sameSet(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	f("", "Dead", "Slow")
	f(`?filter=node="n1"`, "Dead")
	f(`?filter=node!=""`, "Dead")
	f(`?filter=node=""`, "Slow")
	f(`?filter=alertname=~"D.*"`, "Dead")
	f(`?filter=alertname!~"D.*"`, "Slow")
	f("?receiver=ops", "Dead", "Slow")
	f("?receiver=op")
	f("?active=false")

	code, text := w.call("GET", "/api/v2/alerts/groups", nil)
	var groups []struct {
		Labels   map[string]string
		Receiver struct{ Name string }
		Alerts   []struct{ EndsAt string }
	}
	must(t, json.Unmarshal([]byte(text), &groups))
	if code != 200 || len(groups) != 2 || groups[0].Labels["job"] != "a" || groups[0].Receiver.Name != "ops" || strings.HasPrefix(groups[0].Alerts[0].EndsAt, "0001") {
		t.Errorf("groups: %d %s", code, text)
	}
	if code, text := w.call("GET", "/api/v2/receivers", nil); code != 200 || !strings.Contains(text, `"name":"ops"`) {
		t.Errorf("receivers: %d %s", code, text)
	}
	code, text = w.call("GET", "/api/v2/status", nil)
	if code != 200 || !strings.Contains(text, "group_by") || !strings.Contains(text, `"status":"disabled"`) {
		t.Errorf("status: %d %s", code, text)
	}
	if secret := w.sink.URL; strings.Contains(text, secret) {
		t.Error("the status shows an address that may hold a secret")
	}
}

// expectBoth waits for two messages in any order.
func (w *world) expectBoth(a, b string) {
	w.t.Helper()
	if got := []string{w.next().String(), w.next().String()}; !sameSet(got, []string{a, b}) {
		w.t.Fatalf("got %q, want %q and %q", got, a, b)
	}
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// unreliable is a pipeline that keeps nothing.
type unreliable struct{}

func (unreliable) Open() []*alarm.Alarm { return nil }
func (unreliable) Receive(context.Context, string, ...*alert.Alert) error {
	return errors.New("the disk is full")
}

func TestSenderIsToldToTryAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	reg := prometheus.NewRegistry()
	conf, err := w.load()
	must(t, err)
	s, err := notify.New(t.Context(), notify.Options{
		Config: conf, DB: w.db.Notifications(), Wake: func() {}, IgnoreLabels: func() []string { return nil }, Logger: quiet, Registerer: reg,
	})
	must(t, err)
	defer s.Close()
	handler, err := s.API(unreliable{})
	must(t, err)
	answer := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/v2/alerts", strings.NewReader(`[{"labels":{"alertname":"x"}}]`))
	r.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(answer, r)
	if answer.Code != 500 || !strings.Contains(answer.Body.String(), "the disk is full") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestNothingGlobalIsTouched(t *testing.T) {
	w := newWorld(t, quick)
	got, err := prometheus.DefaultGatherer.Gather()
	must(t, err)
	for _, m := range got {
		if strings.HasPrefix(m.GetName(), "alertmanager_") {
			t.Errorf("%s is on the global registry", m.GetName())
		}
	}
	if _, pattern := http.DefaultServeMux.Handler(httptest.NewRequest("GET", "/api/v2/status", nil)); pattern != "" {
		t.Errorf("the global mux has %s", pattern)
	}
	ours := 0
	got, err = w.reg.Gather()
	must(t, err)
	for _, m := range got {
		if strings.HasPrefix(m.GetName(), "alertmanager_") {
			ours++
		} else if !strings.HasPrefix(m.GetName(), "headroom_alarm_") {
			t.Errorf("metric %s", m.GetName())
		}
	}
	if ours < 20 {
		t.Errorf("%d of Alertmanager's metrics", ours)
	}
}

func TestMutesOfOtherStagesAreShown(t *testing.T) {
	t.Parallel()
	keeper := &keeping{stage: "lease", outcome: alarm.Muted, by: "lease-7"}
	keeper.on.Store(true)
	w := newWorld(t, quick, func(w *world) { w.mid = []alarm.Stage{keeper} })
	w.fire(named("Dead"))
	w.comes("Dead", "is muted", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Muted })
	got := w.alerts("")
	if len(got) != 1 || got[0].Status.State != "suppressed" || len(got[0].Status.MutedBy) != 1 || got[0].Status.MutedBy[0] != "lease-7" {
		t.Errorf("%+v", got)
	}
	if got := w.alerts("?active=false"); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSilenceThatCannotBeKeptIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	must(t, w.db.Close())
	code, text := w.call("POST", "/api/v2/silences", `{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2026-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","createdBy":"ann","comment":"x"}`)
	if code != 500 || !strings.Contains(text, "the silence could not be kept") {
		t.Errorf("%d %s", code, text)
	}
}
