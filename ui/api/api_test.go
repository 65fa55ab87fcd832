package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

// rows asks for a table and returns its rows.
func rows(t testing.TB, s *Server, target string) []analytics.Row {
	t.Helper()
	var answer struct{ Data []analytics.Row }
	decode(t, get(t, s, target), &answer)
	return answer.Data
}

func decode(t testing.TB, w *httptest.ResponseRecorder, v any) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		t.Fatal(err)
	}
}

func TestWorkedExample(t *testing.T) {
	opts, _ := options(t)
	got := rows(t, New(opts), "/api/v1/warnings?path=Qzone/WNS&sort=-score")
	if len(got) != 5 || got[0].ID != "Qzone/WNS/dispatch/SET_W13" {
		t.Fatalf("%d rows, first %v", len(got), got[0].ID)
	}
	if r := got[0]; !r.Deviates || r.Load != 23.5 || r.Devices != 7 || r.PeakToday.Value != 27.3 {
		t.Errorf("SET_W13 is %+v", r)
	}
	for _, r := range got[1:] {
		if r.Deviates {
			t.Errorf("%s deviates", r.ID)
		}
	}
}

func TestWarningsChoosesAndSorts(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	f := func(query, want string) {
		t.Helper()
		var names []string
		for _, r := range rows(t, s, "/api/v1/warnings?"+query) {
			names = append(names, r.Path[len(r.Path)-1])
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}

	f("", "模块?#& dead SET_W02 SET_W11 SET_W12 SET_W13 SET_W20 new")
	f("deviates=true", "SET_W13")
	f("deviates=false&limit=2", "模块?#& dead")
	f("search=set_w1", "SET_W11 SET_W12 SET_W13")
	f("level=business", "a/b QQ Qzone")
	f("path=Qzone&level=product", "WNS 相册")
	f("path=a%252Fb", "模块?#&")

	// What is unknown comes last in both directions.
	f("sort=load&path=Qzone", "SET_W11 SET_W12 SET_W13 SET_W02 SET_W20 new")
	f("sort=-load&path=Qzone&limit=6", "SET_W20 SET_W02 SET_W13 SET_W12 SET_W11 new")
	f("sort=since&limit=1", "SET_W13")
	f("sort=-peak_today.upper&limit=1", "SET_W20")
	f("sort=-state&limit=1", "dead")
}

func TestRowsThatDeviateComeFirst(t *testing.T) {
	opts, c := options(t)
	snap := fleetOf(240)
	for i := range snap.Rows {
		r := &snap.Rows[i]
		r.Deviates, r.Score = i%50 == 0, analytics.Number(i%7)
		if i%3 == 0 {
			r.Deviates, r.Score = false, analytics.Unknown()
		}
	}
	c.publish(snap)
	got := rows(t, New(opts), "/api/v1/warnings?sort=-deviates")
	rank := func(r analytics.Row) float64 {
		switch {
		case !r.Score.Known():
			return -1
		case r.Deviates:
			return 100 + float64(r.Score)
		}
		return float64(r.Score)
	}
	for i, r := range got[1:] {
		before := got[i]
		if rank(before) < rank(r) || rank(before) == rank(r) && comparePaths(before.Path, r.Path) >= 0 {
			t.Fatalf("row %d, %s %v, stands before %s %v", i, before.ID, before.Score, r.ID, r.Score)
		}
	}
}

func TestFirstRowsAreThoseOfAll(t *testing.T) {
	opts, c := options(t)
	c.publish(fleetOf(2 * fewLines))
	s := New(opts)
	for _, endpoint := range []string{"warnings", "growth"} {
		var first, all struct{ Data []json.RawMessage }
		decode(t, get(t, s, fmt.Sprintf("/api/v1/%s?sort=-devices&limit=%d", endpoint, fewLines)), &first)
		decode(t, get(t, s, "/api/v1/"+endpoint+"?sort=-devices"), &all)
		if len(first.Data) != fewLines || !reflect.DeepEqual(first.Data, all.Data[:fewLines]) {
			t.Errorf("%s: the first %d of %d lines are not what is asked for alone", endpoint, len(first.Data), len(all.Data))
		}
	}
}

func TestEveryFieldOfALineSorts(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	check := func(endpoint string, line any) {
		b, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		fields := map[string]any{}
		if err := json.Unmarshal(b, &fields); err != nil {
			t.Fatal(err)
		}
		for field := range fields {
			if w := get(t, s, "/api/v1/"+endpoint+"?sort=-"+field); w.Code != 200 {
				t.Errorf("%s: %s", field, w.Body)
			}
		}
	}
	check("warnings", analytics.Row{Reason: "x"})
	check("growth", analytics.Growth{})
}

func TestFaultsAreNamed(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	f := func(target string, code int, words ...string) {
		t.Helper()
		w := get(t, s, target)
		if w.Code != code {
			t.Errorf("%s: %d; want %d", target, w.Code, code)
		}
		for _, word := range words {
			if !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s: %s; want %q in it", target, w.Body, word)
			}
		}
	}

	f("/api/v1/warnings?level=bussiness", 400, "level", "bussiness", "product")
	f("/api/v1/warnings?deviates=maybe", 400, "deviates", "maybe")
	f("/api/v1/warnings?sort=-laod", 400, "sort", "laod", "load_max")
	f("/api/v1/warnings?limit=-1", 400, "limit")
	f("/api/v1/warnings?at=yesterday", 400, "at", "yesterday")
	f("/api/v1/warnings?at=1e300", 400, "at")
	f("/api/v1/warnings?at=2020-01-01T00:00:00Z", 404, "not kept")
	f("/api/v1/warnings?model=oracle", 400, "oracle")
	f("/api/v1/warnings?path=Qzome", 400, "path", "Qzome")
	f("/api/v1/warnings?path=a%25zz", 400, "path")
	f("/api/v1/growth?sort=score", 400, "sort", "devices_needed")
	f("/api/v1/modules/Qzone%2FWNS%2Fnone", 404, "Qzone/WNS/none")
	f("/api/v1/explain", 400, "id")
	f("/api/v1/explain?id=none", 404, "none")
	f("/api/v1/reports/2026-11?format=docx", 400, "format", "docx", "html")
	f("/api/v1/reports/2026-13", 400, "2026-13")
	f("/api/v1/reports/2026-01", 404, "2026-01", "2026-11")
}

