package press

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/storage/state"
	"headroom/ui/report"
)

// A published report gives the same bytes whatever the program has learned since.
func TestAPublishedReportKeepsItsFiles(t *testing.T) {
	w := newWorld(t)
	file := func(format, language string) *File {
		t.Helper()
		return must[*File](t)(w.File(t.Context(), "2026-11", format, language))
	}
	if f := file("html", "zh"); f.Published || f.Name != "expansion-2026-11-draft.zh.html" {
		t.Errorf("%s %v", f.Name, f.Published)
	}
	text := must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	if _, err := w.Publish(t.Context(), "2026-11", "bob"); !errors.Is(err, ErrPublished) || !strings.Contains(err.Error(), "2026-11") {
		t.Errorf("published twice: %v", err)
	}
	before := map[string]*File{}
	for _, format := range Formats() {
		for _, language := range report.Languages() {
			before[format+language] = file(format, language)
		}
	}
	if f := before["jsonen"]; !bytes.Equal(f.Body, text) || f.SHA256 != checksum(text) || f.Name != "expansion-2026-11.json" {
		t.Errorf("%s %s", f.Name, f.Body)
	}
	if f := before["htmlzh"]; !strings.Contains(string(f.Body), "扩容月报") || !strings.Contains(string(f.Body), checksum(text)) {
		t.Errorf("%s", f.Body)
	}

	all := formats
	defer func() { formats = all }()
	formats = append([]format{}, all...)
	for i := range formats { // another version of the program
		formats[i].write = func(out io.Writer, _ *report.Report, _ string) error {
			_, err := io.WriteString(out, "new")
			return err
		}
	}
	w.now = w.now.AddDate(0, 2, 0)
	w.minute()
	for name, f := range before {
		format, language := name[:len(name)-2], name[len(name)-2:]
		if now := file(format, language); !bytes.Equal(now.Body, f.Body) || now.SHA256 != f.SHA256 || !now.Published {
			t.Errorf("%s is another file", name)
		}
	}
	// A format of that version is kept from its first use on.
	formats = append(formats, format{"txt", "text/plain", false, formats[0].write})
	file("txt", "")
	formats[len(formats)-1].write = func(io.Writer, *report.Report, string) error { return errors.New("gone") }
	if f := file("txt", ""); string(f.Body) != "new" {
		t.Errorf("%s", f.Body)
	}
}

func TestOnlyTheRunningMonthHasADraft(t *testing.T) {
	w := newWorld(t)
	for _, month := range []string{"2026-10", "2026-12"} {
		if _, err := w.File(t.Context(), month, JSON, ""); !errors.Is(err, ErrNoReport) || !strings.Contains(err.Error(), "2026-11") {
			t.Errorf("%s: %v", month, err)
		}
	}
	w.snap = nil
	if _, err := w.File(t.Context(), "2026-11", JSON, ""); !errors.Is(err, analytics.ErrNoSnapshot) {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	w := newWorld(t)
	months := must[[]Month](t)(w.List(t.Context()))
	if months[0].Difference.Known() || months[0].Than != "" {
		t.Errorf("the first month has a difference: %+v", months[0])
	}
	if len(months) != 1 || months[0].Published || months[0].Month != "2026-11" || months[0].Total.DevicesToRequest != 4 || months[0].Asking != 2 {
		t.Errorf("%+v", months)
	}
	text := must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	w.now = w.now.AddDate(0, 1, 0)
	w.minute()
	w.snap.Growth[w.snap.Find("Qzone/SET_W13")].DevicesToRequest = 5
	months = must[[]Month](t)(w.List(t.Context()))
	if m := months[1]; len(months) != 2 || months[0].Month != "2026-12" || !m.Published || m.Who != "ann" || m.SHA256 != checksum(text) || m.Total.DevicesToRequest != 4 || m.At.Day() != 20 {
		t.Errorf("%+v", months)
	}
	if d := months[0]; d.Published || d.SHA256 != "" || d.Difference != 3 || d.Than != "2026-11" {
		t.Errorf("the draft beside the last published month: %+v", d)
	}
	if want := 2*(len(formats)-1) + 1; len(months[1].Files) != want {
		t.Errorf("%d files, want %d: %+v", len(months[1].Files), want, months[1].Files)
	}
	december := must[*report.Report](t)(w.Draft(t.Context(), "2026-12"))
	if b := december.Before; b == nil || b.Source != report.Published || b.DevicesToRequest != 3 {
		t.Errorf("%+v", b)
	}

	// One that was published before there were summaries, and one that is damaged.
	handle := must[*sql.DB](t)(sql.Open("sqlite", w.path))
	defer handle.Close()
	change := func(query string) {
		t.Helper()
		must[sql.Result](t)(handle.ExecContext(t.Context(), query))
	}
	change(`UPDATE reports SET summary = '', who = ''`)
	if m := must[[]Month](t)(w.List(t.Context()))[1]; m.Total.DevicesToRequest != 4 || m.Error != "" {
		t.Errorf("%+v", m)
	}
	change(`UPDATE reports SET summary = '{'`)
	if m := must[[]Month](t)(w.List(t.Context()))[1]; m.Total.DevicesToRequest != 4 || m.Error != "" {
		t.Errorf("%+v", m)
	}
	change(`UPDATE reports SET body = '{}'`)
	if d := must[[]Month](t)(w.List(t.Context()))[0]; d.Difference.Known() || d.Than != "" {
		t.Errorf("compared with a damaged report: %+v", d)
	}
	if m := must[[]Month](t)(w.List(t.Context()))[1]; m.Total.DevicesToRequest.Known() || !strings.Contains(m.Error, "2026-11 was changed") {
		t.Errorf("%+v", m)
	}
	if _, err := w.File(t.Context(), "2026-11", "csv", ""); err == nil || !strings.Contains(err.Error(), "was changed after it was published") {
		t.Error(err)
	}
	// Later months are reported all the same, beside what the ledger has.
	w.minute()
	w.orders = []ledger.Ordered{{ID: "Qzone/SET_W13", AsOf: dayOf(time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)), Devices: 5, Request: 3, Forecast: 8}}
	december = must[*report.Report](t)(w.Draft(t.Context(), "2026-12"))
	if b := december.Before; b == nil || b.Source == report.Published {
		t.Errorf("%+v", b)
	}
}

