package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The paths of the binaries under test.
var headroom, headroomNode string

// builtIn is a directory of this run alone.
var builtIn string

// atOnce is how many tests run beside each other: they wait far more than they
// work.
const atOnce = "10"

func TestMain(m *testing.M) {
	beWorker() // does not return if that is what this process is
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic("BUG: " + err.Error())
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "headroom-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	builtIn = dir
	// A binary that was built another way can be named, as one with -race.
	for _, p := range []struct {
		path      *string
		name, env string
	}{{&headroom, "headroom", "HEADROOM_BINARY"}, {&headroomNode, "headroom-node", "HEADROOM_NODE_BINARY"}} {
		if *p.path = os.Getenv(p.env); *p.path != "" {
			continue
		}
		*p.path = filepath.Join(dir, p.name)
		// The Makefile's tags, so that most is compiled already.
		build := exec.Command("go", "build", "-tags", "nomsgpack,netgo,osusergo", "-o", *p.path, "headroom/cmd/"+p.name)
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "e2e: build the program: %v\n%s", err, out)
			return 1
		}
	}
	return m.Run()
}
