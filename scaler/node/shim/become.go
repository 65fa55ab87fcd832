package shim

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// become does not return if all goes well.
func become(s Spec) error {
	who, err := identify(s.User, s.Group)
	if err != nil {
		return err
	}
	for _, dir := range s.Join { // before the mounts, which make it read-only
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0); err != nil {
			return fmt.Errorf("enter control group: %w", err)
		}
	}
	if err := view(s.Mounts); err != nil {
		return err
	}
	if err := who.become(s.Files); err != nil {
		return err
	}
	return run(s)
}

// become gives up rights, for good.
func (who identity) become(files int) error {
	if files > 0 {
		// By this very call: only then does exec keep it, as the runtime has its own idea of it.
		limit := syscall.Rlimit{Cur: uint64(files), Max: uint64(files)}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			return fmt.Errorf("limit open files to %d: %w", files, err)
		}
	}
	syscall.Umask(0o022)
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("leave groups: %w", err)
	}
	if err := LeaveSession(); err != nil { // as root, who may have more keyrings than others
		return err
	}
	if err := boundTo(who.uid); err != nil {
		return err
	}
	if err := syscall.Setgid(who.gid); err != nil {
		return fmt.Errorf("become group %d: %w", who.gid, err)
	}
	if err := syscall.Setuid(who.uid); err != nil {
		return fmt.Errorf("become user %d: %w", who.uid, err)
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	return nil
}

// run becomes the program. Its user has to reach the folder and the program.
func run(s Spec) error {
	if s.Dir != "" {
		if err := os.Chdir(s.Dir); err != nil {
			return fmt.Errorf("folder of the worker: %w", err)
		}
	}
	env := []string{}
	path := defaultPath
	for k, v := range s.Env {
		if k == "PATH" {
			path = v
			continue
		}
		env = append(env, k+"="+v)
	}
	if err := os.Setenv("PATH", path); err != nil {
		return fmt.Errorf("search path: %w", err)
	}
	if len(s.Command) == 0 {
		return fmt.Errorf("program of the worker: there is no command")
	}
	program, err := exec.LookPath(s.Command[0])
	if err != nil {
		return fmt.Errorf("program of the worker: %w", err)
	}
	return fmt.Errorf("program of the worker: %s: %w", program, syscall.Exec(program, s.Command, append(env, "PATH="+path)))
}
