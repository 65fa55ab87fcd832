package ruletest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/regexp"
)

// verdicts are the examples with what promtool says of them, too.
var verdicts = map[string]bool{
	"good.yml":       true,
	"failing.yml":    false,
	"nan.yml":        false, // NaN is not equal to NaN
	"unknown.yml":    false, // an unknown key
	"nameless.yml":   false, // no alertname
	"empty.yml":      false, // an empty label is expected, which no alert has
	"manytomany.yml": false, // a rule that fails when it is evaluated
	"order.yml":      true,  // groups in an order of their own
	"histogram.yml":  true,  // of the old kind
}

func run(t *testing.T, only *regexp.Regexp, name string) (out string, passed bool) {
	t.Helper()
	var b strings.Builder
	err := Run(t.Context(), &b, only, filepath.Join("testdata", name))
	if err != nil && !errors.Is(err, ErrFailed) {
		t.Fatal(err)
	}
	return b.String(), err == nil
}

func TestVerdicts(t *testing.T) {
	for name, want := range verdicts {
		if out, passed := run(t, nil, name); passed != want {
			t.Errorf("%s: passed %v, want %v:\n%s", name, passed, want, out)
		}
	}
}

// The same files get the same verdicts from Prometheus' own tool (Debian's package
// prometheus has it).
func TestPromtoolAgrees(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatalf("promtool is missing, run scripts/install-test-tools.sh: %v", err)
	}
	for name, want := range verdicts {
		out, err := exec.CommandContext(t.Context(), promtool, "test", "rules", filepath.Join("testdata", name)).CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if passed := err == nil; passed != want {
			t.Errorf("%s: promtool passes it: %v, want %v:\n%s", name, passed, want, out)
		}
	}
}

func TestEveryExampleHasAVerdict(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := verdicts[filepath.Base(file)]; !ok && strings.Contains(string(text), "tests:") && filepath.Base(file) != "native.yml" {
			t.Errorf("%s is not tried", file)
		}
	}
}

func TestDifferencesAreReadable(t *testing.T) {
	out, _ := run(t, nil, "failing.yml")
	want := `testdata/failing.yml
  FAIL  wrong annotations and too early
        alert InstanceDown at 4m:
          - {alertname="InstanceDown", instance="a:80", job="api", severity="page"}
          (- expected, + found)
        alert InstanceDown at 6m:
          - {alertname="InstanceDown", instance="a:80", job="api", severity="page"}
                summary: "Instance a:80 is up"
          + {alertname="InstanceDown", instance="a:80", job="api", severity="page"}
                description: "a:80 of api is down, value 0."
                summary: "Instance a:80 is down"
          (- expected, + found)
        expr "job:up:sum" at 5m:
          - {__name__="job:up:sum", job="api"} 1
          + {__name__="job:up:sum", job="api"} 0
          (- expected, + found)
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestOnlyWhatIsAskedForRuns(t *testing.T) {
	out, passed := run(t, regexp.MustCompile("^nothing"), "failing.yml")
	if !passed || strings.Contains(out, "FAIL") {
		t.Errorf("passed %v:\n%s", passed, out)
	}
}

func TestNativeHistogramsAreRefused(t *testing.T) {
	out, passed := run(t, nil, "native.yml")
	if passed || !strings.Contains(out, "native histograms are not kept") {
		t.Errorf("passed %v:\n%s", passed, out)
	}
}

func TestMissingFiles(t *testing.T) {
	if out, passed := run(t, nil, "nowhere.yml"); passed || !strings.Contains(out, "cannot be read") {
		t.Errorf("passed %v:\n%s", passed, out)
	}
}
