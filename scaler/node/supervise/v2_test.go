package supervise

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"headroom/scaler/node/isolate"
)

// The same tests once more where the kernel has nothing but cgroup v2.
func TestInAMachineWithCgroupV2Only(t *testing.T) {
	if os.Getenv("HEADROOM_V2VM") != "" {
		t.Skip("this is that machine")
	}
	if groups, err := isolate.Open(isolate.Options{}); err == nil && groups.Mode() == isolate.V2 && os.Getuid() == 0 {
		t.Skip("this machine has v2 only: the other tests have done it")
	}
	if testing.Short() {
		t.Skip("it takes a minute")
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
	t.Logf("%s", out)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skip("the machine cannot be had")
	}
	if err != nil {
		t.Error(err)
	}
}
