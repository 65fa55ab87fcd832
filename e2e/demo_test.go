package e2e

import (
	"os"
	"os/exec"
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
	dir := t.TempDir()
	args := []string{"demo", "--modules=60", "--days=40", "--storage.path=" + dir}
	s := start(t, args...)
	Eventually(t, time.Minute, "most of the table can be judged", func() bool {
		s.mustRun()
		return judged(s) > 40
	})
	browse(t, s.URL)

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

// names are the simulated modules, without this machine's processes, which
// come and go.
func names(s *Server) string {
	var all []string
	s.Ask("/api/v1/label/module/values?match[]=headroom_module_load_percent%7Bbusiness!%3D%22this+machine%22%7D", &all)
	return strings.Join(all, " ")
}

// browse runs the pages' own test in a browser.
func browse(t *testing.T, url string) {
	t.Helper()
	cmd := exec.Command("npm", "run", "--silent", "e2e")
	cmd.Dir = pages
	cmd.Env = append(os.Environ(), "BASE_URL="+url, "CHROMIUM="+debian(t, "chromium"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the browser: %v\n%s", err, out)
	}
}
