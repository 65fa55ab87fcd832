package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/whatif"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/api"
	"headroom/ui/report/press"
)

// fixed answers from one snapshot and one explanation.
type fixed struct {
	api.Capacity
	snap *analytics.Snapshot
}

func (f fixed) Snapshot() *analytics.Snapshot { return f.snap }

func (f fixed) Trend(context.Context, string, string, float64) (*analytics.Trend, error) {
	return &analytics.Trend{}, nil
}

func (f fixed) Explain(_ context.Context, id, _ string) (*analytics.Explanation, error) {
	return &analytics.Explanation{ID: id, Title: id + " at 21:05", Steps: []analytics.Step{
		{Name: "expected", Formula: "Σ values ÷ n", Numbers: "62.4 ÷ 3", Result: "20.8", Inputs: []string{"2026-11-21  20.8"}},
	}}, nil
}

func (f fixed) Refit(context.Context, *fleet.Mark, int64) ([]analytics.Refit, int, error) {
	before := analytics.RefitSide{Mean: 20.8, Lower: 19, Upper: 22.6, PeakToday: analytics.Peak{Value: 27.3}, PeakAtRisk: 70, DevicesNeeded: 9, DevicesToRequest: 2, State: analytics.OK}
	after := before
	after.Lower, after.Upper, after.PeakAtRisk, after.DevicesNeeded, after.DevicesToRequest = 20, 21.5, 60, 7, 0
	return []analytics.Refit{{ID: "Qzone", Path: fleet.Path{"Qzone"}, Level: "business", Before: before, After: after}}, 3, nil
}

func (f fixed) WhatIf(sc whatif.Scenario) (*analytics.WhatIf, error) {
	if err := sc.Validate(); err != nil {
		return nil, err
	}
	nan := analytics.Unknown()
	before := analytics.WhatIfSide{Devices: 7, PeakToday: 27.3, Headroom: 54.5, DevicesNeeded: 4, DevicesToRequest: 0}
	after := analytics.WhatIfSide{Devices: 0, PeakToday: nan, Headroom: nan, FullOn: analytics.Dates{Value: "2026-11-22"}, DevicesNeeded: 4, DevicesToRequest: 4}
	return &analytics.WhatIf{
		Scenario: sc, Differs: sc.Sentences(), Modules: 3, Unknown: 1,
		Before: analytics.WhatIfTotal{LeadDays: 30, Devices: 21, DevicesNeeded: 20},
		After:  analytics.WhatIfTotal{LeadDays: 45, Devices: 14, DevicesNeeded: 20, DevicesToRequest: 4, FillUp: 1},
		Rows:   []analytics.WhatIfRow{{ID: "Qzone/SET_W13", Path: fleet.Path{"Qzone", "SET_W13"}, Level: "module", Before: before, After: after, FillsUp: true}},
	}, nil
}

// table has a row that deviates, one with a wide name that does not, one without
// data and one that learns.
func table() *analytics.Snapshot {
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.FixedZone("CST", 8*3600))
	tree := fleet.NewTree([]string{"business", "module"})
	for _, name := range []string{"SET_W13", "相册上传", "dead", "new"} {
		tree.Add(fleet.Path{"Qzone", name})
	}
	s := analytics.NewSnapshot(tree, at, "classic")
	nan := analytics.Unknown()
	for _, n := range tree.Nodes() {
		s.Rows[n.Index] = analytics.Row{
			ID: n.ID, Path: n.Path, Level: tree.Levels()[n.Level()], At: at, Devices: 7, Load: nan, LoadMax: nan, Mean: nan, Lower: nan, Upper: nan,
			Score: nan, Headroom: nan, HeadroomAfterLoss: nan, PeakToday: analytics.Peak{Value: nan, Lower: nan, Upper: nan, Seen: nan}, State: analytics.Learning, Reason: "1 of 3 days",
		}
		s.Growth[n.Index] = analytics.Growth{ID: n.ID, Path: n.Path, Level: s.Rows[n.Index].Level, SlopePerDay: nan, R2: nan, PeakNow: nan,
			PeakMax: analytics.Interval{Value: nan, Lower: nan, Upper: nan}, Devices: 7, DevicesNeeded: nan, DevicesToRequest: nan,
			State: analytics.Learning, Reason: "9 of 14 days"}
	}
	since := at.Add(-7 * time.Minute)
	w13, album, dead := &s.Rows[s.Find("Qzone/SET_W13")], &s.Rows[s.Find("Qzone/相册上传")], &s.Rows[s.Find("Qzone/dead")]
	w13.Load, w13.Mean, w13.Lower, w13.Upper, w13.Score, w13.State = 23.5, 20.8, 19, 22.6, 1.5, analytics.OK
	w13.Deviates, w13.Direction, w13.Since, w13.PeakToday.Value = true, "up", &since, 27.3
	w13.Headroom, w13.HeadroomAfterLoss, w13.LargestDomain = 54.5, -13.75, &rollup.Domain{Label: "rack", Value: "r1", Devices: 4}
	album.Headroom, album.LargestDomain = 78, &rollup.Domain{Label: "rack", Value: "r1", Devices: 7}
	s.Rows[s.Find("Qzone/new")].LargestDomain = album.LargestDomain // of which nothing is known yet
	album.Load, album.Mean, album.Lower, album.Upper, album.Score, album.State = 8, 8.25, 7.5, 9, 0.33, analytics.OK
	dead.State, dead.Age, dead.Reason = analytics.Stale, 420, "no data for 7 min"
	g := &s.Growth[s.Find("Qzone/SET_W13")]
	g.State, g.Reason, g.Days, g.SlopePerDay, g.R2, g.PeakNow = analytics.OK, "7 × 70 ÷ 60", 60, 0.5, 0.97, 55
	g.PeakMax = analytics.Interval{Value: 70, Lower: 68, Upper: 72}
	g.FullOn.Value, g.DevicesNeeded, g.DevicesToRequest = "2026-12-01", 9, 2
	return s
}