func TestAReportOfBeforeTheFilesIsKeptWhenItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	text := must[[]byte](t)(json.Marshal(report.Report{Format: 1, Month: "2026-01", Levels: []string{"business", "module"}}))
	if err := w.db.Reports().Publish(t.Context(), state.Publication{Month: "2026-01", JSON: text, SHA256: checksum(text), At: w.now}); err != nil {
		t.Fatal(err)
	}
	f := must[*File](t)(w.File(t.Context(), "2026-01", "html", "en"))
	kept := must[[]state.ReportFile](t)(w.Store.Files(t.Context(), "2026-01"))
	if !f.Published || len(kept) != 1 || kept[0].SHA256 != f.SHA256 {
		t.Errorf("%+v", kept)
	}
}

// Many may look at the draft of a minute: it is made once, and what one of them does with
// it is not the others' business.
func TestTheDraftOfAMinuteIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		must[*report.Report](t)(w.Draft(t.Context(), "2026-11")).Draft = false
	}
	if r := must[*report.Report](t)(w.Draft(t.Context(), "2026-11")); !r.Draft || w.trends != 2 {
		t.Errorf("a draft: %v; %d trends were read", r.Draft, w.trends)
	}
	w.Configure(Settings{Languages: []string{report.English}, Prices: report.Prices{Currency: "CNY", Other: 3}})
	if r := must[*report.Report](t)(w.Draft(t.Context(), "2026-11")); r.Total.Cost != 12 {
		t.Errorf("at other prices: %v", r.Total.Cost)
	}
	w.minute()
	if must[*report.Report](t)(w.Draft(t.Context(), "2026-11")); w.trends != 6 {
		t.Errorf("of the next minute: %d trends were read", w.trends)
	}
}

// The ledger is read for each node of the first level, and not anew within an hour.
func TestAccuracyIsThatOfTheMonthBefore(t *testing.T) {
	w := newWorld(t)
	yes := true
	w.entries = []ledger.Entry{
		{ID: "Qzone/SET_W13", Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: 0.1, NaiveError: 0.3, Inside: &yes},
		{ID: "QQ/相册", Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: -0.3, NaiveError: 0.5, Inside: &yes},
	}
	for range 2 {
		r := must[*report.Report](t)(w.Draft(t.Context(), "2026-11"))
		if a := r.Accuracy; a == nil || a.From != "2026-10-01" || a.To != "2026-10-31" || a.Scores[0].Scored != 2 || a.Scores[0].Median != 0.2 {
			t.Fatalf("%+v", a)
		}
	}
	if len(w.asked) != 2 || w.asked[0].Path[0] == w.asked[1].Path[0] {
		t.Errorf("%+v", w.asked)
	}
}
