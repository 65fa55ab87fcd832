package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"headroom/storage/audit"
	"headroom/storage/state"
)

// recorded are the entries of the audit log, the newest first.
func recorded(t *testing.T, o Options) []audit.Entry {
	t.Helper()
	all, err := o.Audit.List(t.Context(), state.AuditQuery{})
	must(t, err)
	return all
}

func TestWritesAreRecorded(t *testing.T) {
	o, _ := options(t)
	tokens := governed(t, o)
	s := New(o)
	f := func(text, who, result string, want audit.Entry) {
		t.Helper()
		before := len(recorded(t, o))
		r := sentBy(text, tokens[who])
		r.RemoteAddr = "10.1.2.3:4567"
		r.Header.Set("Accept-Encoding", "gzip")
		ask(t, s, r)
		all := recorded(t, o)
		if len(all) != before+1 {
			t.Errorf("%s: %d entries more; want 1", text, len(all)-before)
			return
		}
		e := all[0]
		if e.Who != "token:"+who || e.From != "10.1.2.3" || e.Action != want.Action || e.Object != want.Object || e.Path != want.Path || e.Why != want.Why ||
			string(e.Detail) != string(want.Detail) || !strings.Contains(e.Result, result) || (result == "") != (e.Result == "") {
			t.Errorf("%s: %+v %s; want %+v %s and a result with %q", text, e, e.Detail, want, want.Detail, result)
		}
	}
	const mark = `"path":"Qzone/WNS","from":"2026-11-22T10:00:00+08:00","to":"2026-11-22T11:00:00+08:00","kind":"incident","note":"<b>"`
	f(`PUT /api/v1/modules/Qzone%2FWNS%2Fdispatch/note {"note":"moved"}`, "here", "",
		audit.Entry{Action: "note.set", Object: "Qzone/WNS/dispatch", Path: "Qzone/WNS/dispatch", Detail: json.RawMessage(`{"note":"moved"}`)})
	f(`POST /api/v1/marks {`+mark+`}`, "here", "", audit.Entry{
		Action: "mark.add", Object: "1", Path: "Qzone/WNS",
		Detail: json.RawMessage(`{"from":"2026-11-22T10:00:00+08:00","kind":"incident","note":"<b>","path":"Qzone/WNS","to":"2026-11-22T11:00:00+08:00"}`),
	})
	f(`DELETE /api/v1/marks/1`, "here", "", audit.Entry{Action: "mark.end", Object: "1", Path: "Qzone/WNS"})
	f(`DELETE /api/v1/marks/7`, "here", "failed (404)", audit.Entry{Action: "mark.end", Object: "7"})
	f(`PUT /api/v1/modules/QQ/note {"note":"x"}`, "here", "refused: ", audit.Entry{Action: "note.set", Object: "QQ", Path: "QQ", Detail: json.RawMessage(`{"note":"x"}`)})
	f(`PUT /api/v1/modules/Qzone%2FWNS/note {"text":"x"}`, "here", "failed (400)", audit.Entry{
		Action: "note.set", Object: "Qzone/WNS", Path: "Qzone/WNS", Detail: json.RawMessage(`{"text":"x"}`),
	})
	ask(t, s, sentBy(`POST /api/v1/grants {"subject":"user:bob","role":"viewer","why":"new here"}`, tokens["admin"]))
	if e := recorded(t, o)[0]; e.Action != "grant.add" || e.Why != "new here" || e.Who != "token:admin" {
		t.Errorf("%+v", e)
	}

	n := len(recorded(t, o))
	for _, text := range []string{`POST /api/v1/marks?preview=true {` + mark + `}`, `GET /api/v1/warnings`, `GET /api/v1/audit`, `POST /api/v1/whatif {}`} {
		ask(t, s, sentBy(text, tokens["admin"]))
	}
	ask(t, s, sentBy(`PUT /api/v1/modules/QQ/note {"note":"x"}`, ""))
	if all := recorded(t, o); len(all) != n {
		t.Errorf("recorded though nothing was written, or by a stranger: %+v", all[0])
	}
	if got := testutil.ToFloat64(s.stats.recorded); got != float64(n) {
		t.Errorf("%v entries are counted; want %d", got, n)
	}
}