// empty is a ledger in which nothing is written yet.
type empty struct{}

func (empty) Entries(context.Context, ledger.Query) ([]ledger.Entry, error) { return nil, nil }

func (empty) Orders(context.Context, int, int) ([]ledger.Ordered, error) { return nil, nil }

func (empty) Work(context.Context, int, int) (map[string]float64, error) { return nil, nil }

// serving returns a client of a running server.
func serving(t *testing.T) (*client, *bytes.Buffer) {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := fixed{snap: table()}
	srv := httptest.NewServer(api.New(api.Options{
		Capacity: now, Notes: db.Notes(), Marks: db.Marks(), Reports: press.New(press.Options{Capacity: now, Ledger: empty{}, Store: db.Reports(), Location: time.UTC, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}, press.Settings{}), Ledger: empty{}, Location: time.UTC,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}).Handler())
	t.Cleanup(srv.Close)
	var out bytes.Buffer
	return &client{server: srv.URL, out: &out}, &out
}

func wantOutput(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

func TestWarningsTable(t *testing.T) {
	c, out := serving(t)
	l := &lister{client: c, sort: "-score"}
	if err := list(l, "warnings", l.params(), warningGrid); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, out.String(), `PATH            DEVICES  TIME   LOAD  MEAN      INTERVAL  DEVIATES               PEAK TODAY  HEADROOM  AFTER LOSS  NOTE
Qzone/SET_W13         7  21:05  23.5  20.8  [19.0, 22.6]  YES ↑ 1.5 since 20:58        27.3      54 %       -14 %
Qzone/相册上传        7  21:05   8.0   8.2    [7.5, 9.0]  NO                              –      78 %   none left
Qzone/dead            7  21:05     –     –             –  stale for 7m                    –         –           –
Qzone/new             7  21:05     –     –             –  learning                        –         –           –

1 × learning: 1 of 3 days
`)
}

func TestWhatIfTable(t *testing.T) {
	c, out := serving(t)
	w := &whatIfCommand{client: c, scenario: whatif.Scenario{Lost: []whatif.Domain{{Label: "rack", Value: "r1"}}, LeadTime: 45}}
	if err := w.run(); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, out.String(), `If rack=r1 of all is lost; a lead time of 45 days:

  devices                                                  21 → 14
  devices needed                                           20 → 20
  devices to request                                        0 → 4
  modules full before the next delivery (30 → 45 d)         0 → 1
  modules above the target load today                       0 → 0

3 modules are judged, 1 cannot be: they have too little history, or no device reports.

PATH           DEVICES  PEAK TODAY  HEADROOM  FULL ON         NEEDED  TO REQUEST
Qzone/SET_W13    7 → 0    27.3 → –  54 → – %  – → 2026-11-22       4       0 → 4
`)
	w.scenario = whatif.Scenario{}
	if err := w.run(); err == nil || !strings.Contains(err.Error(), "at least one of") {
		t.Errorf("an empty scenario: %v", err)
	}
}

