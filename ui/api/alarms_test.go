package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/storage/fleet"
)

// alarms keeps alarms and lets those that are open be acknowledged.
type alarms struct{ alerting.History }

func (s alarms) Ack(ctx context.Context, id, who, why string, until time.Time) error {
	a, err := s.Load(ctx, id)
	if err != nil || !a.Open() {
		return fmt.Errorf("acknowledge %q: %w", id, alerting.ErrNotOpen)
	}
	a.Acked, a.AckedBy, a.AckedUntil = minute, who, until
	a.Note(alarm.Event{At: minute, Stage: "receive", What: alarm.Acked, By: who, Reason: why})
	return s.Save(ctx, []*alarm.Alarm{a})
}

func (s alarms) Unack(ctx context.Context, id, who, why string) error {
	a, err := s.Load(ctx, id)
	if err != nil || !a.Open() {
		return fmt.Errorf("give back %q: %w", id, alerting.ErrNotOpen)
	}
	a.Acked, a.AckedBy, a.AckedUntil = time.Time{}, "", time.Time{}
	a.Note(alarm.Event{At: minute, Stage: "receive", What: alarm.AckOver, By: who, Reason: why})
	return s.Save(ctx, []*alarm.Alarm{a})
}

func threeAlarms(t *testing.T, s *Server) {
	t.Helper()
	at := func(id, kind string, hours int, out alarm.Outcome) *alarm.Alarm {
		labels := model.LabelSet{"alertname": model.LabelValue(kind), "severity": "critical", "node": "n1"}
		a := &alarm.Alarm{
			ID: id, Key: alarm.KeyOf(labels), Labels: labels, Source: alarm.FromAPI, StartsAt: minute, Outcome: out,
			Received: minute.Add(time.Duration(hours) * time.Hour), Facts: alarm.Facts{Path: fleet.Path{"Qzone", "WNS"}, Node: "n1"},
		}
		a.Note(alarm.Event{At: minute, Stage: "receive", What: alarm.Received, Reason: "received from a sender of alarms"})
		return a
	}
	over := at("b", "Slow", 1, alarm.Folded)
	over.Ended, over.EndsAt, over.Closed = true, minute.Add(2*time.Hour), minute.Add(3*time.Hour)
	cause := at("c", "CommonCause", 30, alarm.Notified)
	cause.Cause = &alarm.Cause{Component: alarm.Component{Kind: "rack", Name: "r7"}, Kinds: []string{"Slow"}, Members: []string{"b"}, Share: 40}
	if err := s.Alarms.(alarms).Save(t.Context(), []*alarm.Alarm{at("a", "Dead", 0, alarm.Waiting), over, cause}); err != nil {
		t.Fatal(err)
	}
}

