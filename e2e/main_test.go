package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// headroom is the path of the binary under test.
var headroom string

// atOnce is how many tests run beside each other: they wait far more than they
// work.
const atOnce = "10"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic("BUG: " + err.Error())
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	// A binary that was built another way can be named, as one with -race.
	if headroom = os.Getenv("HEADROOM_BINARY"); headroom != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "headroom-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	headroom = filepath.Join(dir, "headroom")
	// The Makefile's tags, so that most is compiled already.
	build := exec.Command("go", "build", "-tags", "nomsgpack,netgo,osusergo", "-o", headroom, "headroom/cmd/headroom")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "e2e: build the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
