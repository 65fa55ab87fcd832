package shim

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// start starts a shim, and returns its output when it has ended, and its exit code.
func start(t *testing.T, drive func(*Shim) error) (output string, code int, wrong error) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a shim needs root")
	}
	out, err := os.CreateTemp(t.TempDir(), "output")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	s, err := Start(out)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(s.PIDFD)
	if err := drive(s); err != nil {
		t.Fatal(err)
	}
	wrong = s.Wait()
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(s.PID, &status, 0, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), status.ExitStatus(), wrong
}

func whole(spec Spec) func(*Shim) error { return func(s *Shim) error { return s.Go(spec) } }

func TestAShimBecomesTheWorker(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip(err)
	}
	script := `echo $0 $X $(pwd) $PATH; cd /proc/self/fd; echo *; exit 5`
	output, code, wrong := start(t, whole(Spec{
		Command: []string{"sh", "-c", script, "worker"}, Dir: "/proc", Env: map[string]string{"X": "y"},
	}))
	lines := strings.Split(output, "\n")
	if wrong != nil || code != 5 || lines[0] != "worker y /proc "+defaultPath {
		t.Errorf("%v, code %d, output %q", wrong, code, output)
	}
	// The shell may hold the folder, nothing of the shim's is left.
	for _, fd := range strings.Fields(lines[1]) {
		if fd > "3" {
			t.Errorf("descriptors %s", lines[1])
		}
	}
}

func TestAWorkerGetsNothingThatTheDaemonHasOpen(t *testing.T) {
	const inherited = 77 // as from whoever started the daemon: without close-on-exec
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Skip(err)
	}
	defer null.Close()
	if err := unix.Dup2(int(null.Fd()), inherited); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(inherited)
	output, code, wrong := start(t, whole(Spec{Command: []string{"sh", "-c", "cd /proc/self/fd; echo *"}}))
	if wrong != nil || code != 0 || strings.Contains(output, "77") {
		t.Errorf("%v, code %d, descriptors %s", wrong, code, output)
	}
}

// Keys that the kernel keeps for root's session are open to all that inherit it.
func TestAWorkerDoesNotHaveTheKeysOfTheDaemonsSession(t *testing.T) {
	runtime.LockOSThread() // whose session it is: it ends with this test, and its keys
	if _, err := unix.KeyctlJoinSessionKeyring("headroom-secrets"); err != nil {
		t.Skip(err)
	}
	if _, err := unix.AddKey("user", "headroom-key", []byte("secret"), unix.KEY_SPEC_SESSION_KEYRING); err != nil {
		t.Skip(err)
	}
	output, code, wrong := start(t, whole(Spec{Command: []string{"sh", "-c", "cat /proc/keys"}}))
	if wrong != nil || code != 0 || strings.Contains(output, "headroom-") {
		t.Errorf("%v, code %d, keys:\n%s", wrong, code, output)
	}
}

// Who allows root on a node allows its files to be read, and not what capabilities are for.
func TestAWorkerHasNoCapabilitiesAlsoAsRoot(t *testing.T) {
	for _, user := range []string{"", "0"} {
		output, code, wrong := start(t, whole(Spec{User: user, Command: []string{"grep", "^Cap", "/proc/self/status"}}))
		if wrong != nil || code != 0 {
			t.Fatalf("%v, code %d, %s", wrong, code, output)
		}
		for line := range strings.Lines(output) {
			if fields := strings.Fields(line); fields[1] != "0000000000000000" {
				t.Errorf("user %q: %s", user, line)
			}
		}
	}
}

func TestAPartOfASpecificationStartsNothing(t *testing.T) {
	for _, part := range []string{"", `{"comm`, `{"command":["touch","/tmp/x"]`} {
		output, code, wrong := start(t, func(s *Shim) error {
			_, err := io.WriteString(s.spec, part)
			return errors.Join(err, s.spec.Close())
		})
		if code != ExitIncomplete || wrong == nil || !strings.Contains(output, "did not come whole") {
			t.Errorf("%q: %v, code %d, %s", part, wrong, code, output)
		}
	}
}

func TestWhatFailsIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no program"), 0o644); err != nil {
		t.Fatal(err)
	}
	command := []string{"sh"}
	for want, spec := range map[string]Spec{
		"user of the worker: user: unknown user ann":                         {Command: command, User: "ann"},
		"group of the worker: group: unknown group ann":                      {Command: command, Group: "ann"},
		"enter control group: open /nowhere/cgroup.procs: no such file":      {Command: command, Join: []string{"/nowhere"}},
		"show /nowhere at /tmp: the source: stat /nowhere: no such file":     {Command: command, Mounts: []wire.Mount{{Source: "/nowhere", Target: "/tmp"}}},
		"show /tmp at /nowhere: the target: stat /nowhere: no such file":     {Command: command, Mounts: []wire.Mount{{Source: "/tmp", Target: "/nowhere"}}},
		"the source is not a folder":                                         {Command: command, Mounts: []wire.Mount{{Source: file, Target: "/tmp"}}},
		"the target is not an absolute path":                                 {Command: command, Mounts: []wire.Mount{{Source: "/tmp", Target: "tmp"}}},
		"limit open files to 2000000000: operation not permitted":            {Command: command, Files: 2000000000},
		"folder of the worker: chdir /nowhere: no such file":                 {Command: command, Dir: "/nowhere"},
		"program of the worker: there is no command":                         {},
		`program of the worker: exec: "nothing": executable file not found`:  {Command: []string{"nothing"}},
		`program of the worker: exec: "/nowhere/app": stat /nowhere/app: no`: {Command: []string{"/nowhere/app"}},
	} {
		output, code, wrong := start(t, whole(spec))
		if code != ExitFailed || wrong == nil || !strings.Contains(wrong.Error(), want) || !strings.Contains(output, want) {
			t.Errorf("want %q, got %v, code %d, output %q", want, wrong, code, output)
		}
	}
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		user, group string
		want        identity
	}{
		{"", "", identity{nobody, nobody}},
		{"0", "", identity{0, 0}},
		{"123456", "", identity{123456, 123456}},
		{"123456", "7", identity{123456, 7}},
	} {
		if got, err := identify(c.user, c.group); err != nil || got != c.want {
			t.Errorf("%q:%q is %+v, %v", c.user, c.group, got, err)
		}
	}
}
