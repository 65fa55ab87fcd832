package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"headroom/ui/report"
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
