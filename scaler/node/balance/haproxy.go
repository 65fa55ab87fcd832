package balance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	answerWithin = 5 * time.Second
	longestLine  = 8 << 10 // bytes of commands at once; HAProxy's buffer holds 16 KiB
	leastWeight  = 4       // of a server-template, of which 25 percent are 1
)

// haproxy keeps the slots of a server-template by the runtime API. It trusts nothing
// but what HAProxy says it has, so a reload that loses everything is like any other
// difference.
type haproxy struct {
	p     Proxy
	log   *slog.Logger
	pid   string            // of the HAProxy that was talked to last
	said  map[string]string // the name that each slot's agent is asked for, told to that HAProxy
	slots map[string]string // by the worker's address; shared with who keeps it on disk
}

func newHAProxy(p Proxy, slots map[string]string, log *slog.Logger) *haproxy {
	return &haproxy{p: p, log: log, slots: slots, said: map[string]string{}}
}

// apply is never settled: HAProxy may be reloaded at any time.
func (h *haproxy) apply(ctx context.Context, _ time.Time, targets []target) (bool, error) {
	if err := h.meet(ctx); err != nil {
		return false, err
	}
	list, err := h.read(ctx)
	if err != nil {
		return false, err
	}
	taken, left := assign(list, targets, h.slots)
	if h.plan(list, taken) != nil {
		if list, err = h.change(ctx, list, taken); err != nil {
			return false, err
		}
	}
	h.remember(taken)
	return false, errors.Join(h.faults(list, left), h.writeState(ctx, list))
}

// meet notices that another HAProxy has taken over, which was told nothing yet.
func (h *haproxy) meet(ctx context.Context) error {
	text, err := h.ask(ctx, "show info")
	if err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		if pid, ok := strings.CutPrefix(strings.TrimSpace(line), "Pid: "); ok && pid != h.pid {
			h.pid = pid
			clear(h.said)
		}
	}
	return nil
}

func (h *haproxy) read(ctx context.Context) ([]slot, error) {
	text, err := h.ask(ctx, "show servers state "+h.p.Backend)
	if err != nil {
		return nil, err
	}
	list, err := parseSlots(text, h.p.Template)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("backend %s of HAProxy has no server-template %s", h.p.Backend, h.p.Template)
	}
	return list, err
}

// plan is every command that is needed; nil: none.
func (h *haproxy) plan(list []slot, taken map[string]target) (commands []string) {
	for _, s := range list {
		var shall *target
		if t, there := taken[s.name]; there {
			shall = &t
		}
		commands = append(commands, s.commands(h.p.Backend, shall, h.said[s.name])...)
	}
	return commands
}

// change carries out the plan and looks whether it came out. Slots are freed first:
// what is told of a slot stays in order.
func (h *haproxy) change(ctx context.Context, list []slot, taken map[string]target) ([]slot, error) {
	commands := h.plan(list, taken)
	said, err := h.tell(ctx, commands)
	if err != nil {
		return nil, err
	}
	for name, t := range taken {
		h.said[name] = t.name()
	}
	h.log.Info("HAProxy has a new list of workers.", "backend", h.p.Backend, "workers", len(taken), "commands", len(commands))
	if list, err = h.read(ctx); err != nil {
		return nil, err
	}
	if open := h.plan(list, taken); len(open) > 0 {
		return nil, fmt.Errorf("HAProxy did not do %d of %d commands, such as %q: %s", len(open), len(commands), open[0], said)
	}
	return list, nil
}

// remember keeps which slot each worker has.
func (h *haproxy) remember(taken map[string]target) {
	clear(h.slots)
	for name, t := range taken {
		h.slots[t.address] = name
	}
}

// faults are those of HAProxy's configuration that keep workers or weights out.
func (h *haproxy) faults(list []slot, left int) error {
	var errs []error
	if left > 0 {
		errs = append(errs, fmt.Errorf("%d workers have no slot: server-template %s of backend %s has but %d", left, h.p.Template, h.p.Backend, len(list)))
	}
	if i := slices.IndexFunc(list, func(s slot) bool { return s.initial < leastWeight }); i >= 0 {
		errs = append(errs, fmt.Errorf("server-template %s of backend %s wants weight 100: a part of %d is nothing", h.p.Template, h.p.Backend, list[i].initial))
	}
	if h.p.StateFile != "" && slices.ContainsFunc(list, func(s slot) bool { return s.fqdn == "-" }) {
		errs = append(errs, fmt.Errorf("state_file is not written: server-template %s of backend %s wants a host name, such as localhost:1, and init-addr last,libc, or HAProxy forgets addresses", h.p.Template, h.p.Backend))
	}
	return errors.Join(errs...)
}

// writeState keeps HAProxy's server-state-file up to date, so that it has its workers
// from the first moment after a reload. It holds all backends, as HAProxy wants it.
func (h *haproxy) writeState(ctx context.Context, list []slot) error {
	if h.p.StateFile == "" || slices.ContainsFunc(list, func(s slot) bool { return s.fqdn == "-" }) {
		return nil
	}
	text, err := h.ask(ctx, "show servers state")
	if err != nil {
		return err
	}
	there, err := os.ReadFile(h.p.StateFile)
	if err == nil && bytes.Equal(timeless(string(there)), timeless(text)) {
		return nil
	}
	return writeFile(h.p.StateFile, []byte(text))
}

const sinceChange = 9 // column of a state: seconds since its last change

// timeless leaves out what changes by itself.
func timeless(state string) []byte {
	var b bytes.Buffer
	for line := range strings.Lines(state) {
		fields := strings.Fields(line)
		if len(fields) > sinceChange && fields[0] != "#" {
			fields[sinceChange] = ""
		}
		b.WriteString(strings.Join(fields, " ") + "\n")
	}
	return b.Bytes()
}

// tell sends commands and returns what HAProxy complained of.
func (h *haproxy) tell(ctx context.Context, commands []string) (string, error) {
	complaints := map[string]bool{}
	for len(commands) > 0 {
		n, size := 0, 0
		for n < len(commands) && (n == 0 || size+len(commands[n]) < longestLine) {
			size += len(commands[n]) + 2
			n++
		}
		text, err := h.ask(ctx, strings.Join(commands[:n], "; "))
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(text) {
			if line = plain(line); line != "" && !strings.Contains(line, "changed from") && !strings.Contains(line, "no need to change") {
				complaints[line] = true
			}
		}
		commands = commands[n:]
	}
	if len(complaints) == 0 {
		return "it did not say why", nil
	}
	return strings.Join(slices.Sorted(maps.Keys(complaints)), ", "), nil
}

// ask sends one line to HAProxy and reads all of the answer.
func (h *haproxy) ask(ctx context.Context, line string) (string, error) {
	network := "tcp"
	if filepath.IsAbs(h.p.Socket) {
		network = "unix"
	}
	dialer := net.Dialer{Timeout: answerWithin}
	conn, err := dialer.DialContext(ctx, network, h.p.Socket)
	if err != nil {
		return "", fmt.Errorf("talk to HAProxy: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(answerWithin))
	if _, err := io.WriteString(conn, line+"\n"); err != nil {
		return "", fmt.Errorf("talk to HAProxy: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(conn, largest))
	if err != nil {
		return "", fmt.Errorf("talk to HAProxy: %w", err)
	}
	return string(text), nil
}
