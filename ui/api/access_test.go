package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/alarm"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/ui/access"
)

// Those who ask in these tests, by names of their tokens. "here" is Qzone/WNS.
var roles = map[string]access.Asked{
	"viewer":    {Role: "viewer", Path: "QQ"},
	"elsewhere": {Role: "admin", Path: "QQ"},
	"here":      {Role: "operator", Path: "Qzone/WNS"},
	"all":       {Role: "operator"},
	"chief":     {Role: "admin", Path: "Qzone/WNS"},
	"admin":     {Role: "admin"},
}

// governed turns roles on and returns the tokens of those who ask.
func governed(t *testing.T, o Options) map[string]string {
	t.Helper()
	c, err := config.Parse([]byte("access: {default: none, grants: [{subject: 'user:root', role: admin}, {subject: 'user:ann', role: operator, path: Qzone}]}"), "")
	must(t, err)
	o.Access.Set(c.Access, shanghai, "")
	tokens := map[string]string{"": ""}
	for name, asked := range roles {
		asked.Name = name
		want, err := asked.Token(minute)
		must(t, err)
		_, tokens[name], err = o.Access.MakeToken(t.Context(), want, "test")
		must(t, err)
	}
	return tokens
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Things that lie in Qzone/WNS.
type (
	aPool   struct{ Pool }
	aLease  struct{ Leases }
	aMute   struct{ Mutes }
	anAlarm struct{ Alarms }
	aFlow   struct{ Flows }
)

func (aFlow) Schedules(context.Context) ([]flow.Schedule, error) {
	return []flow.Schedule{{ID: "mine", Flow: "restart"}, {ID: "theirs", Flow: "restart", Inputs: map[string]any{"module": "QQ/msg"}}}, nil
}

func (aPool) Worker(id string) (pool.Worker, error) {
	if id != "w" {
		return pool.Worker{}, pool.ErrUnknownWorker
	}
	return pool.Worker{Service: "Qzone/WNS/dispatch/SET_W13"}, nil
}

func (aLease) Get(context.Context, time.Time, string) (lease.Lease, error) {
	return lease.Lease{Paths: []string{"Qzone/WNS/dispatch"}}, nil
}

func (aMute) List(time.Time, bool) []mute.Listed {
	return []mute.Listed{{Mute: mute.Mute{ID: "m", Matchers: []string{`business="Qzone"`, `product="WNS"`, `x=~"y"`}}}}
}

func (anAlarm) Load(context.Context, string) (*alarm.Alarm, error) {
	a := &alarm.Alarm{}
	a.Facts.Path = fleet.Path{"Qzone", "WNS", "dispatch"}
	return a, nil
}

// Who may use a route: those of "viewer", …, "admin" above.
var (
	everybody = []string{"", "viewer", "elsewhere", "here", "all", "chief", "admin"}
	readers   = everybody[1:]
	here      = []string{"here", "all", "chief", "admin"} // operators of Qzone/WNS
	widely    = []string{"all", "admin"}                  // operators of everything
	chiefs    = []string{"chief", "admin"}
	admins    = []string{"admin"}
)

// twin is who may what, written down once more by hand. What is in braces is the body.
var twin = []struct {
	request string
	may     []string
}{
	{`GET /api/v1/warnings`, readers},
	{`GET /api/v1/query`, readers},
	{`POST /api/v1/query`, readers},
	{`POST /api/v1/whatif {}`, readers},
	{`GET /api/v2/silences`, readers},
	{`GET /api/v1/me`, everybody},
	{`GET /-/healthy`, everybody},
	{`GET /metrics`, everybody},
	{`GET /-/login`, everybody},
	{`POST /-/logout`, everybody},
	{`POST /api/v1/nodes/n/sync`, everybody},
	{`POST /api/v1/chat/slack`, everybody},
	{`POST /api/v1/write`, everybody},
	{`POST /api/v2/alerts []`, everybody},
	{`GET /debug/pprof/heap`, admins},
	{`POST /-/reload`, admins},

	{`PUT /api/v1/modules/Qzone%2FWNS%2Fdispatch/note {"note":"x"}`, here},
	{`PUT /api/v1/modules/Qzone/note {"note":"x"}`, widely},
	{`PUT /api/v1/registry/Qzone%2FWNS {"fields":{}}`, here},
	{`POST /api/v1/marks {"path":"Qzone/WNS"}`, here},
	{`POST /api/v1/marks {"Path":"Qzone"}`, widely},
	{`POST /api/v1/marks {}`, widely},
	{`DELETE /api/v1/marks/1`, here},
	{`DELETE /api/v1/marks/99`, readers[1:]},
	{`POST /api/v1/alarms/a/ack {}`, here},
	{`DELETE /api/v1/alarms/a/ack`, here},
	{`POST /api/v1/leases {"paths":["Qzone/WNS/a","Qzone/WNS/b"]}`, here},
	{`POST /api/v1/leases {"paths":["Qzone/WNS/a","QQ"]}`, widely},
	{`POST /api/v1/leases {"nodes":["n"]}`, widely},
	{`POST /api/v1/leases/l/beat`, here},
	{`DELETE /api/v1/leases/l`, here},
	{`POST /api/v1/mutes {"matchers":["business=\"Qzone\"","product=\"WNS\"","alertname=~\"x.*\""]}`, here},
	{`POST /api/v1/mutes {"matchers":["business=\"Qzone\"","product=~\"WNS\""]}`, widely},
	{`POST /api/v1/mutes {"matchers":["product=\"WNS\""]}`, widely},
	{`POST /api/v1/mutes/preview {}`, readers},
	{`DELETE /api/v1/mutes/m`, here},
	{`POST /api/v2/silences {"matchers":[{"name":"business","value":"Qzone"},{"name":"product","value":"WNS","isRegex":false}]}`, here},
	{`POST /api/v2/silences {"matchers":[{"name":"business","value":"Qzone"},{"name":"product","value":"WNS","isRegex":true}]}`, widely},
	{`POST /api/v2/silences {"matchers":[{"name":"business","value":"Qzone"},{"name":"product","value":"WNS","isEqual":false}]}`, widely},
	{`POST /api/v2/silences {"id":"theirs","matchers":[{"name":"business","value":"Qzone"},{"name":"product","value":"WNS"}]}`, widely},
	{`DELETE /api/v2/silence/mine`, here},
	{`DELETE /api/v2/silence/theirs`, widely},
	{`PUT /api/v2/silences`, admins},
	{`POST /api/v1/nodes/n/orders {"action":"drain"}`, widely},
	{`POST /api/v1/services/Qzone%2FWNS%2Fx/orders {"action":"hold"}`, here},
	{`POST /api/v1/workers/w/restart`, here},
	{`POST /api/v1/reports/2026-11`, widely},
	{`POST /api/v1/reports/2026-11/deliveries {"ways": []}`, widely},
	{`POST /api/v1/heals/brake/release {}`, admins},
	{`POST /api/v1/consistency/Qzone%2FWNS%2Fx {"action":"adopt"}`, here},
	{`POST /api/v1/flows/check`, readers},
	{`POST /api/v1/flows/restart/runs {"inputs":{"module":"Qzone/WNS/x"}}`, here},
	{`POST /api/v1/flows/restart/runs {"inputs":{"module":"QQ/msg"}}`, append([]string{"elsewhere"}, widely...)},
	{`POST /api/v1/schedules {"flow":"restart"}`, here},
	{`POST /api/v1/schedules {"id":"theirs","flow":"restart"}`, widely},
	{`DELETE /api/v1/schedules/mine`, here},
	{`DELETE /api/v1/schedules/theirs`, append([]string{"elsewhere"}, widely...)},
	{`DELETE /api/v1/schedules/none`, []string{"elsewhere", "here", "all", "chief", "admin"}},
	{`POST /api/v1/runs/r {"action":"pause"}`, here},
	{`POST /api/v1/runs/r/steps/s {"action":"retry"}`, here},
	{`POST /api/v1/runs/r/steps/s {"action":"retry","inputs":{}}`, here},
	{`POST /api/v1/runs/r/steps/s {"action":"retry","inputs":{"module":"QQ"}}`, admins},
	{`POST /api/v1/runs/r/steps/s {"action":"retry","INPUTS":{"module":"QQ"}}`, admins},
	{`POST /api/v1/runs/r {"action":"constants","constants":{"a":1}}`, admins},
	{`POST /api/v1/flows/f/runs {"constants":{"a":1}}`, admins},
	{`POST /api/v1/requests {"kind":"machines"}`, readers},
	{`POST /api/v1/requests {"kind":"access"}`, readers},
	{`POST /api/v1/requests/q {"action":"comment"}`, append([]string{"viewer"}, here...)},
	{`POST /api/v1/requests/q {"action":"cancel"}`, append([]string{"viewer"}, here...)},
	{`POST /api/v1/requests/q {"action":"approve"}`, chiefs},
	{`POST /api/v1/requests/q {"action":"reject"}`, chiefs},

	{`GET /api/v1/grants`, readers},
	{`POST /api/v1/grants {"path":"Qzone/WNS/x"}`, chiefs},
	{`POST /api/v1/grants {}`, admins},
	{`DELETE /api/v1/grants/none`, []string{"elsewhere", "chief", "admin"}},
	{`GET /api/v1/tokens`, []string{"elsewhere", "chief", "admin"}},
	{`POST /api/v1/tokens {"path":"Qzone/WNS"}`, chiefs},
	{`POST /api/v1/tokens {"path":""}`, admins},
	{`DELETE /api/v1/tokens/none`, []string{"elsewhere", "chief", "admin"}},
	{`GET /api/v1/audit?path=Qzone%2FWNS`, chiefs},
	{`GET /api/v1/audit`, admins},
	{`GET /api/v1/audit/export`, admins},
	{`GET /api/v1/audit/verify`, admins},
	{`POST /api/v1/nobody-knows`, admins},
}

// guarded is the guard of a server in front of endpoints that do nothing.
func guarded(t *testing.T) (*gin.Engine, *Server, map[string]string) {
	t.Helper()
	o, _ := options(t)
	tokens := governed(t, o)
	o.Pool, o.Leases, o.Mutes, o.Alarms, o.Flows = aPool{}, aLease{}, aMute{}, anAlarm{}, aFlow{}
	o.Places = Places{
		Silence: func(id string) labels.Matchers {
			all := labels.Matchers{{Type: labels.MatchEqual, Name: "business", Value: "Qzone"}}
			if id == "mine" {
				all = append(all, &labels.Matcher{Type: labels.MatchEqual, Name: "product", Value: "WNS"})
			}
			return all
		},
		Start: func(_ context.Context, flow string, body []byte) ([]string, error) {
			if strings.Contains(string(body), "QQ") {
				return []string{"QQ/msg"}, nil
			}
			return []string{"Qzone/WNS/x"}, nil
		},
		Run:     func(context.Context, string) ([]string, error) { return []string{"Qzone/WNS/x"}, nil },
		Request: func(context.Context, string) (string, string, error) { return "Qzone/WNS", "token:viewer", nil },
	}
	_, err := o.Marks.Add(t.Context(), fleet.Mark{Path: fleet.Path{"Qzone", "WNS", "dispatch"}, From: minute, To: minute.Add(time.Hour), Kind: "outage"})
	must(t, err)
	s := New(o)
	e := gin.New()
	e.UseEscapedPath = true
	e.Use(s.guard, s.audited)
	for route := range needs {
		method, path, _ := strings.Cut(route, " ")
		e.Handle(method, path, func(c *gin.Context) { c.Status(http.StatusNoContent) })
	}
	for _, route := range []string{"GET /api/v1/warnings", "GET /api/v1/query", "GET /api/v2/silences", "PUT /api/v2/silences", "GET /debug/pprof/heap", "POST /api/v1/nobody-knows"} {
		method, path, _ := strings.Cut(route, " ")
		e.Handle(method, path, func(c *gin.Context) { c.Status(http.StatusNoContent) })
	}
	return e, s, tokens
}

func sentBy(text, token string) *http.Request {
	method, rest, _ := strings.Cut(text, " ")
	target, body, _ := strings.Cut(rest, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func TestEveryRoleOnEveryRoute(t *testing.T) {
	e, s, tokens := guarded(t)
	s.Audit = nil // what is recorded is another test's matter
	covered := map[string]bool{}
	for _, row := range twin {
		for _, who := range everybody {
			w := httptest.NewRecorder()
			r := sentBy(row.request, tokens[who])
			e.ServeHTTP(w, r)
			want := http.StatusForbidden
			if who == "" {
				want = http.StatusUnauthorized
			}
			for _, may := range row.may {
				if may == who {
					want = http.StatusNoContent
				}
			}
			if w.Code != want {
				t.Errorf("%s by %q: %d %s; want %d", row.request, who, w.Code, w.Body, want)
			}
			if want == 401 && w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s: no WWW-Authenticate", row.request)
			}
			if want == 403 && (!strings.Contains(w.Body.String(), who) || !strings.Contains(w.Body.String(), "request access")) {
				t.Errorf("%s by %s: %s", row.request, who, w.Body)
			}
		}
		r := sentBy(row.request, "")
		for _, route := range e.Routes() {
			if route.Method == r.Method && like(route.Path, r.URL.EscapedPath()) {
				covered[route.Method+" "+route.Path] = true
			}
		}
	}
	for route, n := range needs {
		if n.role > access.Viewer && !covered[route] {
			t.Errorf("%s is not in the table", route)
		}
	}
}

// like tells whether a path is of a route.
func like(route, path string) bool {
	a, b := strings.Split(route, "/"), strings.Split(path, "/")
	for i := range a {
		if len(a) != len(b) || !strings.HasPrefix(a[i], ":") && a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestWhoHasNoRoleCanAskForOne(t *testing.T) {
	e, _, _ := guarded(t)
	for body, want := range map[string]int{`{"kind":"access"}`: 204, `{"kind":"machines"}`: 403, `{}`: 403} {
		r := sentBy("POST /api/v1/requests "+body, "")
		c := &x509.Certificate{Subject: pkix.Name{CommonName: "cy"}}
		r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{c}}}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s; want %d", body, w.Code, w.Body, want)
		}
	}
}

func TestEveryRouteSaysWhatItTakes(t *testing.T) {
	o, _ := options(t)
	o.Pprof = true
	if all := New(o).Undeclared(); len(all) > 0 {
		t.Errorf("nobody says who may use %v: add them to needs", all)
	}
}

func TestSendersCanBeAskedForARole(t *testing.T) {
	e, s, tokens := guarded(t)
	c, err := config.Parse([]byte("access: {ingest: operator, grants: [{subject: 'user:root', role: admin}]}"), "")
	must(t, err)
	s.Access.Set(c.Access, shanghai, "")
	for who, want := range map[string]int{"": 401, "viewer": 403, "here": 403, "all": 204} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, sentBy(`POST /api/v1/write x`, tokens[who]))
		if w.Code != want {
			t.Errorf("%q: %d; want %d", who, w.Code, want)
		}
	}
}

