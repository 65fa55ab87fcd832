package external

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"headroom/scaler/flow/program"
	"headroom/scaler/flow/tool"
)

// Refusal is a file that is no tool, though it lies where tools do.
type Refusal struct {
	File string `json:"file"`
	Why  string `json:"why"`
}

// describeTime is how long a tool may take to describe itself, and atOnce how many do at
// a time.
const (
	describeTime = 5 * time.Second
	atOnce       = 4
)

// notes are the extensions of files that are meant for people.
var notes = []string{".md", ".txt"}

// Load reads the tools of a directory, and tells which files are none and why. An error
// is about the whole directory.
func Load(ctx context.Context, dir string) (tools []*Tool, refused []Refusal, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("flows.tools_dir: %w", err)
	}
	if why := unsafe(dir); why != nil {
		return nil, nil, fmt.Errorf("flows.tools_dir: %w", why)
	}
	var mu sync.Mutex
	var work sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".") || f.IsDir() || slices.Contains(notes, filepath.Ext(f.Name())) {
			continue
		}
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t, err := open(ctx, filepath.Join(dir, f.Name()))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refused = append(refused, Refusal{File: f.Name(), Why: err.Error()})
				return
			}
			tools = append(tools, t)
		})
	}
	work.Wait()
	slices.SortFunc(refused, func(a, b Refusal) int { return strings.Compare(a.File, b.File) })
	slices.SortFunc(tools, func(a, b *Tool) int { return strings.Compare(a.path, b.path) })
	tools, twice := distinct(tools)
	return tools, append(refused, twice...), nil
}

// distinct keeps the first tool of each name.
func distinct(tools []*Tool) (kept []*Tool, refused []Refusal) {
	by := map[string]*Tool{}
	for _, t := range tools {
		if other := by[t.Name]; other != nil {
			refused = append(refused, Refusal{File: filepath.Base(t.path), Why: fmt.Sprintf("the name %s is that of %s", t.Name, filepath.Base(other.path))})
			continue
		}
		by[t.Name] = t
		kept = append(kept, t)
	}
	return kept, refused
}

// open makes a tool of a file.
func open(ctx context.Context, path string) (*Tool, error) {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if !toolName.MatchString(name) {
		return nil, fmt.Errorf("its name is none of a tool: want letters a-z, digits and -, got %q", name)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no file")
	case info.Mode()&0o111 == 0:
		return nil, errors.New("it may not be executed: chmod +x")
	}
	for _, p := range []string{real, filepath.Dir(real)} {
		if err := unsafe(p); err != nil {
			return nil, err
		}
	}
	return describe(ctx, path, name)
}

// unsafe tells why a file or folder cannot be trusted: somebody else than root and the
// server's user may change it. A folder in which only owners may replace files (sticky)
// is no better, since it may get new ones.
func unsafe(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("others may change %s (its mode is %s): chmod go-w", path, fs.FileMode(mode))
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d, who is neither root nor the server's", path, st.Uid)
	}
	return nil
}

func describe(ctx context.Context, path, name string) (*Tool, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, describeTime, fmt.Errorf("it has %s for that", describeTime))
	defer cancel()
	r, err := program.Program{Argv: []string{path, "describe"}, Dir: "/", MaxOut: MaxAnswer}.Run(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("describe: %w", err)
	case r.Code != 0:
		return nil, fmt.Errorf("describe: it ended with code %d: %s", r.Code, r.Err)
	}
	d, err := parseDescription(r.Out, name)
	if err != nil {
		return nil, err
	}
	d.Source = path
	return &Tool{path: path, described: d}, nil
}

// Join adds own tools to others. One of them takes the place of a tool that may be
// replaced; a name that another tool has is refused.
func Join(others []tool.Tool, own []*Tool, replaceable func(tool.Tool) bool) (all []tool.Tool, refused []Refusal) {
	all = slices.Clone(others)
	for _, t := range own {
		i := slices.IndexFunc(all, func(o tool.Tool) bool { return o.Describe().Name == t.Name })
		switch {
		case i < 0:
			all = append(all, t.asTool())
		case replaceable(all[i]):
			all[i] = t.asTool()
		default:
			refused = append(refused, Refusal{File: filepath.Base(t.path), Why: fmt.Sprintf("the name %s is that of a tool that is %s", t.Name, all[i].Describe().Source)})
		}
	}
	return all, refused
}
