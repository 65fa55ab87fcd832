package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/scaler/request"
	"headroom/storage/fleet"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2026, 11, 22, 21, 5, 0, 0, time.FixedZone("CST", 8*3600))

// snapshot has modules that ask, one that has enough, one that is too young and
// one whose name is a formula.
func snapshot() *analytics.Snapshot {
	tree := fleet.NewTree([]string{"business", "module"})
	line(tree, "Qzone", "SET_W13")
	line(tree, "Qzone", "相册 <b>")
	line(tree, "QQ", "=HYPERLINK(\"x\")")
	line(tree, "QQ", "young")
	s := analytics.NewSnapshot(tree, at, analytics.ModelCalibrated)
	for _, n := range tree.Nodes() {
		s.Rows[n.Index].ID, s.Growth[n.Index] = n.ID, young(n)
	}
	grow(s, "Qzone/SET_W13", 7, 55, 0.5, 70, 9)
	grow(s, "Qzone/相册 <b>", 1200, 40, -0.125, 36.25, 725)
	grow(s, `QQ/=HYPERLINK("x")`, 2500, 58, 0.25, 65.5, 2730)
	// Nodes above the modules have growth as well, and must not count twice.
	grow(s, "Qzone", 1207, 41, 0, 41, 1207)
	return s
}

func line(tree *fleet.Tree, names ...string) { tree.Add(names) }

func young(n *fleet.Node) analytics.Growth {
	nan := analytics.Unknown()
	none := analytics.Interval{Value: nan, Lower: nan, Upper: nan}
	return analytics.Growth{
		ID: n.ID, Path: n.Path, SlopePerDay: nan, PercentPerDay: nan, TrendPerDay: nan, R2: nan, PeakNow: nan, PeakAtHorizon: none, PeakMax: none,
		TargetLoad: 60, Devices: 3, DevicesNeeded: nan, DevicesToRequest: nan, Risk: nan, PeakAtRisk: nan, Spares: nan, PooledNeeded: nan, State: analytics.Learning, Reason: "9 of 14 days",
	}
}

func grow(s *analytics.Snapshot, id string, devices, peak, slope, horizon, needed float64) {
	g := &s.Growth[s.Find(id)]
	g.AsOf, g.Days, g.HorizonDays = "2026-11-21", 60, 30
	g.SlopePerDay, g.PercentPerDay, g.R2 = analytics.Number(slope), analytics.Number(100*slope/peak), 0.875
	g.PeakNow, g.TrendPerDay = analytics.Number(peak), analytics.Number(max(0, slope))
	g.SlopeDoubted = slope < 0
	g.PeakAtHorizon = analytics.Interval{Value: analytics.Number(horizon), Lower: analytics.Number(horizon - 2), Upper: analytics.Number(horizon + 2)}
	g.PeakMax = g.PeakAtHorizon
	if slope > 0 {
		g.FullOn = analytics.Dates{Value: "2026-12-01", Lower: "2026-11-27", Upper: "2026-12-05"}
	}
	g.Devices, g.DevicesNeeded = analytics.Number(devices), analytics.Number(needed)
	g.DevicesToRequest = analytics.Number(math.Max(0, needed-devices))
	g.Risk, g.PeakAtRisk, g.Spares, g.PooledNeeded = 0.05, analytics.Number(horizon+4), 0, analytics.Unknown()
	g.State, g.Reason = analytics.OK, "The sentence with its numbers."
}

func made() Report {
	s := snapshot()
	r := Build(s, "2026-11", at.Add(5*time.Minute), Options{})
	r.Prove(func(id string) *analytics.Trend {
		if id != "Qzone/SET_W13" {
			return nil
		}
		return &analytics.Trend{
			ID: id, Days: []string{"2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"},
			Peaks: []analytics.Number{54, analytics.Unknown(), 55, 55.5}, Line: []analytics.Number{54, 54.5, 55, 55.5},
		}
	})
	r.Judge(past())
	r.List(asked())
	return r
}

// asked are requests for a module of the report, for one that it does not have, and
// for a role on a part of the tree.
func asked() []request.Request {
	one := func(id string, s request.State, path, title string, m *request.Machines) request.Request {
		return request.Request{ID: id, Kind: request.KindMachines, State: s, Path: path, Title: title, Who: "ann", Opened: at, Form: request.Form{Machines: m}}
	}
	done := one("R1", request.Done, "Qzone/SET_W13", "2 machines for Qzone/SET_W13 by 2026-12-24", &request.Machines{Devices: 2})
	done.ApprovedAt, done.Closed = at.Add(time.Hour), at.Add(50*time.Hour)
	role := one("R4", request.Open, "Qzone", "role operator on Qzone for <ann>", nil)
	role.Kind = request.KindAccess
	return []request.Request{
		role, one("R3", request.Rejected, "Qzone/SET_W13", "90 machines for Qzone/SET_W13 by 2026-12-24", &request.Machines{Devices: 90}),
		one("R2", request.Approved, "Qzone/new", "4 machines for Qzone/new by 2026-12-24", &request.Machines{Devices: 4}), done,
	}
}

