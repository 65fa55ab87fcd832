package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headroom/internal/phrases/phrasestest"
)

func TestMarks(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	send := func(method, target, body string) (int, string) {
		t.Helper()
		r := httptest.NewRequest(method, "/api/v1/marks"+target, strings.NewReader(body))
		r.SetBasicAuth("li", "secret")
		w := ask(t, s, r)
		return w.Code, w.Body.String()
	}
	list := func(query string) (marks []markData) {
		t.Helper()
		w := get(t, s, "/api/v1/marks"+query)
		if err := json.Unmarshal(w.Body.Bytes(), &struct{ Data any }{&marks}); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return marks
	}
	const incident = `{"path":"Qzone/WNS","from":"2026-11-20T12:00:00Z","to":"2026-11-20T15:00:00Z","kind":"incident","note":" fibre cut "}`
	if code, body := send("POST", "?preview=true", incident); code != 200 || !strings.Contains(body, `"mark":null`) || !strings.Contains(body, `"nodes":7`) || len(list("")) != 0 {
		t.Errorf("preview: %d %s", code, body)
	}
	if _, body := send("POST", "?preview=true", incident); !strings.Contains(body, `"says":"`+endsAlarm+`"`) {
		t.Errorf("an alarm that ends is not told of: %s", body)
	}
	phrasestest.Check(t, endsAlarm)
	if code, body := send("POST", "", incident); code != 200 || !strings.Contains(body, `"id":1`) {
		t.Errorf("%d %s", code, body)
	}
	for query, want := range map[string]int{"": 1, "?path=Qzone": 1, "?path=Qzone/WNS/dispatch": 1, "?path=QQ": 0} {
		if got := list(query); len(got) != want || want > 0 && (got[0].Who != "li" || got[0].Note != "fibre cut" || got[0].From.Format("15:04") != "20:00") {
			t.Errorf("%s: %+v", query, got)
		}
	}
	if code, body := send("DELETE", "/1?preview=1", ""); code != 200 || len(list("")) != 1 || !strings.Contains(body, `"says":""`) {
		t.Errorf("preview: %d %s", code, body)
	}
	if code, body := send("DELETE", "/1", ""); code != 200 || len(list("")) != 0 || list("?all=true")[0].EndedBy != "li" {
		t.Errorf("%d %s", code, body)
	}
	for _, c := range []struct {
		method, target, body, want string
		code                       int
	}{
		{"DELETE", "/1", "", "no such mark", 404},
		{"DELETE", "/2", "", "no such mark", 404},
		{"DELETE", "/x", "", "number of a mark", 400},
		{"POST", "", `{"path":"no","from":"soon","to":"2026-11-20T15:00:00Z","kind":"luck"}`, "kind: want one of incident", 400},
		{"POST", "", `{"path":"no","from":"soon","to":"2026-11-20T15:00:00Z","kind":"luck"}`, "no such node", 400},
		{"POST", "", `{"from":"2026-11-20T15:00:00Z","to":"2026-11-20T15:00:00Z","kind":"other"}`, "to: want a time after", 400},
		{"POST", "", `{"from":"2026-11-20T15:00:00Z","to":"2027-11-20T15:00:00Z","kind":"other"}`, "at most 90 days", 400},
		{"POST", "", `{"from":"0001-01-01T00:00:00Z","to":"2026-11-20T15:00:00Z","kind":"other"}`, "from: want a time of the years 1970", 400},
		{"POST", "", `{"from":"9999-12-31T20:00:00Z","to":"9999-12-31T21:00:00Z","kind":"other"}`, "to: want a time of the years 1970", 400},
		{"POST", "?preview=maybe", incident, "true or false", 400},
		{"POST", "", `{"until":1}`, "unknown field", 400},
	} {
		if code, body := send(c.method, c.target, c.body); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", c.method, c.target, c.body, code, body, c.code, c.want)
		}
	}
	if w := get(t, s, "/api/v1/marks?path=a%2F%2Fb"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestExcursions(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	const path = "/api/v1/modules/Qzone%2FWNS%2Fdispatch%2FSET_W13/excursions"
	for query, want := range map[string]string{"": "2026-10-08T21:05:00+08:00", "?days=60": "2026-09-23T21:05:00+08:00"} {
		if w := get(t, s, path+query); w.Code != 200 || !strings.Contains(w.Body.String(), `"from":"`+want) || !strings.Contains(w.Body.String(), `"score":null`) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	for target, code := range map[string]int{path + "?days=61": 400, path + "?days=0": 400, path + "?days=x": 400, "/api/v1/modules/no/excursions": 404} {
		if w := get(t, s, target); w.Code != code {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
