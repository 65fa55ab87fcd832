package supervise

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"headroom/scaler/node/wire"
)

// count is what a daemon would run out of.
type count struct{ files, goroutines, zombies, children int }

func counts(t testing.TB) (n count) {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n.files, n.goroutines = len(files), runtime.NumGoroutine()
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%s/children", task.Name()))
		for pid := range strings.FieldsSeq(string(text)) {
			n.children++
			stat, _ := os.ReadFile("/proc/" + pid + "/stat")
			if fields := statFields(stat); len(fields) > 0 && fields[0] == "Z" {
				n.zombies++
			}
		}
	}
	return n
}

func TestRestartsLeaveNothingBehind(t *testing.T) {
	const at, rounds = 20, 10
	modes(t, func(w *world) {
		service := w.web()
		service.Health = wire.Health{Kind: "none"}
		all := workers(w.TB, at)
		w.begin().s.Apply(all, with(service))
		w.running(all)
		before := counts(w.TB)
		for round := range rounds {
			for _, one := range all {
				w.s.Restart(one.ID)
			}
			w.eventually(fmt.Sprintf("restart %d of all", round+1), func() bool {
				for _, r := range w.s.Workers() {
					if r.Restarts != round+1 || r.State != wire.Ready {
						return false
					}
				}
				return true
			})
		}
		w.running(all)
		// A worker is ready a moment before its shim's pipe is forgotten.
		var after count
		w.eventually("as much is open after 200 restarts as before", func() bool {
			after = counts(w.TB)
			return after.files <= before.files && after.goroutines <= before.goroutines && after.zombies <= before.zombies && after.children <= before.children
		})
		if leaves, err := w.groups.Leaves(); err != nil || len(leaves) != at {
			w.Errorf("%d leaves, %v", len(leaves), err)
		}
		w.Logf("before %+v, after %d restarts %+v", before, at*rounds, after)
	})
}
