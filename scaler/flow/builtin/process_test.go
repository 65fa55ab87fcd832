package builtin_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startSelf starts one test of this program as a process of its own.
func startSelf(t *testing.T, test, dir string) *os.Process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	p, err := os.StartProcess(self, []string{self, "-test.run=^" + test + "$"}, &os.ProcAttr{
		Env: append(os.Environ(), "HEADROOM_TEST_SERVER="+dir), Files: []*os.File{nil, os.Stdout, os.Stderr},
	})
	must(t, err)
	return p
}

func waitForPID(t *testing.T, file string) int {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if pid, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
			return pid
		}
	}
	t.Fatal("the command did not start")
	return 0
}

// running tells whether a process is there and no zombie.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
