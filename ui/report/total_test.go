package report

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/ingest/rollup"
)

// A report that was published before there were costs, sites and sentences is read
// as one of which they are unknown.
func TestTheFirstPublishedReportsAreRead(t *testing.T) {
	text, err := os.ReadFile("testdata/published-at-first.json")
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if r.Total.Cost.Known() || r.Total.AtRisk.Known() || r.ByTop[0].Cost.Known() || r.Lines[0].Cost.Known() || r.Before != nil || r.BySite != nil {
		t.Errorf("%+v", r.Total)
	}
	if s := Headline(&r, English); s != "232 devices to request for 2 of 3 modules." {
		t.Errorf("%q", s)
	}
	var html, csv strings.Builder
	if err := r.HTML(&html, English); err != nil || !strings.Contains(html.String(), "SET_W13") {
		t.Errorf("%v", err)
	}
	if err := r.CSV(&csv); err != nil || !strings.Contains(csv.String(), "SET_W13") {
		t.Errorf("%v", err)
	}
}

func TestCosts(t *testing.T) {
	types := map[string]string{"Qzone/SET_W13": "big"}
	o := Options{Prices: Prices{Currency: "CNY", ByType: map[string]float64{"big": 1000.5}}, TypeOf: func(id string) string { return types[id] }}
	r := Build(snapshot(), "2026-11", at, o)
	if r.Total.Cost != 2001 || r.Total.Unpriced != 230 || r.Currency != "CNY" {
		t.Errorf("%+v", r.Total)
	}
	if len(r.ByType) != 2 || r.ByType[0].Name != "" || r.ByType[0].Cost.Known() || r.ByType[1].Name != "big" || r.ByType[1].Cost != 2001 {
		t.Errorf("%+v", r.ByType)
	}
	if s := Headline(&r, English); !strings.Contains(s, ", 2,001 CNY and 230 devices without a price;") {
		t.Error(s)
	}
	o.Prices.Other = 2
	if r = Build(snapshot(), "2026-11", at, o); r.Total.Cost != 2001+460 || r.Total.Unpriced != 0 || r.Lines[2].Cost != 0 {
		t.Errorf("%+v", r.Total)
	}
	if r = Build(snapshot(), "2026-11", at, Options{Prices: Prices{Currency: "CNY"}}); r.Total.Cost.Known() || r.Currency != "" {
		t.Errorf("nothing is priced: %+v", r.Total)
	}
}

func TestAmountsHaveNoBinaryTail(t *testing.T) {
	if c := cost(9, 3.1); c != 27.9 {
		t.Error(c)
	}
	sum := newTotal("")
	for range 53 {
		sum.addCost(cost(1, 3.1), 1)
	}
	if sum.Cost != 164.3 {
		t.Error(sum.Cost)
	}
	for _, whole := range []analytics.Number{0, -3, 1e12, 1<<53 - 1} {
		if money(whole) != whole {
			t.Error(whole)
		}
	}
	if money(analytics.Unknown()).Known() {
		t.Error("what is unknown has an amount")
	}
}

func TestAtRisk(t *testing.T) {
	r := made()
	if r.Arrives != "2026-12-21" || r.Total.AtRisk != 2 || !r.Lines[0].AtRisk || r.Lines[2].AtRisk {
		t.Errorf("%s %+v", r.Arrives, r.Total)
	}
}

// What the sites have of a line is whole, and adds up to it.
func TestSitesShareALine(t *testing.T) {
	domains := []rollup.Domain{{Label: "rack", Value: "r1", Devices: 9}, {Label: "site", Value: "b", Devices: 2}, {Label: "site", Value: "a", Devices: 4}, {Label: "site", Value: "", Devices: 1}}
	l := Line{Growth: analytics.Growth{Devices: 7, DevicesNeeded: 12, DevicesToRequest: 5}}
	l.place(domains, "site", 10)
	if want := (Share{"a", 5, 8, 3, 30}); len(l.Sites) != 2 || l.Sites[0] != want || l.Sites[1].Cost != 20 || l.Site() != "a 5, b 2" {
		t.Errorf("%+v", l.Sites)
	}
	one := Line{Growth: analytics.Growth{Devices: 7, DevicesNeeded: analytics.Unknown(), DevicesToRequest: 1}}
	one.place(domains[:2], "site", analytics.Unknown())
	if one.Site() != "b" || one.Sites[0].DevicesNeeded.Known() || one.Sites[0].Cost.Known() {
		t.Errorf("%+v", one.Sites)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		at := make([]rollup.Domain, 1+rnd.IntN(6))
		for i := range at {
			at[i].Devices = 1 + rnd.IntN(50)
		}
		n, sum := analytics.Number(rnd.IntN(1000)), analytics.Number(0)
		for _, part := range divide(n, at) {
			if sum += part; part < 0 || float64(part) != float64(int(part)) {
				t.Fatalf("%v of %v by %v", part, n, at)
			}
		}
		if sum != n {
			t.Fatalf("%v of %v by %v", sum, n, at)
		}
	}
}

