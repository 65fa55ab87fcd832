package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
)

// asProgram makes the test binary the program itself, so that tests start what
// users start without building it once more.
const asProgram = "HEADROOM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program is the program with these arguments, not started yet.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)`)

// startServer runs "headroom serve" with an empty store until the test ends,
// and returns its URL. Its log is shown if the test fails.
func startServer(t *testing.T, args ...string) (url string) {
	t.Helper()
	args = append([]string{"serve", "--storage.path=" + t.TempDir(), "--web.listen-address=127.0.0.1:0"}, args...)
	cmd := program(args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			t.Log(lines.Text())
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("headroom %v: %v", args, err)
		}
	})
	select {
	case a := <-address:
		return "http://" + a
	case <-ended:
		t.Fatal("the server ended before it listened")
		return ""
	}
}
