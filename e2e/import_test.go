package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recorded is a series of the data that HEADROOM_DATA names, and how it is
// told apart from others of its length.
const recorded = "aiops/aiops-05f10d3a.csv.gz"

// The same formulas of the classic model answer in the table and in the backtest, so that what is
// measured there holds here.
func TestTheTableSaysWhatTheBacktestSays(t *testing.T) {
	t.Parallel()
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", "timezone: Asia/Shanghai\nhierarchy: [module]\n"))
	series := filepath.Join(t.TempDir(), "series.csv")
	writeSeries(t, series, 70)
	out := MustRun(t, "import", "csv", series, "--server="+s.URL, "--metric=headroom_load_percent", "--label=module=m", "--label=node=n1")
	if !strings.Contains(out, "samples of headroom_load_percent stored") {
		t.Errorf("import csv printed %q", out)
	}
	var curve struct {
		Times                  []int64
		Expected, Lower, Upper []*float64
	}
	Eventually(t, tableWithin, "the module has its band of today", func() bool {
		s.mustRun()
		return known(s.Rows("")["m"].Mean) && s.Ask("/api/v1/modules/m/forecast?model=classic", &curve)
	})

	dir := t.TempDir()
	replay := func(task string) [][]string {
		file := filepath.Join(dir, task+".csv")
		MustRun(t, "backtest", "--task="+task, "--model=classic", "--timezone=Asia/Shanghai", "--out="+file, series)
		return readCSV(t, file)
	}
	t.Run("band", func(t *testing.T) {
		bands := map[string][]string{}
		for _, row := range replay("deviation") {
			bands[row[0]] = row
		}
		compared := 0
		for i, at := range curve.Times {
			row, ok := bands[strconv.FormatInt(at, 10)]
			if !ok || row[2] == "" {
				continue
			}
			compared++
			for k, v := range []*float64{curve.Expected[i], curve.Lower[i], curve.Upper[i]} {
				if !known(v) || !same(*v, number(t, row[2+k])) {
					t.Fatalf("at %d the table has %v, the backtest %v", at, asJSON(v), row)
				}
			}
		}
		if compared < 1000 {
			t.Errorf("%d minutes of a day were compared", compared)
		}
	})
	t.Run("peak", func(t *testing.T) {
		rows := replay("peak")
		for _, row := range rows[len(rows)-5:] {
			noon, err := time.ParseInLocation("2006-01-02 15:04", row[0]+" 11:59", shanghai)
			if err != nil {
				t.Fatal(err)
			}
			if noon.After(time.Now().AddDate(0, 0, -1)) {
				continue // not over yet
			}
			p := s.Rows(fmt.Sprintf("?model=classic&at=%d", noon.Unix()))["m"].PeakToday
			for k, v := range []*float64{p.Value, p.Lower, p.Upper} {
				if !known(v) || !same(*v, number(t, row[2+k])) {
					t.Errorf("on %s at noon the table has %v, the backtest %v", row[0], asJSON(p), row)
				}
			}
		}
	})
}

func same(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func readCSV(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// writeSeries writes a series of minutes that ends now: a recorded one moved to
// these days if there is one, or else one of the same form.
func writeSeries(t *testing.T, file string, days int) {
	t.Helper()
	rows := made(days)
	if data := os.Getenv("HEADROOM_DATA"); data != "" {
		rows = held(moved(t, filepath.Join(data, recorded), days))
	}
	var b strings.Builder
	b.WriteString("timestamp,value\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%d,%v\n", int64(r[0]), r[1])
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func made(days int) (rows [][2]float64) {
	end := time.Now().Truncate(time.Minute).Add(-time.Minute)
	start := end.AddDate(0, 0, -days)
	for at := start; !at.After(end); at = at.Add(time.Minute) {
		rows = append(rows, [2]float64{float64(at.Unix()), fleet[0].load(0, at, start)})
	}
	return rows
}

// held lets values stand for the minutes after them that are missing: for a
// device that is silent the table does so for a while, the backtest does not.
func held(rows [][2]float64) (all [][2]float64) {
	for i, r := range rows {
		for i > 0 && all[len(all)-1][0] < r[0]-60 {
			last := all[len(all)-1]
			all = append(all, [2]float64{last[0] + 60, last[1]})
		}
		all = append(all, r)
	}
	return all
}

// moved reads the end of a recorded series and moves it by whole days, so that
// the time of day stays, up to now.
func moved(t *testing.T, file string, days int) (rows [][2]float64) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		cells := strings.Split(lines.Text(), ",")
		if cells[0] != "timestamp" {
			rows = append(rows, [2]float64{number(t, cells[0]), number(t, cells[1])})
		}
	}
	const day = 86400
	now := float64(time.Now().Unix() - 60)
	by := math.Ceil((now-rows[len(rows)-1][0])/day) * day
	var out [][2]float64
	for _, r := range rows {
		if at := r[0] + by; at > now-float64(days)*day && at <= now {
			out = append(out, [2]float64{at, r[1]})
		}
	}
	return out
}
