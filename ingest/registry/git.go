package registry

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"headroom/storage/fleet"
)

// writers finds who wrote the files of a directory last.
type writers struct {
	dir   string
	dirty map[string]bool // files that differ from the last commit
	git   bool            // the directory is in a git checkout, and git is there
	head  fleet.Declared  // the last commit of the directory
}

// maxGit is how long git may take.
const maxGit = 20 * time.Second

// newWriters looks at a directory. Without git, or outside of a checkout, files are
// only known by when they were written.
func newWriters(ctx context.Context, dir string) *writers {
	w := &writers{dir: dir, dirty: map[string]bool{}}
	out, err := gitCommand(ctx, dir, "log", "-1", "--no-show-signature", "--format="+commitFormat, "--", ".").Output()
	head, ok := readCommit(strings.TrimSuffix(string(out), "\n"))
	if err != nil || !ok {
		return w
	}
	w.git, w.head = true, head
	changed, _ := gitCommand(ctx, dir, "diff", "--name-only", "--relative", "--no-ext-diff", "-z", "HEAD", "--", ".").Output()
	for name := range strings.SplitSeq(string(changed), "\x00") {
		w.dirty[name] = true
	}
	return w
}

// gitCommand is git that runs no program of the checkout's configuration that is not
// needed, asks nobody and writes nothing.
func gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	cmd.WaitDelay = time.Second
	return cmd
}

// commitFormat begins with a sign that no file's name has at its start.
const commitFormat = "%x01%H%x02%an%x02%aI%x02%s"

func readCommit(line string) (d fleet.Declared, ok bool) {
	line, ok = strings.CutPrefix(line, "\x01")
	parts := strings.SplitN(line, "\x02", 4)
	if !ok || len(parts) != 4 {
		return d, false
	}
	at, err := time.Parse(time.RFC3339, parts[2])
	const most = 200
	d = fleet.Declared{Commit: parts[0], By: parts[1], At: at.UTC(), Why: strings.ToValidUTF8(parts[3][:min(len(parts[3]), most)], "")}
	return d, err == nil
}

// of returns who wrote files last, by their names from the directory. The history is
// read from the newest commit on until all are found.
func (w *writers) of(ctx context.Context, files map[string]bool) map[string]fleet.Declared {
	found := map[string]fleet.Declared{}
	if w.git {
		w.log(ctx, files, found)
	}
	for file := range files {
		if _, ok := found[file]; ok {
			continue
		}
		if info, err := os.Stat(filepath.Join(w.dir, file)); err == nil {
			found[file] = fleet.Declared{At: info.ModTime().UTC().Truncate(time.Second)}
		}
	}
	return found
}

func (w *writers) log(ctx context.Context, files map[string]bool, found map[string]fleet.Declared) {
	wanted := map[string]bool{}
	for file := range files {
		if !w.dirty[file] {
			wanted[file] = true
		}
	}
	if len(wanted) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxGit)
	defer cancel()
	cmd := gitCommand(ctx, w.dir, "log", "--no-show-signature", "--no-renames", "--name-only", "--relative", "--format="+commitFormat, "--", ".")
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return
	}
	lines, commit := bufio.NewScanner(out), fleet.Declared{}
	for len(wanted) > 0 && lines.Scan() {
		if d, ok := readCommit(lines.Text()); ok {
			commit = d
		} else if name := lines.Text(); wanted[name] {
			found[name] = commit
			delete(wanted, name)
		}
	}
	cancel() // the older history is of no interest
	_ = cmd.Wait()
}
