package balance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	commandWithin = 30 * time.Second
	afterFailure  = 30 * time.Second // until the same file is tried again
)

// nginx writes the servers of an upstream to a file and has nginx read it.
type nginx struct {
	p   Proxy
	log *slog.Logger
	run func(ctx context.Context, argv []string) error

	read     []byte    // the text that nginx was told to read; nil: not since the start
	reloaded time.Time // when it was told
	failed   time.Time // when it last could not; zero: it could
	refused  []byte    // the text that it was about
	err      error
}

func newNginx(p Proxy, log *slog.Logger) *nginx { return &nginx{p: p, log: log, run: run} }

func (n *nginx) apply(ctx context.Context, now time.Time, targets []target) (bool, error) {
	text := n.render(targets)
	switch {
	case n.read != nil && bytes.Equal(text, n.read):
		return true, nil
	case n.err != nil && bytes.Equal(text, n.refused) && now.Sub(n.failed) < afterFailure:
		return false, n.err
	case now.Sub(n.reloaded) < time.Duration(n.p.Every):
		return false, nil
	}
	if err := n.replace(ctx, text); err != nil {
		n.failed, n.refused, n.err = now, text, err
		return false, err
	}
	n.read, n.reloaded, n.err = text, now, nil
	n.log.Info("nginx has a new list of workers.", "file", n.p.Path, "workers", len(targets))
	return true, nil
}

// render writes the list: the lines of an upstream, or the whole of it if it has a name.
func (n *nginx) render(targets []target) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Workers of %s, written by headroom-node: changes are lost.\n", oneLine(n.p.Module))
	if n.p.Backend != "" {
		fmt.Fprintf(&b, "upstream %s {\n", n.p.Backend)
	}
	for _, t := range targets {
		use := fmt.Sprintf("weight=%d", t.weight)
		if !t.serves() {
			use = "down"
		}
		fmt.Fprintf(&b, "\tserver %s %s;\n", netip.AddrPortFrom(t.ip, uint16(t.port)), use)
	}
	if len(targets) == 0 {
		b.WriteString("\tserver 127.0.0.1:1 down; # there is none, and nginx wants one\n")
	}
	if n.p.Backend != "" {
		b.WriteString("}\n")
	}
	return b.Bytes()
}

// oneLine keeps a module's id, which may hold anything, inside of a comment.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
}

// replace puts text in place of the file, and the old one back if nginx does not
// understand it. A reload that fails leaves the new one: nginx reads it when it starts.
func (n *nginx) replace(ctx context.Context, text []byte) error {
	old, err := os.ReadFile(n.p.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the list of nginx: %w", err)
	}
	there := err == nil
	if err := writeFile(n.p.Path, text); err != nil {
		return err
	}
	if err := n.run(ctx, n.p.Test); err != nil {
		return errors.Join(fmt.Errorf("check the new list of nginx, the old one is back: %w", err), n.putBack(old, there))
	}
	if err := n.run(ctx, n.p.Reload); err != nil {
		return fmt.Errorf("reload nginx: %w", err)
	}
	return nil
}

func (n *nginx) putBack(old []byte, there bool) error {
	if !there {
		return os.Remove(n.p.Path)
	}
	return writeFile(n.p.Path, old)
}

const longestOutput = 500 // bytes of a command's output that an error tells

// run runs a command without a shell.
func run(ctx context.Context, argv []string) error {
	ctx, cancel := context.WithTimeout(ctx, commandWithin)
	defer cancel()
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.WaitDelay = time.Second // a server that it left behind may hold its output
	output, err := command.CombinedOutput()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	text := strings.TrimSpace(string(output))
	text = strings.Join(strings.Fields(text[max(0, len(text)-longestOutput):]), " ")
	return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, text)
}
