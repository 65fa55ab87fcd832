package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"headroom/analytics/ledger"
	"headroom/analytics/season"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

func TestAPublishedReportNeverChanges(t *testing.T) {
	opts, c := options(t)
	s := New(opts)
	target := "/api/v1/reports/2026-11"
	var draft, published struct{ Data report.Report }
	decode(t, get(t, s, target), &draft)
	if d := draft.Data; !d.Draft || len(d.Lines) != 5 || len(d.Left) != 3 || d.Lines[0].Evidence == nil {
		t.Fatalf("the draft is %+v", d)
	}
	post := httptest.NewRequest(http.MethodPost, target, nil)
	decode(t, ask(t, s, post), &published)
	first := get(t, s, target)

	next := workedExample()
	next.Growth[next.Find("Qzone/WNS/dispatch/SET_W13")].DevicesToRequest = 999
	c.publish(next)
	again := get(t, s, target)
	if published.Data.Draft || first.Body.String() != again.Body.String() || first.Header().Get("ETag") != again.Header().Get("ETag") {
		t.Errorf("it was\n%s\nand is\n%s", first.Body, again.Body)
	}
	if w := ask(t, s, post); w.Code != 409 {
		t.Errorf("published again: %d", w.Code)
	}
	if w := get(t, s, target+"?format=html"); w.Code != 200 || strings.Contains(w.Body.String(), "999") || strings.Contains(w.Body.String(), ">Draft<") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := get(t, s, target+"?format=csv"); w.Code != 200 || !strings.Contains(w.Body.String(), "SET_W13") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestReportsAreListedAndSent(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	var list struct {
		Data struct{ Months []press.Month }
	}
	decode(t, get(t, s, "/api/v1/reports"), &list)
	if all := list.Data.Months; len(all) != 1 || all[0].Published || all[0].Total.DevicesToRequest != 11 {
		t.Fatalf("%+v", all)
	}
	ask(t, s, httptest.NewRequest(http.MethodPost, "/api/v1/reports/2026-11", nil))
	decode(t, get(t, s, "/api/v1/reports"), &list)
	if all := list.Data.Months; len(all) != 1 || !all[0].Published || len(all[0].Files) == 0 {
		t.Fatalf("%+v", all)
	}
	for _, kept := range list.Data.Months[0].Files {
		target := "/api/v1/reports/2026-11?format=" + kept.Format + "&lang=" + cmp.Or(kept.Language, "en")
		w := get(t, s, target)
		sum := sha256.Sum256(w.Body.Bytes())
		if h := w.Header(); h.Get("ETag") != `"`+kept.SHA256+`"` || hex.EncodeToString(sum[:]) != kept.SHA256 ||
			h.Get("Digest") != "sha-256="+base64.StdEncoding.EncodeToString(sum[:]) || !strings.Contains(h.Get("Content-Disposition"), "expansion-2026-11.") {
			t.Errorf("%s: %v", target, h)
		}
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("If-None-Match", `"x", "`+kept.SHA256+`"`)
		if w := ask(t, s, r); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("%s again: %d", target, w.Code)
		}
	}
	for _, target := range []string{"2026-11?format=docx", "2026-11?format=pdf&lang=fr", "2026-13"} {
		if w := get(t, s, "/api/v1/reports/"+target); w.Code != 400 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if w := get(t, s, "/api/v1/reports/2026-10?format=pdf"); w.Code != 404 || !strings.Contains(w.Body.String(), "only, 2026-11") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAReportIsDeliveredOnceMore(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	target := "/api/v1/reports/2026-11/deliveries"
	send := func(body string) *httptest.ResponseRecorder {
		return ask(t, s, httptest.NewRequest(http.MethodPost, target, strings.NewReader(body)))
	}
	if w := get(t, s, target); w.Code != 404 {
		t.Errorf("before it is published: %d", w.Code)
	}
	ask(t, s, httptest.NewRequest(http.MethodPost, "/api/v1/reports/2026-11", nil))
	if w := send("{}"); w.Code != 409 || !strings.Contains(w.Body.String(), "report.webhooks are empty") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	opts.Reports.Configure(press.Settings{Ways: []press.Way{nowhere{}}})
	if w := send(`{"ways": ["mail b"]}`); w.Code != 409 || !strings.Contains(w.Body.String(), "there are mail a") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := send(`{"ways": ["mail a"]}`); w.Code != 200 || !strings.Contains(w.Body.String(), `"state":"waiting"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := opts.Reports.Round(t.Context()); err != nil {
		t.Error(err)
	}
	for text := ""; !strings.Contains(text, `"state":"delivered","attempts":1`); { // beside us
		text = get(t, s, target).Body.String()
		if t.Context().Err() != nil || strings.Contains(text, `"attempts":2`) {
			t.Fatal(text)
		}
	}
}

// nowhere takes every report.
type nowhere struct{}

func (nowhere) Name() string { return "mail a" }
func (nowhere) Deliver(context.Context, press.Delivery) ([]state.ReportRecipient, error) {
	return nil, nil
}

// The report's numbers are those of the growth table.
func TestReportEqualsGrowth(t *testing.T) {
	opts, c := options(t)
	var answer struct{ Data report.Report }
	decode(t, get(t, New(opts), "/api/v1/reports/2026-11"), &answer)
	for _, line := range answer.Data.Lines {
		got, err1 := marshal(line.Growth)
		want, err2 := marshal(c.snap.Growth[c.snap.Find(line.ID)])
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("%s\n%s", got, want)
		}
	}
}

// The order of the month before is judged in this month's report once its lead
// time is over, and a report published before that stays as it was.
func TestLastMonthsOrderIsJudged(t *testing.T) {
	opts, c := options(t)
	b := &book{}
	opts.Reports.Ledger = b
	now := minute
	opts.Reports.Now = func() time.Time { return now }
	s := New(opts)
	read := func(month string) (r report.Report) { // what is kept for a minute or an hour is made anew
		t.Helper()
		now = now.Add(time.Hour)
		snap := *c.snap
		c.publish(&snap)
		var answer struct{ Data report.Report }
		decode(t, get(t, s, "/api/v1/reports/"+month), &answer)
		return answer.Data
	}
	if r := read("2026-11"); r.Past != nil {
		t.Fatalf("nothing was ordered: %+v", r.Past)
	}

	// Nothing was published in October: what the ledger has of its first day counts.
	asOf := day(t, "2026-10-02")
	b.orders = []ledger.Ordered{
		{ID: "Qzone/WNS/dispatch/SET_W13", AsOf: asOf, Horizon: 30, Forecast: 230, Devices: 6, Request: 224},
		{ID: "gone", AsOf: asOf, Horizon: 30, Forecast: 3, Devices: 2, Request: 1},
	}
	if p := read("2026-11").Past; len(p) != 1 || p[0].Over || p[0].Total.Difference.Known() || !strings.Contains(p[0].Sentence, "requested 225; not judged yet: it will be when the days up to 2026-11-01") {
		t.Fatalf("before the lead time is over: %+v", p)
	}
	if want := [2]int{asOf + 1, asOf + 30}; b.window != want {
		t.Errorf("work was asked of %v, want %v", b.window, want)
	}
	b.work = map[string]float64{"Qzone/WNS/dispatch/SET_W13": 218 * 60}
	p := read("2026-11").Past
	if l := p[0].Lines[0]; len(p) != 1 || !p[0].Over || l.Needed != 212 || l.Forecast != 230 || l.Difference != 12 || l.Actual != 218 || l.Error != l.Forecast/l.Actual-1 {
		t.Errorf("judged: %+v", p)
	}
	if want := "needed 212, requested 224: 12 too many; 1 of 2 modules are left out"; !strings.Contains(p[0].Sentence, want) || !strings.Contains(p[0].Sentence, "not published, as it was on 2026-10-03") {
		t.Errorf("%q, want %q", p[0].Sentence, want)
	}
	if w := get(t, s, "/api/v1/reports/2026-11?format=html"); !strings.Contains(w.Body.String(), "needed 212, requested 224") || !strings.Contains(w.Body.String(), "Order of 2026-10 beside") {
		t.Errorf("the page: %s", w.Body)
	}
	if w := get(t, s, "/api/v1/reports/2026-11?format=csv"); !strings.Contains(w.Body.String(), ",2026-10,224,212,12,230,218,") || !strings.Contains(w.Body.String(), "only in the order of 2026-10") {
		t.Errorf("the file: %s", w.Body)
	}

	// What was published counts for the month after, and is itself no more touched.
	ask(t, s, httptest.NewRequest(http.MethodPost, "/api/v1/reports/2026-11", nil))
	published := get(t, s, "/api/v1/reports/2026-11").Body.String()
	next := workedExample()
	next.At = next.At.AddDate(0, 1, 0)
	c.publish(next)
	b.work = map[string]float64{"Qzone/WNS/dispatch/SET_W13": 9 * 60, "Qzone/WNS/dispatch/SET_W02": 1}
	p = read("2026-12").Past
	if len(p) != 1 || p[0].Month != "2026-11" || p[0].Source != report.Published || p[0].Due != "2026-12-21" || p[0].Total.Judged != 2 || p[0].Total.Needed != 2 {
		t.Errorf("of the published one: %+v", p)
	}
	if now := get(t, s, "/api/v1/reports/2026-11").Body.String(); now != published {
		t.Errorf("it was\n%s\nand is\n%s", published, now)
	}
}

func day(t *testing.T, date string) int {
	t.Helper()
	d, err := season.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
