package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headroom/analytics"
)

func TestWhatIf(t *testing.T) {
	o, c := options(t)
	s := New(o)
	post := func(query, body string) (int, string, analytics.WhatIf) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/api/v1/whatif"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := ask(t, s, r)
		var data analytics.WhatIf
		_ = json.Unmarshal(w.Body.Bytes(), &struct{ Data any }{&data})
		return w.Code, w.Body.String(), data
	}
	const more = `{"loads":[{"path":"Qzone","uplift":1.5}],"lead_time":"45d"}`
	code, body, data := post("", more)
	if code != 200 || len(data.Rows) != 2 || data.Scenario.LeadTime != 45 || data.Differs[0] != "load of Qzone × 1.5 from today on" {
		t.Errorf("%d %s", code, body)
	}
	if _, _, data := post("?limit=1&search=w20", more); len(data.Rows) != 1 || !strings.HasSuffix(data.Rows[0].ID, "SET_W20") {
		t.Errorf("%+v", data.Rows)
	}
	if _, _, data := post("?level=business", more); len(data.Rows) != 1 || data.Rows[0].ID != "Qzone" {
		t.Errorf("%+v", data.Rows)
	}
	for body, want := range map[string]string{
		`{"load":[]}`:          "unknown field",
		`{}`:                   "at least one of",
		more + `{}`:            "more after the end",
		`{"lead_time":"soon"}`: "whole days",
		`{"loads":[{"uplift":-1},{"path":"a//b"}]}`: "loads[1].path",
	} {
		if code, got, _ := post("", body); code != 400 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s, want %q", body, code, got, want)
		}
	}
	if code, got, _ := post("?path=no", more); code != 400 || !strings.Contains(got, "no such node") {
		t.Errorf("%d %s", code, got)
	}
	if code, got, _ := post("", `{"loads":[{"path":"Qzone","uplift":2},{"path":"shop","uplift":2}]}`); code != 400 || !strings.Contains(got, "first sample); there are, for example, ") {
		t.Errorf("%d %s", code, got)
	}
	c.publish(nil)
	if code, _, _ := post("", more); code != 503 {
		t.Errorf("before the first minute: %d", code)
	}
}
