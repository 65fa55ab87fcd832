package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pages is where the pages' own test drives a browser from.
const pages = "../ui/web"

func TestTheDemoFillsTheTableInABrowserWithinAMinute(t *testing.T) {
	t.Parallel()
	for _, made := range []string{"dist/pages/index.html", "node_modules/playwright-core"} {
		if _, err := os.Stat(pages + "/" + made); err != nil {
			t.Fatalf("%v; run make web", err)
		}
	}
	var failed string
	t.Cleanup(func() { // below what the server wrote, where it is seen
		if failed != "" {
			t.Error(failed)
		}
	})
	dir := t.TempDir()
	args := []string{"demo", "--modules=60", "--days=40", "--storage.path=" + dir}
	s := start(t, args...)
	Eventually(t, time.Minute, "most of the table can be judged", func() bool {
		s.mustRun()
		return judged(s) > 40
	})
	writeDown(s, 3)
	Eventually(t, startWithin, "the forecasts of the past days are scored", func() bool { return scored(s) > 0 })
	failed = browse(t, s.URL)

	before := names(s)
	again := s.Restart()
	Eventually(t, startWithin, "the fleet is the same after a restart", func() bool {
		return names(again) == before && judged(again) > 40
	})
	if strings.Count(again.Log(), "loading 40 days") > 1 {
		t.Errorf("the history is loaded once more:\n%s", again.Log())
	}
}

func judged(s *Server) (n int) {
	for _, r := range s.Rows("") {
		if r.State == "ok" {
			n++
		}
	}
	return n
}

// writeDown gives a judged module the ledger of the past days, as if Headroom had
// run on them: today's peak at 9 and 12 o'clock, and what came.
func writeDown(s *Server, days int) {
	var path []string
	for _, r := range s.Rows("") {
		if r.State == "ok" && known(r.PeakToday.Value) && len(r.Path) == 4 {
			path = r.Path
			break
		}
	}
	labels := fmt.Sprintf(`business=%q,product=%q,service=%q,module=%q`, path[0], path[1], path[2], path[3])
	var text strings.Builder
	for ago := 1; ago <= days; ago++ {
		now := time.Now()
		day := time.Date(now.Year(), now.Month(), now.Day()-ago, 0, 0, 0, 0, time.Local)
		for _, hour := range []int{9, 12} {
			for bound, v := range map[string]int{"lower": 28, "mid": 30, "upper": 33} {
				fmt.Fprintf(&text, "headroom_module_forecast_percent{%s,task=\"peak\",horizon=\"today\",bound=%q} %d %d\n",
					labels, bound, v, day.Add(time.Duration(hour)*time.Hour).UnixMilli())
			}
		}
		fmt.Fprintf(&text, "headroom_module_day_peak_percent{%s} %d %d\n", labels, 30+ago, day.AddDate(0, 0, 1).Add(-time.Minute).UnixMilli())
	}
	s.Push(text.String())
}

// scored counts the forecasts of the ledger whose day is over.
func scored(s *Server) (n int) {
	var ledger struct{ Summary []struct{ Scored int } }
	s.Ask("/api/v1/ledger", &ledger)
	for _, line := range ledger.Summary {
		n += line.Scored
	}
	return n
}

// names are the simulated modules, without this machine's processes, which
// come and go.
func names(s *Server) string {
	var all []string
	s.Ask("/api/v1/label/module/values?match[]=headroom_module_load_percent%7Bbusiness!%3D%22this+machine%22%7D", &all)
	return strings.Join(all, " ")
}

// browse runs the pages' own test in a browser.
// browse takes the journeys of the pages in a browser, and tells what failed.
func browse(t *testing.T, url string) (failed string) {
	t.Helper()
	cmd := exec.Command("npm", "run", "--silent", "e2e")
	cmd.Dir = pages
	cmd.Env = append(os.Environ(), "BASE_URL="+url, "CHROMIUM="+debian(t, "chromium"))
	interfaces.RLock()
	defer interfaces.RUnlock()
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	went := regexp.MustCompile(`(?m)^ok .*\n`)
	return fmt.Sprintf("the browser: %v\n%s", err, went.ReplaceAll(out, nil))
}