func TestMarkAsksFirst(t *testing.T) {
	c, out := serving(t)
	mark := func(answer string, yes bool) string {
		t.Helper()
		out.Reset()
		m := &markCommand{client: c, in: strings.NewReader(answer), path: "Qzone", from: "2026-11-20T12:00:00+08:00", to: "2026-11-20T15:00:00+08:00", kind: "incident", yes: yes}
		if err := m.add(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	list := func() string {
		t.Helper()
		out.Reset()
		if err := (&markCommand{client: c}).list(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	wantOutput(t, mark("n\n", false), `It concerns 3 nodes; of the first 1:

PATH   MEAN NOW                     INTERVAL  PEAK TODAY  PEAK AT RISK  NEEDED  TO REQUEST  STATE
Qzone      20.8  [19.0, 22.6] → [20.0, 21.5]        27.3   70.0 → 60.0   9 → 7       2 → 0  ok

Mark it? [y/N] Nothing is changed. (--yes does not ask.)
`)
	wantOutput(t, list(), "No marks. Make one by: headroom mark add PATH --from TIME --to TIME\n")
	if got := mark("y\n", false); !strings.Contains(got, "Mark 1 is made") {
		t.Error(got)
	}
	if got := mark("", true); !strings.Contains(got, "Mark 2 is made") {
		t.Error(got)
	}
	out.Reset()
	if err := (&markCommand{client: c, id: 1, yes: true}).remove(); err != nil || !strings.Contains(out.String(), "Mark 1 is taken away") {
		t.Errorf("%v %s", err, out)
	}
	wantOutput(t, list(), `NUMBER  PATH   FROM              TO                KIND      BY    NOTE
     2  Qzone  2026-11-20 04:00  2026-11-20 07:00  incident
`)
	m := &markCommand{client: c, from: "soon", to: "2026-11-20"}
	if err := m.add(); err == nil || !strings.Contains(err.Error(), "--from: want a time") {
		t.Errorf("%v", err)
	}
}

func TestGrowthTable(t *testing.T) {
	c, out := serving(t)
	l := &lister{client: c, sort: "-devices_to_request", limit: 2}
	if err := list(l, "growth", l.params(), growthGrid); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, out.String(), `PATH           PEAK NOW  POINTS/DAY    R²  DAYS       LARGEST PEAK  FULL ON     DEVICES  NEEDED  TO REQUEST
Qzone/SET_W13      55.0        0.50  0.97    60  70.0 [68.0, 72.0]  2026-12-01        7       9           2
Qzone/dead            –           –     –     0                  –  –                 7       –           –  learning: 9 of 14 days
`)
}

func TestTableAsJSON(t *testing.T) {
	c, out := serving(t)
	l := &lister{client: c, path: "Qzone/SET_W13", json: true}
	if err := list(l, "warnings", l.params(), warningGrid); err != nil {
		t.Fatal(err)
	}
	var rows []analytics.Row
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil || len(rows) != 1 || rows[0].Load != 23.5 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestExplain(t *testing.T) {
	c, out := serving(t)
	if err := c.explain("row:Qzone/SET_W13", ""); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, out.String(), `row:Qzone/SET_W13 at 21:05

expected = 20.8
    Σ values ÷ n
    62.4 ÷ 3
      2026-11-21  20.8

related: order:Qzone/SET_W13  row:Qzone
`)
}

func TestReportFiles(t *testing.T) {
	c, out := serving(t)
	dir := filepath.Join(t.TempDir(), "new")
	if err := c.writeReports("2026-11", []string{"html", "csv", "json", "xlsx"}, "zh", dir); err != nil {
		t.Fatal(err)
	}
	if err := c.writeReports("2026-11", []string{"html"}, "en", dir); err != nil {
		t.Fatal(err)
	}
	begins := map[string]string{"zh.html": "<!DOCTYPE html>", "html": "<!DOCTYPE html>", "csv": "\ufeffbusiness,module", "json": `{"format":1`, "zh.xlsx": "PK"}
	for name, want := range begins {
		b, err := os.ReadFile(filepath.Join(dir, "expansion-2026-11."+name))
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("%s: %v %.40s", name, err, b)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 5 || strings.Count(out.String(), "\n") != 5 {
		t.Errorf("%d files; printed %s", len(files), out)
	}
	if err := c.writeReports("2026-11", []string{"docx"}, "en", dir); err == nil || !strings.Contains(err.Error(), "docx") {
		t.Errorf("docx: %v", err)
	}
}

func TestReportCommands(t *testing.T) {
	c, out := serving(t)
	r := &reportCommand{client: c, month: "2026-11"}
	says := func(do func() error, want ...string) {
		t.Helper()
		out.Reset()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s\nlacks %q", out, text)
			}
		}
	}
	says(r.list, "MONTH    STATE  AT", "2026-11  draft  2026-11-22 21:05", "        2                 –        0")
	says(r.publish, "The report of 2026-11 is published.\n2 devices to request")
	says(r.list, "2026-11  published  20")
	if sum := out.String()[strings.LastIndex(out.String(), " "):]; len(strings.TrimSpace(sum)) != shortSum {
		t.Errorf("%q is no checksum\n%s", sum, out)
	}
	says(r.deliveries, "It was delivered to nobody")
	if err := r.publish(); err == nil || !strings.Contains(err.Error(), "never changes") {
		t.Error(err)
	}
	if err := r.send(); err == nil || !strings.Contains(err.Error(), "report.webhooks are empty") {
		t.Error(err)
	}
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	months := reportPage{Months: []press.Month{
		{Month: "2026-12", Deliveries: map[string]int{}, Summary: press.Summary{SnapshotAt: at, Difference: -3, Than: "2026-11"}},
		{Month: "2026-11", Published: true, At: at, Deliveries: map[string]int{"delivered": 1, "partly": 1}},
	}}
	says(func() error { return months.print(out) }, "2026-12  draft      2026-11-25 09:00", "-3 to 2026-11", "1 of 2, 1 failed")
	p := sentPage{[]press.Sent{{N: 1, Way: "mail a@x", State: "waiting", Attempts: 2, Error: "450 not now", Asked: at, Next: at.Add(time.Hour), Who: "ann"}}}
	says(func() error { return p.print(out) }, "1  mail a@x  waiting", "next attempt 11-25 10:00; 450 not now")
}

func TestCheckModule(t *testing.T) {
	c, _ := serving(t)
	f := func(id string, critical float64, status int, want string) {
		t.Helper()
		if got, line := c.checkModule(id, critical); got != status || line != want {
			t.Errorf("%d %s\nwant %d %s", got, line, status, want)
		}
	}

	const w13 = "Qzone/SET_W13 load 23.5 %, normal 20.8 [19.0, 22.6], peak today 27.3 %, deviates up | load=23.5%;19:22.6;"
	f("Qzone/SET_W13", 2, 1, "WARNING: "+w13+"17.2:24.4;0;100 mean=20.8% score=1.5 peak_today=27.3% devices=7")
	f("Qzone/SET_W13", 1.5, 2, "CRITICAL: "+w13+"18.1:23.5;0;100 mean=20.8% score=1.5 peak_today=27.3% devices=7")
	f("Qzone/相册上传", 2, 0, "OK: Qzone/相册上传 load 8.0 %, normal 8.2 [7.5, 9.0], peak today – % | load=8%;7.5:9;6.75:9.75;0;100 mean=8.25% score=0.33 peak_today=U devices=7")
	f("Qzone/dead", 2, 3, "UNKNOWN: Qzone/dead is stale: no data for 7 min | load=U;;;0;100 mean=U score=U peak_today=U devices=7")
	f("Qzone/SET_W13", 0.5, 3, "UNKNOWN: --critical: want 1 or more, since the band ends at 1, got 0.5")
	f("Qzone/none", 2, 3, `UNKNOWN: "Qzone/none": no such node in the business tree (a new one is there within a minute of its first sample); there are, for example, Qzone/SET_W13, Qzone/相册上传, Qzone/dead`)
}

func TestErrorsSayWhatToDo(t *testing.T) {
	f := func(server string, words ...string) {
		t.Helper()
		l := &lister{client: &client{server: server, out: io.Discard}}
		err := list(l, "warnings", nil, warningGrid)
		for _, word := range words {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v; want %q in it", server, err, word)
			}
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is in: %v", err)
		}
	}

	closed := httptest.NewServer(nil)
	closed.Close()
	f(closed.URL, "no server can be reached", "connection refused", "headroom serve", "--server")
	f(strings.Replace(closed.URL, "//", "//me:secret@", 1), "no server can be reached")
	f("localhost:7480", "--server", "http://")
	f("127.0.0.1:7480", "--server", `got "127.0.0.1:7480"`)
	f("ftp://x", "--server", "http://")
	f("http://me:secret@%zz", "--server")
	f("me:secret@127.0.0.1:7480", "--server")

	other := httptest.NewServer(nil)
	defer other.Close()
	f(other.URL, "404")

	c, _ := serving(t)
	c.out = io.Discard
	l := &lister{client: c, sort: "laod"}
	if err := list(l, "warnings", l.params(), warningGrid); err == nil || !strings.Contains(err.Error(), "laod") {
		t.Errorf("a wrong column: %v", err)
	}
}

func TestColumns(t *testing.T) {
	f := func(text string, want int) {
		t.Helper()
		if got := columnsOf(text); got != want {
			t.Errorf("%q takes %d columns; want %d", text, got, want)
		}
	}
	f("", 0)
	f("SET_W13", 7)
	f("相册", 4)
	f("ＡＢ", 4)
	f("カタ", 4)
	f("é", 1)
	f("e\u0301", 1)
	f("–↑²", 3)

	if got := printable("a\x1b[31m\nb\u202ec👩\u200d🔧"); got != "a�[31m�b�c👩\u200d🔧" {
		t.Errorf("%q", got)
	}
}

// The flags of each command, by the way a user types them.
func TestCommandLines(t *testing.T) {
	f := func(args ...string) {
		t.Helper()
		app := kingpin.New("headroom", "")
		addWarnings(app)
		addGrowth(app)
		addReport(app)
		addExplain(app)
		addCheckModule(addCheck(app))
		if _, err := app.ParseContext(args); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
	f("warnings")
	f("warnings", "Qzone/WNS", "--level", "service", "--deviates", "--sort=-load", "--limit=3", "--json", "--server", "http://x:1")
	f("growth", "Qzone", "--sort", "r2")
	f("report", "--month", "2026-11", "--format", "html,csv,json", "--out", "reports")
	f("explain", "order:Qzone/WNS/dispatch/SET_W13")
	f("check", "module", "Qzone/WNS/dispatch/SET_W13", "--critical", "3")
}

func TestImportSaysWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "series.csv")
	if err := os.WriteFile(file, []byte("timestamp,value\n1795388700,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(server string, want string) {
		t.Helper()
		i := &importCSV{client: &client{server: server, out: io.Discard}, metric: "m", labels: map[string]string{}, file: file}
		if err := i.run(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "are stored") {
			t.Errorf("%s: %v; want %q in it, and nothing stored", server, err, want)
		}
	}

	shadow, _ := serving(t) // it has no way in
	f(shadow.server, "takes no samples in")
	f("127.0.0.1:7480", "--server: want a URL")
	closed := httptest.NewServer(nil)
	closed.Close()
	f(closed.URL, "no server can be reached")
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "1 sample refused: too old", http.StatusBadRequest)
	}))
	defer refusing.Close()
	f(refusing.URL, "too old")
}