func TestSentences(t *testing.T) {
	r := made()
	want := map[string][3]string{
		English: {
			"2,500 devices carry a daily peak of 58.0 %, rising by 0.25 points a day; full (60 %) on 2026-12-01 (between 2026-11-27 and 2026-12-05), before devices ordered now are in service; request 230, to have 2,730; without them, 65.5 % expected on 2026-12-21 [63.5, 67.5], and more than 69.5 % at some time until then with a probability of 5 %.",
			"1,200 devices carry a daily peak of 40.0 %, falling by 0.12 points a day (the weeks do not agree on that, so the forecast does not count on it); not full (60 %) as far as can be foreseen; nothing to request; 36.2 % expected on 2026-12-21 [34.2, 38.2].",
		},
		Chinese: {
			"现有 2,500 台设备，日峰值 58.0%，每天上升 0.25 个百分点；预计 2026-12-01 达到目标负载 60%（区间 2026-11-27 至 2026-12-05），早于现在申请的设备上线；需申请 230 台，共 2,730 台；若不扩容，2026-12-21 峰值预计 65.5% [63.5, 67.5]，在此之前超过 69.5% 的概率为 5%。",
			"现有 1,200 台设备，日峰值 40.0%，每天下降 0.12 个百分点（各周走势不一，预测未采用）；可预见的时间内不会达到目标负载 60%；无需申请；2026-12-21 峰值预计 36.2% [34.2, 38.2]。",
		},
	}
	for language, lines := range want {
		for i, line := range []*Line{&r.Lines[0], &r.Lines[2]} {
			if got := Sentence(line, language); got != lines[i] {
				t.Errorf("%s\nwant %s", got, lines[i])
			}
		}
	}
	full := r.Lines[0]
	full.PeakNow, full.SlopePerDay = 61, 0
	if got := Sentence(&full, English); !strings.Contains(got, "neither rising nor falling; at the target load of 60 % already; request") {
		t.Error(got)
	}
}

// One of a kind is not many.
func TestNumbersAgree(t *testing.T) {
	r := made()
	r.Lines = r.Lines[:1]
	r.Total = Total{Modules: 1, Devices: 1, DevicesToRequest: 1, AtRisk: 1, Cost: 5, Unpriced: 1}
	r.Lines[0].Devices = 1
	r.Currency = "CNY"
	if got, want := Headline(&r, English), "1 device to request for 1 of 1 module, 5 CNY and 1 device without a price; 1 module is likely to be full before devices ordered now are in service on 2026-12-21."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := Sentence(&r.Lines[0], English); !strings.HasPrefix(got, "1 device carries a daily peak") {
		t.Error(got)
	}
	if got := fill("{2|a|b} {1}{1}, {3|x|y}", "{2|c|d}", "1"); got != "1 a {2|c|d}{2|c|d}, {3} y" {
		t.Error(got) // what is said is not read as a place again
	}
}

// A fleet that is younger than the window has charts of its own days only.
func TestChartsBeginWithTheFirstPeak(t *testing.T) {
	r := made()
	none := analytics.Unknown()
	e := &Evidence{Days: []string{"2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"}, Peaks: []analytics.Number{none, none, 50, none}, Line: []analytics.Number{1, 2, 3, 4}, Forecast: []analytics.Number{5}}
	r.Lines[0].Evidence = e
	c := trendOf(&r.Lines[0])
	if n := len(e.Peaks) - 2; c.First != e.Days[2] || len(c.Peaks) != n || len(c.Line) != n || c.Days() != n || c.Last != e.Days[len(e.Days)-1] {
		t.Errorf("%+v", c)
	}
	for i := range e.Peaks {
		e.Peaks[i] = analytics.Unknown()
	}
	if c := trendOf(&r.Lines[0]); c.First != e.Days[0] {
		t.Errorf("%+v", c)
	}
}

func TestCompare(t *testing.T) {
	r := made()
	then := RecordedPast("2026-10", []ledger.Ordered{
		{ID: "Qzone/SET_W13", AsOf: 20750, Horizon: 30, Forecast: 9, Devices: 7, Request: 20}, {ID: "Qzone/相册 <b>", AsOf: 20750, Devices: 10},
		{ID: "QQ/young", AsOf: 20750}, {ID: "Qzone/gone", AsOf: 20750, Forecast: analytics.Unknown()},
	}, 60)
	r.Compare(then, nil)
	d := r.Before
	if d.Then.Modules != 4 || d.Devices != 3707-17 || d.DevicesToRequest != 212 || d.Cost.Known() || len(d.New) != 1 || d.New[0] != `QQ/=HYPERLINK("x")` || len(d.Gone) != 1 || d.Gone[0] != "Qzone/gone" {
		t.Errorf("%+v", d)
	}
	if want := (ChangedOrder{"Qzone/SET_W13", 20, 2, -18}); len(d.Changed) != 1 || d.Changed[0] != want {
		t.Errorf("%+v", d.Changed)
	}
	if s := Headline(&r, Chinese); !strings.HasPrefix(s, "需为 3 个模块中的 2 个申请 232 台设备；") || !strings.HasSuffix(s, "；比 2026-10 的申请多 212 台。") {
		t.Error(s)
	}
}

func TestAccuracyHasMedians(t *testing.T) {
	var s Scores
	for _, v := range []analytics.Number{0.1, -0.2, 0.6} {
		inside := v < 0.5
		s.Add(&ledger.Entry{Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: v, NaiveError: -2 * v, Inside: &inside})
	}
	s.Add(&ledger.Entry{Task: ledger.Growth, Horizon: "30d", Actual: analytics.Unknown(), Error: analytics.Unknown(), NaiveError: analytics.Unknown()})
	a := s.Accuracy("2026-10-01", "2026-10-31")
	if len(a.Scores) != 1 || a.Scores[0].Median != 0.2 || a.Scores[0].NaiveMedian != 0.4 || a.Scores[0].Coverage < 0.66 || a.Scores[0].Made != 3 {
		t.Errorf("%+v", a)
	}
	if new(Scores).Accuracy("", "") != nil {
		t.Error("of nothing")
	}
}