func TestWhoWritesWhereNobodyLogsIn(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	ask(t, s, sentBy(`PUT /api/v1/modules/QQ/note {"note":"x"}`, ""))
	r := sentBy(`PUT /api/v1/modules/QQ/note {"note":"y"}`, "")
	r.SetBasicAuth("ann", "x")
	ask(t, s, r)
	if all := recorded(t, o); all[0].Who != "ann" || all[1].Who != "" || all[1].Path != "QQ" {
		t.Errorf("%+v", all)
	}
}

func TestSecretsAreNotRecorded(t *testing.T) {
	e, s, tokens := guarded(t)
	s.Places.Secrets = func(_ context.Context, flow, run string) []string {
		if flow == "restart" || run == "r" {
			return []string{"pin"}
		}
		return nil
	}
	for _, text := range []string{
		`POST /api/v1/flows/restart/runs {"inputs":{"pin":"1234","db_password":"hunter2","module":"Qzone/WNS","url":"https://ann:hunter2@host/","nested":[{"api_key":"hunter2"}]}}`,
		`POST /api/v1/runs/r {"action":"constants","constants":{"Pin":"1234"}}`,
		`POST /api/v1/runs/r/steps/s?token=hunter2 {"action":"retry","inputs":{"pin":1234}}`,
		`POST /api/v1/schedules {"flow":"restart","inputs":{"pin":"1234"}}`,
	} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, sentBy(text, tokens["admin"]))
		entry := recorded(t, s.Options)[0]
		if d := string(entry.Detail); w.Code != 204 || strings.Contains(d, "1234") || strings.Contains(d, "hunter2") || !strings.Contains(d, hidden) {
			t.Errorf("%s: %d %s", text, w.Code, d)
		}
	}
	if e := recorded(t, s.Options)[1]; e.Action != "step.retry" || e.Object != "r" || e.Path != "Qzone/WNS/x" {
		t.Errorf("%+v", e)
	}
}

func TestLongBodiesAreRecordedInPart(t *testing.T) {
	told := map[string]any{"a": strings.Repeat("x", 5000), "b": strings.Repeat("y", 5000), "c": "z"}
	if got := string(fitting(told)); !strings.Contains(got, `"left_out":["a"]`) || len(got) > audit.MaxDetail {
		t.Errorf("%d bytes: %.80s", len(got), got)
	}
	list := redacted("", []any{strings.Repeat("x", 2000), map[string]any{"a": map[string]any{"b": 1}}}, nil, 2)
	text, _ := json.Marshal(list)
	if len(text) > 600 || !strings.Contains(string(text), "1 fields") {
		t.Errorf("%s", text)
	}
	if got := redacted("", make([]any, 90), nil, 3).([]any); len(got) != maxDetailList+1 {
		t.Errorf("%d elements", len(got))
	}
}

// full is an audit log without room.
type full struct{ AuditLog }

func (full) Add(context.Context, audit.Entry) error { return errors.New("the disk is full") }

func TestWhatCannotBeRecordedIsNeverSilent(t *testing.T) {
	o, _ := options(t)
	tokens := governed(t, o)
	o.Audit = full{o.Audit}
	s := New(o)
	w := ask(t, s, sentBy(`PUT /api/v1/modules/Qzone%2FWNS/note {"note":"x"}`, tokens["here"]))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "it was done, but it could not be written to the audit log") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, s, sentBy(`PUT /api/v1/modules/QQ/note {"note":"x"}`, tokens["here"])); w.Code != 500 || !strings.Contains(w.Body.String(), "nothing was done") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, s, sentBy(`PUT /api/v1/modules/Qzone%2FWNS/note {}`, tokens["here"])); w.Code != 400 {
		t.Errorf("what failed anyway: %d %s", w.Code, w.Body)
	}
	if got := testutil.ToFloat64(s.stats.unrecorded); got != 3 {
		t.Errorf("%v are counted", got)
	}
}