func TestBodiesThatTwoReadersTakeDifferently(t *testing.T) {
	e, _, tokens := guarded(t)
	for _, body := range []string{
		`{"path":"Qzone/WNS","path":""}`, `{"path":"Qzone/WNS","PATH":"QQ"}`, `{"path":"Qzone/WNS","pat\u0068":"QQ"}`, `{"path":"Qzone/WNS","x":{"a":1,"a":2}}`,
		"{\"path\":\"Qzone/WNS\",\"\u212aind\":\"x\"}", `{"path":"Qzone/WNS"`, `{"path":"a//b"}`,
	} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, sentBy("POST /api/v1/marks "+strings.ReplaceAll(body, " ", ""), tokens["here"]))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, sentBy("POST /api/v1/marks "+strings.Repeat("x", maxRead+1), tokens["here"]))
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", w.Code)
	}
}

func TestRightsEndWhileTheServerRuns(t *testing.T) {
	e, s, _ := guarded(t)
	now := minute
	s.Access.Now = func() time.Time { return now }
	want, err := access.Asked{Name: "x", Role: "operator", Until: minute.Add(time.Hour)}.Token(minute)
	must(t, err)
	_, secret, err := s.Access.MakeToken(t.Context(), want, "test")
	must(t, err)
	f := func(want int) {
		t.Helper()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, sentBy(`POST /api/v1/marks {}`, secret))
		if w.Code != want {
			t.Errorf("at %v: %d; want %d", now, w.Code, want)
		}
	}
	f(204)
	now = minute.Add(time.Hour)
	f(401)
}