func TestPastTable(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	for _, at := range []string{"2026-11-20T10:00:00%2B08:00", "1795140000"} {
		w := get(t, s, "/api/v1/warnings?search=W13&at="+at)
		if w.Header().Get("ETag") != "" || !strings.Contains(w.Body.String(), `"load":1,`) {
			t.Errorf("at=%s: %v %s", at, w.Header(), w.Body)
		}
	}
	if got := rows(t, s, "/api/v1/warnings?search=W13&model=classic"); got[0].Load != 23.5 {
		t.Errorf("the configured model by name shows %v", got[0].Load)
	}
}

func TestModuleOfAnyName(t *testing.T) {
	opts, c := options(t)
	s := New(opts)
	for i := range c.snap.Rows {
		row := &c.snap.Rows[i]
		for _, part := range []string{"", "/forecast", "/growth"} {
			w := get(t, s, "/api/v1/modules/"+url.PathEscape(row.ID)+part)
			if id, _ := json.Marshal(row.ID); !strings.Contains(w.Body.String(), strings.ReplaceAll(string(id), `\u0026`, "&")) {
				t.Errorf("%s%s: %d %s", row.ID, part, w.Code, w.Body)
			}
		}
	}
}

func TestNote(t *testing.T) {
	opts, c := options(t)
	s := New(opts)
	id := oddPath.ID()
	before := get(t, s, "/api/v1/warnings").Header().Get("ETag")
	put := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPut, "/api/v1/modules/"+url.PathEscape(id)+"/note", strings.NewReader(body))
		r.SetBasicAuth("li", "secret")
		return ask(t, s, r)
	}
	if w := put(`{"note":" <moved> & \"good\" 好 "}`); w.Code != 200 || !strings.Contains(w.Body.String(), `"note_by":"li","note_at":"`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if c.snap.Rows[c.snap.Find(id)].Note != "" {
		t.Error("the snapshot was changed")
	}
	got := rows(t, s, "/api/v1/warnings?path="+url.QueryEscape(id))
	if r := got[0]; r.Note != `<moved> & "good" 好` || r.NoteBy != "li" || r.NoteAt == nil {
		t.Errorf("the note is %q by %s at %v", r.Note, r.NoteBy, r.NoteAt)
	}
	var one struct{ Data struct{ Row analytics.Row } }
	decode(t, get(t, s, "/api/v1/modules/"+url.PathEscape(id)), &one)
	if r := one.Data.Row; r.NoteBy != "li" || !r.NoteAt.Equal(*got[0].NoteAt) {
		t.Errorf("its page: %q by %s at %v", r.Note, r.NoteBy, r.NoteAt)
	}
	if after := get(t, s, "/api/v1/warnings").Header().Get("ETag"); after == before {
		t.Error("the table's tag stayed")
	}

	for _, body := range []string{``, `{}`, `{"note":1}`, `{"text":"x"}`, `{"note":"a"}{"note":"b"}`, `[]`} {
		if w := put(body); w.Code != 400 {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	for _, n := range []int{maxNote + 1, maxBody} {
		if w := put(`{"note":"` + strings.Repeat("x", n) + `"}`); w.Code != 413 {
			t.Errorf("%d bytes: %d %s", n, w.Code, w.Body)
		}
	}
}

func TestTagsAndCompression(t *testing.T) {
	opts, c := options(t)
	s := New(opts)
	r := httptest.NewRequest(http.MethodGet, "/api/v1/warnings", nil)
	r.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
	w := ask(t, s, r)
	tag := w.Header().Get("ETag")
	if w.Header().Get("Content-Encoding") != "gzip" || tag == "" {
		t.Fatalf("%v", w.Header())
	}
	if unpacked := gunzip(t, w.Body); unpacked != get(t, s, "/api/v1/warnings").Body.String() {
		t.Errorf("packed is %.100s", unpacked)
	}
	r.Header.Set("If-None-Match", `"other", `+tag)
	if w := ask(t, s, r); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("%d %d bytes; want 304", w.Code, w.Body.Len())
	}
	c.publish(workedExample())
	if w := ask(t, s, r); w.Code != 200 {
		t.Errorf("after a new snapshot: %d", w.Code)
	}
}

func TestTree(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	var answer struct{ Data []treeNode }
	decode(t, get(t, s, "/api/v1/tree"), &answer)
	seen := map[string]bool{"": true}
	for _, n := range answer.Data {
		if !seen[n.Parent] {
			t.Errorf("%s comes before its parent %s", n.ID, n.Parent)
		}
		seen[n.ID] = true
	}
	if q := answer.Data[0]; q.ID != "Qzone" || q.Modules != 6 || q.Deviating != 1 || q.Learning != 1 || q.Stale != 0 {
		t.Errorf("Qzone is %+v", q)
	}
	worst := analytics.Unknown()
	for _, r := range rows(t, s, "/api/v1/warnings?path=Qzone") {
		if r.Headroom.Known() && !(worst <= r.Headroom) {
			worst = r.Headroom
		}
	}
	if q := answer.Data[0]; !worst.Known() || q.WorstHeadroom != worst {
		t.Errorf("the worst headroom of Qzone is %v, want %v", q.WorstHeadroom, worst)
	}
	without := slices.DeleteFunc(answer.Data, func(n treeNode) bool { return n.Level == "module" })
	decode(t, get(t, s, "/api/v1/tree?modules=false"), &answer)
	if len(without) == 0 || !slices.EqualFunc(answer.Data, without, func(a, b treeNode) bool { return a.ID == b.ID }) {
		t.Errorf("%d nodes without the modules, want %d", len(answer.Data), len(without))
	}
	if w := get(t, s, "/api/v1/tree?modules=maybe"); w.Code != 400 {
		t.Errorf("modules=maybe: %d", w.Code)
	}
}

func TestBeforeTheFirstSnapshot(t *testing.T) {
	opts, c := options(t)
	c.snap = nil
	s := New(opts)
	for target, code := range map[string]int{
		"/api/v1/warnings": 503, "/api/v1/warnings?model=classic": 503, "/api/v1/growth": 503, "/api/v1/tree": 503,
		"/api/v1/modules/x": 503, "/api/v1/reports/2026-11": 503, "/-/ready": 503, "/-/healthy": 200, "/api/v1/status": 200,
	} {
		if w := get(t, s, target); w.Code != code {
			t.Errorf("%s: %d %s; want %d", target, w.Code, w.Body, code)
		}
	}
	c.publish(workedExample())
	if w := get(t, s, "/-/ready"); w.Code != 200 {
		t.Errorf("/-/ready: %d", w.Code)
	}
}

func TestStatus(t *testing.T) {
	opts, c := options(t)
	c.progress = []analytics.Progress{{Name: "history", Done: 1, Total: 3, ETASeconds: analytics.Unknown()}}
	var answer struct{ Data statusData }
	decode(t, get(t, New(opts), "/api/v1/status"), &answer)
	if d := answer.Data; d.Modules != 8 || d.Version != "1.2.3" || d.Timezone != "Asia/Shanghai" || !d.At.Equal(minute) || len(d.Progress) != 1 {
		t.Errorf("%+v", d)
	}
}

func TestFaultOfTheServerHasNoDetails(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	s.Router().GET("/api/v1/fault", func(*gin.Context) { panic(errors.New("secret")) })
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/fault", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "id ") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