// past is an order that is not due yet, and the one before it: too many in one
// module, too few in another, one without a change, one that is gone.
func past() []PastOrder {
	open := RecordedPast("2026-10", []ledger.Ordered{{ID: "Qzone/SET_W13", AsOf: 20750, Horizon: 60, Forecast: 9, Devices: 7, Request: 2}}, 60)
	open.Judge(nil)
	before := snapshot()
	grow(before, "Qzone/SET_W13", 7, 55, 0.5, 70, 219)
	grow(before, "QQ/young", 3, 55, 0.5, 70, 4)
	r := Build(before, "2026-09", at.AddDate(0, -2, 0), Options{})
	for i := range r.Lines {
		r.Lines[i].AsOf = "2026-09-04"
	}
	r.Lines[len(r.Lines)-1].ID = "Qzone/gone"
	judged := r.AsPast()
	judged.Judge(map[string]float64{"Qzone/SET_W13": 60 * 207, "QQ/young": 60*5 - 1, "Qzone/gone": 600, `QQ/=HYPERLINK("x")`: 60*2729 + 1})
	return []PastOrder{*open, *judged}
}

func TestPastOrders(t *testing.T) {
	p := past()
	if want := "Order of 2026-10 (not published, as it was on 2026-10-25): requested 2; not judged yet: it will be when the days up to 2026-12-23, the end of its lead time, are over and in the ledger."; p[0].Sentence != want {
		t.Errorf("%q, want %q", p[0].Sentence, want)
	}
	if want := "Order of 2026-09 (published): needed 432, requested 443: 12 too many in some modules, 1 too few in others."; p[1].Sentence != want {
		t.Errorf("%q, want %q", p[1].Sentence, want)
	}
	if t1 := p[1].Total; t1.Judged != 4 || t1.Missing != 1 || t1.Idle != 12 || t1.Difference != 11 || t1.Error != t1.Forecast/t1.Actual-1 || p[1].Due != "2026-10-04" {
		t.Errorf("%+v", p[1])
	}
	if first, last := p[1].Window(); last-first != 29 || p[1].Lines[0].ID != "Qzone/SET_W13" {
		t.Errorf("%d to %d, %+v", first, last, p[1].Lines)
	}
	for _, total := range []struct {
		PastTotal
		want string
	}{
		{PastTotal{}, ", in every module as many as were needed"}, {PastTotal{Missing: 3}, ": 3 too few"}, {PastTotal{Idle: 2}, ": 2 too many"},
	} {
		if got := total.verdict(); got != total.want {
			t.Errorf("%q, want %q", got, total.want)
		}
	}
	replayed := RecordedPast("2026-10", []ledger.Ordered{{AsOf: 20750, Horizon: 60, Replayed: true}}, 60)
	replayed.Judge(nil)
	if want := "not made then, but as it would have been on 2026-10-25"; replayed.Source != Replayed || !strings.Contains(replayed.Sentence, want) {
		t.Errorf("%+v", replayed)
	}
	if RecordedPast("2026-10", nil, 60) != nil || (&Report{}).AsPast() != nil {
		t.Error("an order of nothing")
	}
}

func TestGolden(t *testing.T) {
	r := made()
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.html":    func(b *bytes.Buffer) error { return r.HTML(b, English) },
		"report.zh.html": func(b *bytes.Buffer) error { return r.HTML(b, Chinese) },
		"report.csv":     func(b *bytes.Buffer) error { return r.CSV(b) },
		"report.json": func(b *bytes.Buffer) error {
			enc := json.NewEncoder(b)
			enc.SetIndent("", " ")
			return enc.Encode(r)
		},
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is not what it was; if that is right: go test ./ui/report -update\n%s", name, got.Bytes())
		}
	}
}

func TestTotals(t *testing.T) {
	r := made()
	if r.Total.Modules != 3 || r.Total.Devices != 3707 || r.Total.DevicesNeeded != 3464 || r.Total.DevicesToRequest != 232 {
		t.Errorf("the total is %+v", r.Total)
	}
	if len(r.ByTop) != 2 || r.ByTop[0].Name != "QQ" || r.ByTop[1].DevicesToRequest != 2 {
		t.Errorf("by the first level: %+v", r.ByTop)
	}
	var sum analytics.Number
	for _, top := range r.ByTop {
		sum += top.DevicesToRequest
	}
	if sum != r.Total.DevicesToRequest {
		t.Errorf("the parts make %v, the whole is %v", sum, r.Total.DevicesToRequest)
	}
	if len(r.Left) != 1 || r.Left[0].ID != "QQ/young" || r.Lines[0].DevicesToRequest != 230 {
		t.Errorf("left out %v, first %v", r.Left, r.Lines[0])
	}
}

// A published report is kept as JSON and rendered from it.
func TestSurvivesJSON(t *testing.T) {
	r := made()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	var before, after bytes.Buffer
	if err := r.HTML(&before, English); err != nil {
		t.Fatal(err)
	}
	if err := back.HTML(&after, English); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() {
		t.Error("the page of the kept report is another")
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := safe(name); got != want {
			t.Errorf("%q is written %q; want %q", name, got, want)
		}
	}
	f("=1+1", "'=1+1")
	f("+a", "'+a")
	f("-a", "'-a")
	f("@SUM(A1)", "'@SUM(A1)")
	f("\tx", "'\tx")
	f("", "")
	f("SET-1=2", "SET-1=2")
	f("＝1", "'＝1")
	f("＋1", "'＋1")
	f("－1", "'－1")
	f("＠a", "'＠a")
	f("\xff", "\xff")
	f("", "")

	r := made()
	var b bytes.Buffer
	if err := r.CSV(&b); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		for i, field := range record {
			_, err := strconv.ParseFloat(field, 64)
			if number := err == nil && records[0][i] != "module"; strings.ContainsAny(field[:min(1, len(field))], "=+-@") && !number {
				t.Errorf("%s of %s is %q", records[0][i], record[2], field)
			}
		}
	}
}