func TestTokensAndGrantsByTheAPI(t *testing.T) {
	o, _ := options(t)
	tokens := governed(t, o)
	s := New(o)
	send := func(text, who string) *httptest.ResponseRecorder {
		t.Helper()
		return ask(t, s, sentBy(text, tokens[who]))
	}
	var made struct{ Data tokenData }
	decode(t, send(`POST /api/v1/tokens {"name":"ci","role":"operator","path":"Qzone/WNS"}`, "chief"), &made)
	tokens["ci"] = made.Data.Token
	if w := send(`PUT /api/v1/modules/Qzone%2FWNS/note {"note":"x"}`, "ci"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var listed struct{ Data []tokenData }
	decode(t, send(`GET /api/v1/tokens`, "chief"), &listed)
	if len(listed.Data) != 3 { // here's, chief's own, and ci
		t.Errorf("the chief sees %+v", listed.Data)
	}
	for _, l := range listed.Data {
		if l.Token != "" || !strings.HasPrefix(l.Path, "Qzone/WNS") {
			t.Errorf("%+v", l)
		}
	}
	if w := send(`DELETE /api/v1/tokens/`+made.Data.ID, "chief"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(`GET /api/v1/warnings`, "ci"); w.Code != 401 || !strings.Contains(w.Body.String(), "revoked") {
		t.Errorf("%d %s", w.Code, w.Body)
	}

	var grant struct{ Data grantData }
	here := slices.IndexFunc(listed.Data, func(d tokenData) bool { return d.Name == "here" })
	decode(t, send(`POST /api/v1/grants {"subject":"token:`+listed.Data[here].ID+`","role":"admin","path":"QQ","why":"x"}`, "admin"), &grant)
	if grant.Data.MadeBy != "token:admin" || grant.Data.ID == "" {
		t.Errorf("%+v", grant.Data)
	}
	if w := send(`DELETE /api/v1/grants/`+grant.Data.ID, "chief"); w.Code != 403 {
		t.Errorf("a chief of another part ends it: %d", w.Code)
	}
	if w := send(`DELETE /api/v1/grants/`+grant.Data.ID, "elsewhere"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(`DELETE /api/v1/grants/`+grant.Data.ID, "admin"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(`POST /api/v1/grants {"subject":"ann","role":"boss"}`, "admin"); w.Code != 400 || !strings.Contains(w.Body.String(), "subject") || !strings.Contains(w.Body.String(), "role") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(`GET /api/v1/grants?path=Qzone`, "viewer"); w.Code != 200 || !strings.Contains(w.Body.String(), "user:ann") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMe(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	me := func(token, query string) meData {
		t.Helper()
		var answer struct{ Data meData }
		decode(t, ask(t, s, sentBy("GET /api/v1/me"+query, token)), &answer)
		return answer.Data
	}
	if d := me("", ""); !d.Open || !d.May["write"] {
		t.Errorf("%+v", d)
	}
	tokens := governed(t, o)
	if d := me("", ""); d.Open || d.Known || d.May["read"] {
		t.Errorf("%+v", d)
	}
	if d := me(tokens["here"], "?path=Qzone/WNS/x"); d.Name != "token:here" || !d.May["write"] {
		t.Errorf("%+v", d)
	}
	if d := me(tokens["here"], "?path=QQ"); d.May["write"] || !d.May["read"] || d.Role != access.Operator || d.Here != access.None || len(d.Rights) != 1 {
		t.Errorf("%+v", d)
	}
	for action, want := range map[string]needData{
		"mark.add": {access.Operator, false}, "request.": {access.Operator, false}, "request.approve": {access.Admin, false},
		"request.deliver": {access.Operator, true}, "heal.release": {access.Admin, true}, "lead": {access.Admin, true},
	} {
		if d := me(tokens["here"], ""); d.Needs[action] != want {
			t.Errorf("%s takes %+v", action, d.Needs[action])
		}
	}
	if d := me("hr_made-up-and-long-enough-to-be-one", ""); d.Known {
		t.Errorf("%+v", d)
	}
}

func TestWithoutRolesNothingIsGiven(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	for _, text := range []string{`POST /api/v1/grants {"subject":"user:x","role":"admin"}`, `POST /api/v1/tokens {"name":"x","role":"admin"}`} {
		if w := ask(t, s, sentBy(text, "")); w.Code != 409 || !strings.Contains(w.Body.String(), "section access") {
			t.Errorf("%s: %d %s", text, w.Code, w.Body)
		}
	}
	for _, text := range []string{`GET /api/v1/grants`, `GET /api/v1/tokens`} {
		if w := ask(t, s, sentBy(text, "")); w.Code != 200 {
			t.Errorf("%s: %d %s", text, w.Code, w.Body)
		}
	}
}
