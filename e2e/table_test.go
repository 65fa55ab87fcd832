package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tableWithin is how long a full table may take: the minute under way, the
// next one, and a slow machine.
const tableWithin = 150 * time.Second

func TestHistoryOfThisMorningMakesAFullTableThisMorning(t *testing.T) {
	t.Parallel()
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", "timezone: Asia/Shanghai\n"))
	now := time.Now()
	start := now.Truncate(historyStep).AddDate(0, 0, -historyDays)
	sendLive(t, &s.Web, start)
	importHistory(t, &s.Web, now)
	Eventually(t, tableWithin, "every module and its order can be judged", func() bool {
		s.mustRun()
		return full(s.Rows(""), s.Orders())
	})

	rows := s.Rows("?model=classic")
	t.Run("the classic band is that of the days before", func(t *testing.T) { bandOfHistory(t, rows, start) })
	t.Run("series are the rows", func(t *testing.T) { seriesAreRows(t, &s.Web) })
	t.Run("orders", func(t *testing.T) { orders(t, s.Orders()) })
	t.Run("the tree's nodes are judged", func(t *testing.T) {
		top := s.Rows("?level=business")["shop"]
		if top.State != "ok" || !known(top.Load, top.Mean, top.Devices) || *top.Devices != 6 {
			t.Errorf("shop: %s", asJSON(top))
		}
	})
	t.Run("terminal", func(t *testing.T) { terminal(t, s.URL) })
	t.Run("report", func(t *testing.T) { report(t, s.URL) })
	t.Run("check module", func(t *testing.T) { checkModule(t, s) })
	t.Run("a note survives a restart", func(t *testing.T) { noteSurvives(t, s) })
}

func full(rows map[string]Row, orders map[string]Growth) bool {
	for _, m := range fleet {
		r, g := rows[m.id()], orders[m.id()]
		if r.State != "ok" || g.State != "ok" || *r.Devices != float64(m.nodes) ||
			!known(r.Load, r.Mean, r.Lower, r.Upper, r.Score, r.PeakToday.Value, r.PeakToday.Lower, r.PeakToday.Upper) {
			return false
		}
	}
	return true
}

// bandOfHistory computes mean ± 3 standard deviations once more.
func bandOfHistory(t *testing.T, rows map[string]Row, start time.Time) {
	for _, m := range fleet {
		r := rows[m.id()]
		var sum, squares float64
		const days = 28
		for d := 1; d <= days; d++ {
			var load float64
			for node := range m.nodes {
				load += m.load(node, r.At.AddDate(0, 0, -d).Truncate(historyStep), start)
			}
			load /= float64(m.nodes)
			sum, squares = sum+load, squares+load*load
		}
		mean := sum / days
		half := 3 * math.Sqrt((squares-sum*mean)/(days-1))
		near(t, m.id()+" mean", *r.Mean, mean)
		near(t, m.id()+" lower", *r.Lower, mean-half)
		near(t, m.id()+" upper", *r.Upper, mean+half)
	}
}

// asJSON shows numbers, not pointers to them.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !isNear(got, want) {
		t.Errorf("%s is %v; want %v", what, got, want)
	}
}

func isNear(got, want float64) bool {
	return math.Abs(got-want) <= 1e-6*math.Max(1, math.Abs(want))
}

// seriesAreRows holds every number of a live minute's rows against the series
// of that minute. Storing them follows showing them, so the first look may be
// too early.
func seriesAreRows(t *testing.T, w *Web) {
	first := w.Rows("")[fleet[0].id()].At
	var rows map[string]Row
	Eventually(t, tableWithin, "the next minute is shown", func() bool {
		rows = w.Rows("")
		return rows[fleet[0].id()].At.After(first)
	})
	for id, r := range rows {
		deviates := 0.0
		if r.Deviates {
			deviates = 1
		}
		for name, want := range map[string]*float64{
			"load_percent": r.Load, "devices": r.Devices, "load_expected": r.Mean, "load_lower": r.Lower, "load_upper": r.Upper,
			"deviation_score": r.Score, "deviates": &deviates, `peak_today{bound="mid"}`: r.PeakToday.Value,
			`peak_today{bound="lower"}`: r.PeakToday.Lower, `peak_today{bound="upper"}`: r.PeakToday.Upper,
		} {
			name, matchers, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
			series := fmt.Sprintf("headroom_module_%s{module=%q,%s}", name, r.Path[3], matchers)
			// Until the minute's own sample is there the query finds the one before.
			Eventually(t, 10*time.Second, fmt.Sprintf("%s: %s is %v", id, series, *want), func() bool {
				got, ok := w.Number(series, r.At)
				return ok && isNear(got, *want)
			})
		}
	}
	if got := w.Query("headroom_group_load_percent", time.Time{}); len(got) == 0 {
		t.Error("no series of the tree's inner nodes")
	}
}

