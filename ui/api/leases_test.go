package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/alerting"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/storage/state"
)

// muting is a server with leases and mutes over a database.
func muting(t *testing.T) *Server {
	t.Helper()
	o, _ := options(t)
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o.Leases, err = lease.New(t.Context(), time.Now(), lease.Options{
		Store: db.Leases(), Location: shanghai, Logger: o.Logger,
		Defaults: func() lease.Defaults {
			return lease.Defaults{TTL: 90 * time.Second, Limit: time.Hour, Grace: 2 * time.Minute, Expected: 100, Least: 10}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mutes, err := mute.New(t.Context(), mute.Options{
		Store: db.Mutes(), History: alerting.History{Table: db.Alarms()}, Location: func() *time.Location { return shanghai }, Logger: o.Logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := mutes.Configure([]mute.Request{{Name: "backup", Matchers: []string{`alertname="Backup"`}}}); err != nil {
		t.Fatal(err)
	}
	o.Mutes = mutes
	return New(o)
}

func send(t *testing.T, s *Server, method, target, body string, data any) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, "/api/v1/"+target, strings.NewReader(body))
	r.SetBasicAuth("li", "secret")
	w := ask(t, s, r)
	if data != nil {
		if err := json.Unmarshal(w.Body.Bytes(), &struct{ Data any }{data}); err != nil || w.Code != 200 {
			t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	}
	return w.Code, w.Body.String()
}

func TestLeases(t *testing.T) {
	s := muting(t)
	var l leaseData
	send(t, s, "POST", "leases", `{"run":"4711","kind":"deploy","who":"ann","nodes":["n1","n2"],"effect":["alertname=~\"Dead|Slow\""]}`, &l)
	if l.Who != "li" || l.Expected != 100 || l.TTL != 90 || l.EndedAt != nil || l.StartedAt.Location() == time.UTC || !strings.HasPrefix(l.Summary, "deploy 4711 by li runs since") {
		t.Errorf("%+v", l)
	}
	var beaten, ended leaseData
	send(t, s, "POST", "leases/"+l.ID+"/beat", "", &beaten)
	var list []leaseData
	if send(t, s, "GET", "leases?active=true", "", &list); len(list) != 1 || list[0].ID != l.ID {
		t.Errorf("%+v", list)
	}
	send(t, s, "DELETE", "leases/"+l.ID+"?how=failed&result=exit+status+3", "", &ended)
	if ended.How != "failed" || ended.Result != "exit status 3" || ended.EndedAt == nil {
		t.Errorf("%+v", ended)
	}
	if send(t, s, "GET", "leases?limit=1", "", &list); len(list) != 1 || list[0].How != "failed" {
		t.Errorf("%+v", list)
	}
	var one leaseData
	if send(t, s, "GET", "leases/"+l.ID, "", &one); one.Hidden != 0 || len(one.Nodes) != 2 {
		t.Errorf("%+v", one)
	}

	many := make([]string, lease.MaxNodes)
	for i := range many {
		many[i] = fmt.Sprintf("device-%05d.rack-7.site-3.example", i)
	}
	nodes, _ := json.Marshal(many)
	for _, c := range []struct {
		method, target, body, want string
		code                       int
	}{
		{"POST", "leases/" + l.ID + "/beat", "", "the lease is over: failed", 409},
		{"POST", "leases/nothing/beat", "", "no such lease", 404},
		{"DELETE", "leases/nothing", "", "no such lease", 404},
		{"DELETE", "leases/" + l.ID + "?how=died", "", "want one of done, failed, cancelled", 400},
		{"GET", "leases/nothing", "", "no such lease", 404},
		{"GET", "leases?limit=5001", "", "at most 5000", 400},
		{"POST", "leases", `{"kind":"deploy"}`, "nodes: want the nodes", 400},
		{"POST", "leases", `{"nodes":["n"],"effect":["Dead"],"ttl":"1s"}`, "kind: want the kind", 400},
		{"POST", "leases", `{"kind":"deploy","node":["n"]}`, "unknown field", 400},
		{"POST", "leases", fmt.Sprintf(`{"kind":"deploy","nodes":%s}`, nodes), `"status":"success"`, 200},
		{"POST", "leases", fmt.Sprintf(`{"kind":"deploy","note":"%s"}`, strings.Repeat("x", maxLease)), "longer than", 413},
	} {
		if code, body := send(t, s, c.method, c.target, c.body, nil); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s %s %.60s: %d %.300s, want %d and %q", c.method, c.target, c.body, code, body, c.code, c.want)
		}
	}
}

func TestMutes(t *testing.T) {
	s := muting(t)
	until := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	var m muteData
	send(t, s, "POST", "mutes", fmt.Sprintf(`{"name":"night","matchers":["alertname=\"Slow\""],"times":[{"times":[{"start_time":"02:00","end_time":"04:30"}],"except":["2026-12-25"]}],"to":%q,"comment":"backups"}`, until), &m)
	if m.Who != "li" || m.Timezone != "Asia/Shanghai" && m.Timezone == "" || m.Change == nil || m.MadeAt == nil || m.To == nil {
		t.Errorf("%+v", m)
	}
	var list []muteData
	if send(t, s, "GET", "mutes", "", &list); len(list) != 2 || !list[0].Configured || !list[0].Active || list[1].ID != m.ID {
		t.Errorf("%+v", list)
	}
	threeAlarms(t, s)
	for body, want := range map[string]string{
		`{"mute":{"matchers":["alertname=\"Dead\""]}}`: `"hidden":0`,
		`{"silence":{"matchers":[{"name":"alertname","value":"Dead","isRegex":false}],"comment":"x","createdBy":"y"},"days":90}`: `"alarms":`,
	} {
		if code, answer := send(t, s, "POST", "mutes/preview", body, nil); code != 200 || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s", body, code, answer)
		}
	}
	if code, body := send(t, s, "DELETE", "mutes/"+m.ID, "", nil); code != 200 {
		t.Errorf("%d %s", code, body)
	}
	if send(t, s, "GET", "mutes?all=true", "", &list); len(list) != 2 || list[1].EndedBy != "li" || list[1].Active {
		t.Errorf("%+v", list)
	}
	for _, c := range []struct {
		method, target, body, want string
		code                       int
	}{
		{"DELETE", "mutes/" + m.ID, "", "no such mute", 404},
		{"DELETE", "mutes/config:backup", "", "stands in the configuration", 409},
		{"POST", "mutes", `{"matchers":["a=\"b\""]}`, `comment: want the reason`, 400},
		{"POST", "mutes", `{"matchers":["a=\"b\""],"times":[{"weekdays":["mon"]}],"to":"soon","comment":"c"}`, "times[0].weekdays", 400},
		{"POST", "mutes", `{"until":1}`, "unknown field", 400},
		{"POST", "mutes/preview", `{"days":91}`, "days: want 1 to 90", 400},
		{"POST", "mutes/preview", `{"silence":{"matchers":[{"name":"a","value":"(","isRegex":true}]}}`, "missing closing", 400},
		{"GET", "mutes?all=maybe", "", "true or false", 400},
	} {
		if code, body := send(t, s, c.method, c.target, c.body, nil); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", c.method, c.target, c.body, code, body, c.code, c.want)
		}
	}
}
