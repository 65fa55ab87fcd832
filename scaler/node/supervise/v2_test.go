package supervise

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The same tests once more where the kernel has nothing but cgroup v2; and there, what
// cannot be done to a machine that others work on.
func TestInAMachineWithCgroupV2Only(t *testing.T) {
	if os.Getenv("HEADROOM_V2VM") != "" {
		t.Run("jump of the clock", jumpOfTheClock)
		return
	}
	if testing.Short() {
		t.Skip("it takes some minutes")
	}
	for _, pkg := range []string{"isolate", "shim", "supervise"} {
		t.Run(pkg, func(t *testing.T) { inMachine(t, "../"+pkg) })
	}
}

func inMachine(t *testing.T, pkg string) {
	binary := filepath.Join(t.TempDir(), "test")
	build := exec.Command("go", "test", "-c", "-tags", "nomsgpack,netgo,osusergo", "-o", binary, pkg)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command("../../../scripts/v2vm.sh", binary, "-test.v", "-test.timeout=10m").CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skipf("the machine cannot be had: %s", out)
	}
	if err != nil || !strings.Contains(string(out), "\nPASS") {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "_test.go:") { // figures
			t.Log(strings.TrimSpace(line))
		}
	}
}
