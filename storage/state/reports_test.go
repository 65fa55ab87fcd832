package state

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// publication is a report of November with a file in two languages and two ways.
func publication(body []byte) Publication {
	file := func(language, text string) ReportFile {
		return ReportFile{Format: "html", Language: language, SHA256: checksum(text), Body: []byte(text)}
	}
	return Publication{
		Month: "2026-11", Who: "ann", At: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), JSON: body, SHA256: checksum(string(body)), Summary: []byte(`{"modules":3}`),
		Files: []ReportFile{file("en", "<p>report"), file("zh", "<p>报告")}, Ways: []string{"mail a@x", "webhook y"},
	}
}

func testReports(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	body := []byte(`{"month": "2026-11", "who": "报告"}`)
	if _, ok, err := db.Reports().Load(ctx, "2026-11"); ok || err != nil {
		t.Errorf("before it was published: %v, %v", ok, err)
	}
	p := publication(body)
	for _, spoil := range []func(*Publication){
		func(p *Publication) { p.SHA256 = checksum("other") },
		func(p *Publication) { p.Files = append(p.Files, ReportFile{Format: "pdf", SHA256: "other"}) },
	} {
		bad := p
		if spoil(&bad); db.Reports().Publish(ctx, bad) == nil {
			t.Error("a wrong checksum was taken")
		}
		if all, err := db.Reports().Deliveries(ctx, ""); len(all) > 0 || err != nil {
			t.Errorf("half a publication: %v, %v", all, err)
		}
	}
	must(t, db.Reports().Publish(ctx, p))
	if err := db.Reports().Publish(ctx, publication([]byte("{}"))); !errors.Is(err, ErrPublished) {
		t.Errorf("published twice: %v", err)
	}

	must(t, db.Close())
	db = open()
	got, ok, err := db.Reports().Load(ctx, "2026-11")
	if !ok || err != nil || !bytes.Equal(got, body) {
		t.Errorf("got %q, %v, %v; want %q", got, ok, err, body)
	}
	all, err := db.Reports().List(ctx)
	if err != nil || len(all) != 1 || all[0].Who != "ann" || !all[0].At.Equal(p.At) || all[0].SHA256 != p.SHA256 || string(all[0].Summary) != `{"modules":3}` {
		t.Errorf("%+v, %v", all, err)
	}
	testReportFiles(t, db.Reports(), &p)
	testDeliveries(t, db.Reports(), &p)

	for _, spoil := range []string{`UPDATE reports SET body = '{}'`, `UPDATE report_files SET body = 'x'`} {
		_, err = db.exec(ctx, spoil)
		must(t, err)
	}
	if _, _, err := db.Reports().Load(ctx, "2026-11"); err == nil {
		t.Error("a report that was changed behind our back was returned")
	}
	if _, _, err := db.Reports().File(ctx, "2026-11", "html", "en"); err == nil || !strings.Contains(err.Error(), "2026-11 as html (en) is damaged") {
		t.Errorf("a damaged file: %v", err)
	}
}

func testReportFiles(t *testing.T, r Reports, p *Publication) {
	ctx := t.Context()
	f, ok, err := r.File(ctx, "2026-11", "html", "zh")
	if !ok || err != nil || string(f.Body) != "<p>报告" || f.SHA256 != p.Files[1].SHA256 || !f.Kept.Equal(p.At) {
		t.Errorf("%+v, %v, %v", f, ok, err)
	}
	if _, ok, err := r.File(ctx, "2026-11", "pdf", "zh"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	must(t, r.KeepFile(ctx, "2026-11", ReportFile{Format: "csv", SHA256: checksum(""), Body: nil}, p.At))
	must(t, r.KeepFile(ctx, "2026-11", ReportFile{Format: "html", Language: "en", SHA256: checksum("another"), Body: []byte("another")}, p.At))
	if f, _, err := r.File(ctx, "2026-11", "html", "en"); err != nil || string(f.Body) != "<p>report" {
		t.Errorf("it was kept anew: %s, %v", f.Body, err)
	}
	all, err := r.Files(ctx, "2026-11")
	if err != nil || len(all) != 3 || all[0].Format != "csv" || all[1].Language != "en" || all[1].Size != 9 || all[1].Body != nil {
		t.Errorf("%+v, %v", all, err)
	}
	other := ReportFile{Format: "html", Language: "en", SHA256: checksum("other"), Body: []byte("other")}
	packed, err := pack(other.Body)
	must(t, err)
	_, err = r.db.exec(ctx, `UPDATE report_files SET body = $1 WHERE format = 'csv'`, packed)
	must(t, err)
	if _, _, err := r.File(ctx, "2026-11", "csv", ""); err == nil || !strings.Contains(err.Error(), "2026-11 as csv was changed") {
		t.Errorf("a file that was changed: %v", err)
	}
}

func testDeliveries(t *testing.T, r Reports, p *Publication) {
	ctx := t.Context()
	if due, err := r.DueDeliveries(ctx, p.At.Add(-time.Second)); len(due) > 0 || err != nil {
		t.Errorf("due early: %+v, %v", due, err)
	}
	due, err := r.DueDeliveries(ctx, p.At)
	if err != nil || len(due) != 2 || due[0].Way != "mail a@x" || due[1].N != 2 || due[0].Who != "ann" || due[0].State != DeliveryWaiting {
		t.Fatalf("%+v, %v", due, err)
	}
	d := due[0]
	d.Attempts, d.Error, d.Next = 1, "refused", p.At.Add(time.Minute)
	d.Recipients = []ReportRecipient{{"a@x", RecipientHas, ""}, {"安@x", RecipientWaiting, "450 'later'; --"}}
	must(t, r.KeepDelivery(ctx, d))
	d2 := due[1]
	d2.State, d2.Attempts, d2.Ended, d2.Next = DeliveryDelivered, 1, p.At, time.Time{}
	must(t, r.KeepDelivery(ctx, d2))
	must(t, r.AddDeliveries(ctx, "2026-11", []string{"webhook y"}, "bob", p.At.Add(time.Hour)))
	all, err := r.Deliveries(ctx, "2026-11")
	if err != nil || len(all) != 3 || !reflect.DeepEqual(all[:2], []ReportDelivery{d, d2}) || all[2].N != 3 || all[2].Who != "bob" {
		t.Errorf("%+v, %v", all, err)
	}
	if due, err = r.DueDeliveries(ctx, p.At.Add(time.Minute)); err != nil || len(due) != 1 || !reflect.DeepEqual(due[0], d) {
		t.Errorf("%+v, %v", due, err)
	}
	d.N = 9
	if r.KeepDelivery(ctx, d) == nil {
		t.Error("a delivery that is not there was kept")
	}
}