func TestAlarms(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	if w := get(t, s, "/api/v1/alarms"); !strings.Contains(w.Body.String(), `"alarms":[],"more":false`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	threeAlarms(t, s)
	for query, want := range map[string]string{
		"": "c b a", "?limit=2": "c b …", "?limit=2&offset=2": "a", "?open=true": "c a", "?outcome=folded": "b", "?without=folded": "c a", "?kind=Dead": "a",
		"?from=2026-11-22T22:00:00%2B08:00&to=2026-11-23T00:00:00%2B08:00": "b", "?path=Qzone": "c b a", "?path=QQ": "", "?search=r7": "c",
	} {
		if got := alarmIDs(t, s, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"?outcome=lost": "want one of", "?without=lost": "want one of", "?from=noon": "want a time", "?limit=9999": "0 to 5000", "?open=perhaps": "true or false", "?path=a%2F%2Fb": "empty",
	} {
		if w := get(t, s, "/api/v1/alarms"+query); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func alarmIDs(t *testing.T, s *Server, query string) string {
	t.Helper()
	var answer struct{ Data alarmList }
	w := get(t, s, "/api/v1/alarms"+query)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	var ids []string
	for _, a := range answer.Data.Alarms {
		ids = append(ids, a.ID)
	}
	if answer.Data.More {
		ids = append(ids, "…")
	}
	return strings.Join(ids, " ")
}

func TestOneAlarm(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	threeAlarms(t, s)
	if w := get(t, s, "/api/v1/alarms/c"); w.Code != 200 || !strings.Contains(w.Body.String(), `"component":{"kind":"rack","name":"r7"}`) || !strings.Contains(w.Body.String(), `"trail":[{`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get(t, s, "/api/v1/explain?id=alarm:c"); w.Code != 200 || !strings.Contains(w.Body.String(), "CommonCause of Qzone/WNS: notified") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get(t, s, "/api/v1/explain?id=c"); w.Code != 200 || !strings.Contains(w.Body.String(), "CommonCause of Qzone/WNS: notified") {
		t.Errorf("without the prefix: %d %s", w.Code, w.Body)
	}
	for _, target := range []string{"/api/v1/alarms/x", "/api/v1/explain?id=alarm:x"} {
		if w := get(t, s, target); w.Code != 404 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestAcknowledgeAnAlarm(t *testing.T) {
	o, _ := options(t)
	o.Now = func() time.Time { return minute }
	s := New(o)
	threeAlarms(t, s)
	in := func(d time.Duration) string { return s.Now().Add(d).In(s.Location).Format(time.RFC3339) }
	for _, c := range []struct {
		id, body, want string
		code           int
	}{
		{"a", `{"reason":"on it"}`, `"acked_by":"li"`, 200},
		{"b", `{}`, "no such alarm is open", 404},
		{"a", ``, `"acked_until":null`, 200},
		{"a", `{"for":"2h"}`, `"acked_until":"` + in(2*time.Hour), 200},
		{"a", `{"until":"` + in(time.Hour) + `"}`, `"acked_until":"` + in(time.Hour), 200},
		{"a", `{"until":"` + in(-time.Minute) + `"}`, "want a time from now on", 400},
		{"a", `{"for":"31d"}`, "at most 30d off", 400},
		{"a", `{"for":"soon"}`, "want a length of time, as 2h", 400},
		{"a", `{"for":"2h","until":"` + in(time.Hour) + `"}`, "and no until", 400},
		{"a", `{"why":"on it"}`, "unknown field", 400},
		{"a", `{"reason":"` + strings.Repeat("x", maxReason+1) + `"}`, "may have up to", 413},
	} {
		r := httptest.NewRequest("POST", "/api/v1/alarms/"+c.id+"/ack", strings.NewReader(c.body))
		r.SetBasicAuth("li", "secret")
		if w := ask(t, s, r); w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %.40s: %d %s", c.id, c.body, w.Code, w.Body)
		}
	}
}

// What was taken on is given back; what is over is not.
func TestGiveAnAlarmBack(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	threeAlarms(t, s)
	for _, c := range []struct {
		method, id, body, want string
		code                   int
	}{
		{"POST", "a", `{"for":"2h"}`, `"acked_by":"li"`, 200},
		{"DELETE", "a", `{"reason":"not mine"}`, `"what":"acknowledgement over","by":"li","reason":"not mine"`, 200},
		{"DELETE", "a", ``, `"acked_at":null,"acked_by":"","acked_until":null`, 200},
		{"DELETE", "b", ``, "no such alarm is open", 404},
		{"DELETE", "a", `{"for":"2h"}`, "unknown field", 400},
	} {
		r := httptest.NewRequest(c.method, "/api/v1/alarms/"+c.id+"/ack", strings.NewReader(c.body))
		r.SetBasicAuth("li", "secret")
		if w := ask(t, s, r); w.Code != c.code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s %s: %d %s", c.method, c.id, c.body, w.Code, w.Body)
		}
	}
}

func TestAlarmStats(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	threeAlarms(t, s)
	for query, want := range map[string]string{
		"":                           `[{"values":{"outcome":"folded"},"alarms":1},{"values":{"outcome":"notified"},"alarms":1},{"values":{"outcome":"waiting"},"alarms":1}]`,
		"?by=path":                   `[{"values":{"path":"Qzone/WNS"},"alarms":3}]`,
		"?by=business":               `[{"values":{"business":"Qzone"},"alarms":3}]`,
		"?by=quarter&outcome=folded": `"quarter":"2026-11-22T`,
		"?by=day&outcome=folded":     `"day":"2026-11-22"`,
	} {
		if w := get(t, s, "/api/v1/alarms/stats"+query); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	for _, query := range []string{"?by=color", "?by=day,day"} {
		if w := get(t, s, "/api/v1/alarms/stats"+query); w.Code != 400 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
