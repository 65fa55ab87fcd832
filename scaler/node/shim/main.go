package shim

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

// Exit codes of a shim that did not become a worker.
const (
	ExitIncomplete = 111 // the specification did not come whole: the daemon ended
	ExitFailed     = 112 // something of it could not be done
)

// Main plays the shim if this process was started as one, and does not return then.
// A program that calls Start must call it first thing.
func Main() {
	if os.Args[0] != name {
		return
	}
	runtime.LockOSThread() // some of what is given up belongs to a thread
	if err := keepNothingOpen(); err != nil {
		fail(ExitFailed, err)
	}
	var spec Spec
	if err := json.NewDecoder(os.NewFile(specFD, "specification")).Decode(&spec); err != nil {
		fail(ExitIncomplete, fmt.Errorf("the specification did not come whole: %w", err))
	}
	fail(ExitFailed, become(spec))
}

func fail(code int, err error) {
	fmt.Fprintln(os.Stderr, "headroom: worker not started:", err)
	fmt.Fprintln(os.NewFile(reportFD, "report"), err) // the daemon may be gone
	os.Exit(code)
}
