// Package program runs the programs of flows: without a shell, with little of the
// server's environment, and with limits on what they write.
//
// A program has a process group of its own, and whatever is left of the group when the
// program ends is killed: nothing that a step has started outlives it, unless it has left
// the group on purpose. If the server is killed, so is the program.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Program is what is run.
type Program struct {
	Argv   []string
	Env    []string // as NAME=value, besides PATH, HOME, LANG and TZ of the server
	Dir    string   // empty: the server's
	Stdin  []byte
	MaxOut int       // bytes of its output
	Log    io.Writer // gets what it writes to standard error; nil: nobody
}

// Result is how a program ended by itself.
type Result struct {
	Code int
	Out  []byte
	Err  string // the end of what it wrote to standard error
}

// ErrTooMuch means that a program wrote more than it may, and was killed.
var ErrTooMuch = errors.New("it wrote more than it may")

const (
	stopTime  = 5 * time.Second // between asking a program to end and killing it
	drainTime = time.Second     // for what holds the output open and has left the group
	maxTail   = 4 << 10
)

// Run runs the program to its end. The error says that it could not be started, was
// killed, or wrote too much; an exit code other than 0 is none. When ctx is done the whole
// process group is asked to end, and killed after five seconds.
func (p Program) Run(ctx context.Context) (Result, error) {
	// The kernel kills the program when the thread that has started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r, err := p.start()
	if err != nil {
		return Result{}, err
	}
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.stop(ctx, ended) }()
	err = r.cmd.Wait()
	close(ended)
	<-stopped
	r.kill(syscall.SIGKILL) // what it left behind
	r.drain()
	return r.result(ctx, err)
}

// running is a program under way.
type running struct {
	cmd      *exec.Cmd
	out, err *os.File // of the pipes, our ends
	max      int
	log      io.Writer

	read   chan struct{} // gets one element when each of both is at its end
	output bytes.Buffer
	excess bool
	tail   tail
}

func (p Program) start() (_ *running, err error) {
	r := &running{cmd: exec.Command(p.Argv[0], p.Argv[1:]...), max: p.MaxOut, log: p.Log, read: make(chan struct{}, 2)}
	r.cmd.Env, r.cmd.Dir = append(Environment(), p.Env...), p.Dir
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	stdin, err := r.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	var out, errs *os.File
	if r.out, out, err = os.Pipe(); err != nil {
		return nil, err
	}
	if r.err, errs, err = os.Pipe(); err != nil {
		return nil, errors.Join(err, r.out.Close(), out.Close())
	}
	r.cmd.Stdout, r.cmd.Stderr = out, errs
	err = r.cmd.Start()
	_, _ = out.Close(), errs.Close()
	if err != nil {
		_, _ = r.out.Close(), r.err.Close()
		return nil, err
	}
	go func() { _, _ = stdin.Write(p.Stdin); _ = stdin.Close() }() // it need not read it
	go r.readOut()
	go r.readErr()
	return r, nil
}

func (r *running) readOut() {
	n, _ := io.Copy(&r.output, io.LimitReader(r.out, int64(r.max)+1))
	if r.excess = n > int64(r.max); r.excess {
		r.kill(syscall.SIGKILL)
	}
	r.read <- struct{}{}
}

func (r *running) readErr() {
	to := io.Writer(&r.tail)
	if r.log != nil {
		to = io.MultiWriter(&r.tail, r.log)
	}
	_, _ = io.Copy(to, r.err)
	r.read <- struct{}{}
}

// stop ends the group when ctx is done.
func (r *running) stop(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	r.kill(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(stopTime):
		r.kill(syscall.SIGKILL)
	}
}

// kill signals the group; one that is gone is no fault.
func (r *running) kill(s syscall.Signal) { _ = syscall.Kill(-r.cmd.Process.Pid, s) }

// drain reads what is left in the pipes.
func (r *running) drain() {
	late := time.After(drainTime)
	for range 2 {
		select {
		case <-r.read:
		case <-late: // somebody outside of the group holds them open: they end here
			_, _ = r.out.Close(), r.err.Close()
			<-r.read
			late = nil
		}
	}
	_, _ = r.out.Close(), r.err.Close()
}

func (r *running) result(ctx context.Context, err error) (Result, error) {
	res := Result{Code: r.cmd.ProcessState.ExitCode(), Out: r.output.Bytes(), Err: r.tail.String()}
	status, _ := r.cmd.ProcessState.Sys().(syscall.WaitStatus)
	var exit *exec.ExitError
	switch {
	case r.excess:
		res.Out = res.Out[:r.max]
		return res, fmt.Errorf("%w: %d bytes", ErrTooMuch, r.max)
	case ctx.Err() != nil && err != nil:
		return res, fmt.Errorf("it was ended: %w", context.Cause(ctx))
	case status.Signaled():
		return res, fmt.Errorf("it was ended by %s", status.Signal())
	case errors.As(err, &exit):
		return res, nil
	}
	return res, err
}

// Environment is what programs see of the server's own, in which secrets may be.
func Environment() (env []string) {
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - maxTail; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// String returns the end as text.
func (t *tail) String() string {
	return strings.ToValidUTF8(strings.TrimSpace(string(t.kept)), "\uFFFD")
}