func TestFaultsOfTheServerAreRecorded(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	s.Router().POST("/api/v1/fault", func(*gin.Context) { panic("x") })
	s.Router().POST("/api/v1/fine", func(c *gin.Context) {
		c.Header("X-Y", "z")
		c.String(http.StatusCreated, "made")
		c.Writer.Flush()
	})
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, sentBy(`POST /api/v1/fault {}`, ""))
	if e := recorded(t, o)[0]; w.Code != 500 || !strings.Contains(e.Result, "fault of Headroom") || e.Action != "post /api/v1/fault" {
		t.Errorf("%d %+v", w.Code, e)
	}
	w = httptest.NewRecorder()
	s.Handler().ServeHTTP(w, sentBy(`POST /api/v1/fine text`, ""))
	if w.Code != 201 || w.Body.String() != "made" || w.Header().Get("X-Y") != "z" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if e := recorded(t, o)[0]; e.Result != "" || string(e.Detail) != `{"body_bytes":4}` {
		t.Errorf("%+v %s", e, e.Detail)
	}
}

func TestSilencesHaveTheNameOfWhoIsKnown(t *testing.T) {
	_, s, tokens := guarded(t)
	got := ""
	s.Router().POST("/api/v2/silences", func(c *gin.Context) {
		b, _ := io.ReadAll(c.Request.Body)
		var body struct{ CreatedBy, Comment string }
		if err := json.Unmarshal(b, &body); err != nil || int64(len(b)) != c.Request.ContentLength {
			t.Error(err)
		}
		got = body.CreatedBy + " " + body.Comment
		c.JSON(http.StatusOK, gin.H{"silenceID": "s1"})
	})
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, sentBy(`POST /api/v2/silences {"createdBy":"boss","comment":"x","matchers":[{"name":"business","value":"Qzone"},{"name":"product","value":"WNS"}]}`, tokens["here"]))
	if w.Code != 200 || got != "token:here x" {
		t.Errorf("%d %s %q", w.Code, w.Body, got)
	}
	if e := recorded(t, s.Options)[0]; e.Object != "s1" || e.Why != "x" || e.Who != "token:here" {
		t.Errorf("%+v", e)
	}
}

func TestAuditByTheAPI(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	var verdict struct{ Data auditVerdict }
	decode(t, get(t, s, "/api/v1/audit/verify"), &verdict)
	if v := verdict.Data; !v.Good || v.Entries != 0 {
		t.Errorf("%+v", v)
	}
	if w := get(t, s, "/api/v1/audit/export"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, id := range []string{"Qzone", "QQ", "Qzone%2FWNS"} {
		ask(t, s, sentBy(`PUT /api/v1/modules/`+id+`/note {"note":"x"}`, ""))
	}
	var list struct{ Data auditPage }
	decode(t, get(t, s, "/api/v1/audit?path=Qzone&action=note&limit=1"), &list)
	if d := list.Data; len(d.Entries) != 1 || !d.More || d.Entries[0].Path != "Qzone/WNS" || d.Entries[0].Hash != audit.Sum(d.Entries[0]) {
		t.Errorf("%+v", d)
	}
	decode(t, get(t, s, "/api/v1/audit?path=Qzone&before=3"), &list)
	if d := list.Data; len(d.Entries) != 1 || d.More || d.Entries[0].Object != "Qzone" {
		t.Errorf("%+v", d)
	}
	file := get(t, s, "/api/v1/audit/export").Body
	if head, err := audit.VerifyFile(file); err != nil || head.Last != 3 {
		t.Errorf("%+v %v", head, err)
	}
	decode(t, get(t, s, "/api/v1/audit/verify"), &verdict)
	noted := verdict.Data
	if !noted.Good || noted.Entries != 3 {
		t.Errorf("%+v", noted)
	}
	for query, good := range map[string]bool{"?seq=3&hash=" + noted.Hash: true, "?seq=3&hash=0": false, "?seq=4&hash=0": false} {
		decode(t, get(t, s, "/api/v1/audit/verify"+query), &verdict)
		if v := verdict.Data; v.Good != good || good != (v.Why == "") {
			t.Errorf("%s: %+v", query, v)
		}
	}
	for _, bad := range []string{"audit?before=x", "audit?from=x", "audit/export?to=x", "audit/verify?seq=0", "audit?limit=x"} {
		if w := get(t, s, "/api/v1/"+bad); w.Code != 400 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}
