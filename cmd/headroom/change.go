package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/alerting/lease"
)

// Exit statuses of "change run" itself, as of env and timeout. Otherwise it is
// the command's.
const (
	changeFailed   = 125
	changeNotFound = 127
	bySignal       = 128 // and the signal's number
)

// changeCommand is "change run": a command whose alarms are muted while it runs.
type changeCommand struct {
	*client
	request     lease.Request
	expect      int
	withoutMute bool
	command     []string
}

func addChange(app *kingpin.Application) {
	cmd := app.Command("change", "Run a change; the alarms that it causes are muted for as long as it lasts.")
	sub := cmd.Command("run", "Run a command, mute what it causes, and say what was hidden. Exits as the command does; 125 if it was not started.").Default()
	c := &changeCommand{client: addClient(sub)}
	r := &c.request
	sub.Flag("kind", "The kind of change, as deploy or restart.").Required().StringVar(&r.Kind)
	sub.Flag("run", "The change run in your own words, as the number of a ticket.").StringVar(&r.Run)
	sub.Flag("node", "A device that it touches; can be repeated.").StringsVar(&r.Nodes)
	sub.Flag("path", "A node of the business tree that it touches; can be repeated. With --node, only what lies in both.").StringsVar(&r.Paths)
	sub.Flag("effect", `Matchers of alarms that it causes, as 'alertname=~"ProcessDead|PortClosed"'; can be repeated. Without one, all alarms there.`).StringsVar(&r.Effect)
	sub.Flag("expect", "How many alarms to hide at most (default: learned from past runs of the kind).").Default("-1").IntVar(&c.expect)
	sub.Flag("ttl", "Without a sign of life for so long the change counts as dead (default: as configured).").StringVar(&r.TTL)
	sub.Flag("limit", "Longest time for which alarms are muted.").StringVar(&r.Limit)
	sub.Flag("grace", "How long after its end alarms may take to recover.").StringVar(&r.Grace)
	sub.Flag("note", "A note for people.").StringVar(&r.Note)
	sub.Flag("without-mute", "Run the command even if no server can be reached.").BoolVar(&c.withoutMute)
	sub.Arg("command", "The command, after --.").Required().StringsVar(&c.command)
	sub.Action(func(*kingpin.ParseContext) error {
		status, err := c.run()
		if err != nil {
			fmt.Fprintln(os.Stderr, "headroom:", err)
		}
		os.Exit(status)
		return nil
	})
	addChangeList(cmd)
}

// run runs the command with its lease and returns the exit status.
func (c *changeCommand) run() (int, error) {
	path, err := exec.LookPath(c.command[0])
	if err != nil {
		return changeNotFound, err
	}
	if c.expect >= 0 {
		c.request.Expected = &c.expect
	}
	c.request.Who = me()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	var l heldLease
	if err := c.post("leases", nil, c.request, &l); err != nil {
		if !c.withoutMute || !errors.Is(err, errUnreachable) {
			return changeFailed, fmt.Errorf("the change was not begun: %w", err)
		}
		fmt.Fprintln(os.Stderr, "headroom: no alarms are muted:", err)
	}
	c.warnOfUnknownPaths()
	cmd := exec.Command(path, c.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Args[0] = c.command[0]
	status, how, result := c.attend(cmd, signals, &l)
	if l.ID == "" {
		return status, nil
	}
	return status, c.end(&l, how, result)
}

// me is the name of who runs the program; empty if it has none. It counts where
// nobody has to log in.
func me() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// warnOfUnknownPaths tells of paths that the business tree does not have, as after a
// typing error: nothing is muted there.
func (c *changeCommand) warnOfUnknownPaths() {
	for _, path := range c.request.Paths {
		if err := c.get("modules/"+url.PathEscape(path), nil, &struct{}{}); errors.Is(err, errMissing) {
			fmt.Fprintf(os.Stderr, "headroom: warning: the business tree has no %s; no alarm may be muted there\n", printable(path))
		}
	}
}

// heldLease is what the command reads of a lease.
type heldLease struct {
	ID      string         `json:"id"`
	TTL     float64        `json:"ttl_seconds"`
	EndedAt *time.Time     `json:"ended_at"`
	How     string         `json:"how"`
	Fires   int            `json:"fires"`
	Firing  []lease.Hidden `json:"firing"`
	Summary string         `json:"summary"`
}

// attend starts the command, passes signals on to it and beats until it has ended.
func (c *changeCommand) attend(cmd *exec.Cmd, signals <-chan os.Signal, l *heldLease) (status int, how, result string) {
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "headroom:", err)
		return changeFailed, lease.Failed, "could not be started"
	}
	ctx, cancel := context.WithCancel(context.Background())
	var beats sync.WaitGroup
	if l.ID != "" {
		beats.Go(func() { c.beat(ctx, l) })
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stopped := false
	for {
		select {
		case sig := <-signals:
			stopped = true
			if sig != syscall.SIGINT || !isTerminal(os.Stdin) { // a terminal has told the command, too
				_ = cmd.Process.Signal(sig) // it may have ended just now
			}
		case <-ended:
			cancel()
			beats.Wait()
			status, how = statusOf(cmd.ProcessState)
			if stopped && how == lease.Failed {
				how = lease.Cancelled
			}
			return status, how, cmd.ProcessState.String()
		}
	}
}

func statusOf(state *os.ProcessState) (status int, how string) {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return bySignal + int(ws.Signal()), lease.Failed
	}
	if state.ExitCode() != 0 {
		return state.ExitCode(), lease.Failed
	}
	return 0, lease.Done
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// beat says three times in each TTL that the change goes on. What goes wrong is
// told once; the command goes on in any case.
func (c *changeCommand) beat(ctx context.Context, l *heldLease) {
	every := time.Duration(l.TTL / 3 * float64(time.Second))
	tick := time.NewTicker(every)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err := c.within(ctx, every, http.MethodPost, "leases/"+l.ID+"/beat", nil, &heldLease{})
			if ctx.Err() != nil {
				return
			}
			if err == nil {
				told = ""
			} else if text := err.Error(); text != told {
				told = text
				fmt.Fprintln(os.Stderr, "headroom: alarms may no longer be muted:", text)
			}
		}
	}
}

// within asks the server and waits for so long at most.
func (c *changeCommand) within(ctx context.Context, most time.Duration, method, path string, params url.Values, data any) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	resp, err := c.open(ctx, method, path, params, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(&struct{ Data any }{data})
}

// endTries is how often a change tries to say that it has ended, a second apart.
// If it cannot, its lease ends by itself.
const endTries = 5

// end ends the lease and says what it hid.
func (c *changeCommand) end(l *heldLease, how, result string) (err error) {
	params := url.Values{"how": {how}, "result": {result}}
	for try := range endTries {
		if try > 0 {
			time.Sleep(time.Second)
		}
		if err = c.within(context.Background(), 10*time.Second, http.MethodDelete, "leases/"+l.ID, params, l); err == nil || !errors.Is(err, errUnreachable) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("the end could not be told, so the mute ends by itself: %w", err)
	}
	return l.tell(os.Stderr)
}
