package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What headroom backtest says of the server's own store is what it says of a file
// with the same loads.
func TestBacktestOfTheStoreIsThatOfAFile(t *testing.T) {
	t.Parallel()
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", "timezone: Asia/Shanghai\nhierarchy: [module]\n"))
	series := filepath.Join(t.TempDir(), "series.csv")
	writeSeries(t, series, 76)
	MustRun(t, "import", "csv", series, "--server="+s.URL, "--metric=headroom_load_percent", "--label=module=m", "--label=node=n1")
	Eventually(t, tableWithin, "the module has its band of today", func() bool {
		s.mustRun()
		return known(s.Rows("")["m"].Mean)
	})

	midnight := time.Now().In(shanghai)
	midnight = time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, shanghai)
	from, to := midnight.AddDate(0, 0, -75), midnight
	days := cut(t, series, from.Unix(), to.Unix())
	dir := t.TempDir()
	for _, task := range []string{"band", "deviation", "peak", "growth"} {
		file, own := filepath.Join(dir, task, "file.csv"), filepath.Join(dir, task, "own.csv")
		want := scores(t, MustRun(t, "backtest", "--task="+task, "--timezone=Asia/Shanghai", "--json", "--out="+file, days))
		got := scores(t, MustRun(t, "backtest", "--task="+task, "--server="+s.URL, "--path=m", "--from="+from.Format(time.DateOnly), "--json", "--out="+own))
		if got.Own.To != to.AddDate(0, 0, -1).Format(time.DateOnly) || got.Own.Timezone != "Asia/Shanghai" || got.Own.Matched != 1 {
			t.Errorf("%s: about %+v", task, got.Own)
		}
		if a, b := fmt.Sprint(got.Models), fmt.Sprint(want.Models); a != b || len(got.Models) != 3 || len(got.Missing) != 0 {
			t.Errorf("%s: of the store\n%s\nof the file\n%s", task, a, b)
		}
		if a, b := readCSV(t, own), readCSV(t, file); fmt.Sprint(a) != fmt.Sprint(b) || len(a) < 30 {
			t.Errorf("%s: %d rows of the store and %d of the file, which differ", task, len(a), len(b))
		}
	}

	status, out, progress := Run(t, "backtest", "--task=peak", "--server="+s.URL)
	for _, want := range []string{"Loads of 1 node at", "interval_score_pct", "classic", "naive", "CHOICE", "peak: "} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("exit status %d, no %q in\n%s", status, want, out)
		}
	}
	if progress != "1 of 1: m\n" {
		t.Errorf("progress %q", progress)
	}
	out = MustRun(t, "backtest", "--task=growth", "--server="+s.URL, "--from="+midnight.AddDate(0, 0, -30).Format(time.DateOnly))
	if !strings.Contains(out, "TOO SHORT") || !strings.Contains(out, "30 full days; growth needs 60") {
		t.Errorf("of thirty days:\n%s", out)
	}
}

// ownScores is what --json prints, as far as it is looked at.
type ownScores struct {
	Models  []any
	Missing []any
	Own     struct {
		To, Timezone string
		Matched      int
	}
}

func scores(t *testing.T, text string) (s ownScores) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return s
}

// cut copies the rows of a series from one time up to another.
func cut(t *testing.T, series string, from, to int64) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("timestamp,value\n")
	for _, row := range readCSV(t, series) {
		if at := int64(number(t, row[0])); from <= at && at < to {
			fmt.Fprintf(&b, "%s,%s\n", row[0], row[1])
		}
	}
	file := filepath.Join(t.TempDir(), "days.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
