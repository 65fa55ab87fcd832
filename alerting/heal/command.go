package heal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// drainTime is how long after a command's end its output is still read: what it
// started may have kept it open.
const drainTime = time.Second

// argv fills in the arguments.
func (j *job) argv() ([]string, error) {
	argv := make([]string, len(j.action.args))
	v := valuesOf(j.alarm)
	for i, t := range j.action.args {
		arg, err := argument(t, j.action.Command[i], v)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i, err)
		}
		argv[i] = arg
	}
	return argv, nil
}

// command runs the action's program, without a shell. On timeout it is killed with
// all of its process group; what it left running when it ended well stays.
func (j *job) command(ctx context.Context) (string, error) {
	argv, err := j.argv()
	if err != nil {
		return "", err
	}
	var out tail
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = j.environment()
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = drainTime
	err = cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it ended well; only what it started holds its output open
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("killed: %w", context.Cause(ctx))
	}
	return out.String(), err
}

// environment has little of the server's own, in which secrets may be.
func (j *job) environment() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	env = append(env,
		"HEADROOM_HEAL="+j.id, "HEADROOM_ALARM="+j.alarm.ID, "HEADROOM_ACTION="+j.action.Name, "HEADROOM_KIND="+j.action.Kind,
		"HEADROOM_MODULE="+j.target.Module, "HEADROOM_NODE="+j.target.Node, "HEADROOM_PROCESS="+j.target.Process)
	for name, value := range j.alarm.Labels {
		env = append(env, "HEADROOM_LABEL_"+string(name)+"="+string(value))
	}
	for i := range env {
		env[i] = strings.ReplaceAll(env[i], "\x00", "")
	}
	return env
}