// A command that has nothing to show says what to do; for programs it stays an empty list.
func TestEmptyListsSayWhatToDo(t *testing.T) {
	load := `headroom_load_percent{business="shop",module="api"}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data := map[string]string{
			"/api/v1/warnings": `[]`, "/api/v1/audit": `{"entries":[]}`,
			"/api/v1/status": fmt.Sprintf(`{"examples":{"load":%q}}`, load),
		}[r.URL.Path]
		_, _ = fmt.Fprintf(w, `{"status":"success","data":%s}`, data)
	}))
	defer srv.Close()
	out := &bytes.Buffer{}
	c := &client{server: srv.URL + "/", out: out}
	says := func(run func() error, want string) {
		t.Helper()
		out.Reset()
		if err := run(); err != nil {
			t.Fatal(err)
		}
		wantOutput(t, out.String(), want)
	}
	table := func(l lister, params url.Values) func() error {
		l.client = c
		return func() error { return list(&l, "warnings", params, warningGrid) }
	}
	says(table(lister{}, nil), `No samples yet. Send one, and its row appears within a minute:
  echo 'headroom_load_percent{business="shop",module="api"} 23.5' | curl --data-binary @- `+srv.URL+`/api/v1/import/prometheus
Or look at a simulated fleet first: headroom demo
`)
	says(table(lister{}, url.Values{"deviates": {"true"}}), "Nothing deviates. All rows: headroom warnings\n")
	says(table(lister{json: true}, nil), "[]\n")
	load = "" // Headroom reads the store of others
	says(table(lister{}, nil), "No samples yet: the store has no series of the configured signals. Whether it can be reached is in the server's log.\n")
	says((&auditCommand{client: c}).list, "No entries yet. Every change that somebody makes becomes one, as by: headroom mark add PATH --from TIME --to TIME\n")
	says((&auditCommand{client: c, who: "ann"}).list, "No such entries. All of them: headroom audit list\n")
	says((&auditCommand{client: c, json: true}).list, `{"entries":[]}`+"\n")
}
