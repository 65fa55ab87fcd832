package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// replayWithin is how long the ledger may take to fill with five weeks of one
// module: a part of each minute.
const replayWithin = 4 * time.Minute

// History that is imported fills the ledger as well: each of the last weeks' days
// is forecast from those before it, scored, and said to be replayed.
func TestImportedHistoryFillsTheLedger(t *testing.T) {
	t.Parallel()
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", "timezone: Asia/Shanghai\nhierarchy: [module]\n"))
	series := filepath.Join(t.TempDir(), "series.csv")
	writeSeries(t, series, 90)
	MustRun(t, "import", "csv", series, "--server="+s.URL, "--metric=headroom_load_percent", "--label=module=m", "--label=node=n1")
	var book struct {
		Summary []struct {
			Task, Horizon string
			Replayed      bool
			Scored        int
		}
	}
	Eventually(t, replayWithin, "five weeks are forecast and scored", func() bool {
		s.mustRun()
		if !s.Ask("/api/v1/ledger?from="+time.Now().AddDate(0, 0, -40).Format(time.DateOnly), &book) {
			return false
		}
		days := map[string]int{}
		for _, b := range book.Summary {
			if b.Replayed {
				days[b.Task+" "+b.Horizon] = b.Scored
			}
		}
		return days["peak 12:00"] >= 34 && days["growth 7d"] >= 28 && days["growth max30d"] >= 4 && days["order 30d"] >= 4 && days["band 1h"] >= 34
	})
	out := MustRun(t, "ledger", "--server="+s.URL)
	for _, want := range []string{"peak, replayed", "band, replayed", "order, replayed"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	var report struct {
		Past []struct {
			Month, Source, Sentence string
			Over                    bool
		} `json:"past_orders"`
	}
	if !s.Ask("/api/v1/reports/"+time.Now().In(shanghai).Format("2006-01"), &report) || len(report.Past) == 0 {
		t.Fatalf("no past order in the report: %+v", report)
	}
	if p := report.Past[len(report.Past)-1]; !p.Over || p.Source != "replayed" || !strings.Contains(p.Sentence, "needed ") {
		t.Errorf("the last order whose lead time is over: %+v", report.Past)
	}
}