func orders(t *testing.T, lines map[string]Growth) {
	for _, m := range fleet {
		g := lines[m.id()]
		if math.Abs(*g.SlopePerDay-m.daily) > 0.05 {
			t.Errorf("%s grows by %v a day; want %v", g.ID, *g.SlopePerDay, m.daily)
		}
		needed := math.Ceil(*g.Devices * *g.PeakAtRisk / 60)
		near(t, g.ID+" devices needed", *g.DevicesNeeded, needed)
		near(t, g.ID+" devices to request", *g.DevicesToRequest, math.Max(0, needed-*g.Devices))
	}
	if g := lines[fleet[0].id()]; *g.DevicesToRequest < 1 || !strings.Contains(g.Reason, "60") {
		t.Errorf("the growing module: %s", asJSON(g))
	}
}

func terminal(t *testing.T, url string) {
	api := fleet[0].id()
	if out := MustRun(t, "warnings", "--server="+url); !strings.Contains(out, api) || strings.Contains(out, "learning") {
		t.Errorf("warnings:\n%s", out)
	}
	if out := MustRun(t, "warnings", "shop/web/mail", "--server="+url); strings.Contains(out, api) || !strings.Contains(out, "mail-main") {
		t.Errorf("warnings of a part:\n%s", out)
	}
	if out := MustRun(t, "growth", "--server="+url, "--json"); !json.Valid([]byte(out)) {
		t.Errorf("growth --json:\n%s", out)
	}
	if out := MustRun(t, "growth", "--server="+url); !strings.Contains(out, api) {
		t.Errorf("growth:\n%s", out)
	}
	for _, id := range []string{api, "row:" + api, "order:" + api, "shop"} {
		if out := MustRun(t, "explain", id, "--server="+url); strings.Count(out, " = ") < 4 {
			t.Errorf("explain %s:\n%s", id, out)
		}
	}
	status, _, errs := Run(t, "explain", "no/such/module", "--server="+url)
	if status != 1 || !strings.Contains(errs, "no/such/module") {
		t.Errorf("explain of an unknown module: exit status %d, %s", status, errs)
	}
	status, _, errs = Run(t, "warnings", "--level=nonsense", "--server="+url)
	if status != 1 || !strings.Contains(errs, "module") {
		t.Errorf("warnings of an unknown level: exit status %d, %s", status, errs)
	}
}

func report(t *testing.T, url string) {
	dir, month := t.TempDir(), time.Now().In(shanghai).Format("2006-01")
	MustRun(t, "report", "--server="+url, "--month="+month, "--format=html,csv,json", "--out="+dir)
	for _, format := range []string{"html", "csv", "json"} {
		b, err := os.ReadFile(filepath.Join(dir, "expansion-"+month+"."+format))
		if err != nil || !strings.Contains(string(b), "api-main") {
			t.Errorf("report as %s: %v\n%s", format, err, b)
		}
	}
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func checkModule(t *testing.T, s *Server) {
	f := func(id string, want int, word string) {
		t.Helper()
		status, out, errs := Run(t, "check", "module", id, "--server="+s.URL)
		if status != want || !strings.HasPrefix(out, word) || strings.Count(out, "\n") != 1 {
			t.Errorf("check module %s: exit status %d, %s%s; want %d and %s", id, status, out, errs, want, word)
		}
	}

	if r := s.Rows("")[fleet[2].id()]; r.Deviates {
		t.Logf("by chance, 1 minute in 370, %s deviates", r.ID)
	} else {
		f(fleet[2].id(), 0, "OK")
	}
	f("no/such/module", 3, "UNKNOWN")

	// Twice the load is far outside of the band.
	Eventually(t, tableWithin, "a doubled load is critical", func() bool {
		l := fleet[1].labels(0)
		s.Push(fmt.Sprintf("headroom_load_percent{business=%q,product=%q,service=%q,module=%q,node=\"hot\"} 100 %d\n",
			l["business"], l["product"], l["service"], l["module"], time.Now().UnixMilli()))
		time.Sleep(time.Second)
		return s.Rows("")[fleet[1].id()].Deviates
	})
	f(fleet[1].id(), 2, "CRITICAL")
	if status, _, _ := Run(t, "check", "module", fleet[1].id(), "--server="+s.URL, "--critical=1000"); status != 1 {
		t.Errorf("with a high limit the exit status is %d; want 1, WARNING", status)
	}
}

func noteSurvives(t *testing.T, s *Server) {
	id := fleet[0].id()
	req := s.Request("PUT", "/api/v1/modules/"+strings.ReplaceAll(id, "/", "%2F")+"/note", `{"note":"ask the owner"}`)
	if status, body := s.Do(req); status != 200 {
		t.Fatalf("note: %d %s", status, body)
	}
	Eventually(t, 5*time.Second, "the row has the note", func() bool { return s.Rows("")[id].Note == "ask the owner" })
	again := s.Restart()
	Eventually(t, startWithin, "the table is back with the note", func() bool {
		r := again.Rows("")[id]
		return r.Note == "ask the owner" && known(r.Mean, r.PeakToday.Value)
	})
}
