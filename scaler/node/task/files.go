package task

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"headroom/internal/faults"
	"headroom/scaler/node/wire"
)

const shownPaths = 200 // in the outputs

// files makes files below a directory as they are on the server.
func (j *job) files(ctx context.Context, s wire.FilesSpec) (any, error) {
	all, err := filesOf(s)
	if err != nil {
		return nil, err
	}
	dir, err := j.limits.open(s.Target)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	out := wire.FilesOutputs{Changed: []string{}, Deleted: []string{}}
	for _, f := range all {
		changed, err := j.bring(ctx, dir, f)
		if err != nil {
			return out, fmt.Errorf("%s: %w", path.Join(s.Target, f.path), err)
		}
		if changed {
			out.Changed, out.NChanged = noted(out.Changed, f.path), out.NChanged+1
		}
	}
	if !s.Delete {
		return out, nil
	}
	return out, j.sweep(ctx, dir, all, &out)
}

// filesOf reads what is asked, and tells everything that is wrong with it.
func filesOf(s wire.FilesSpec) (all []file, err error) {
	var l faults.List
	if n := len(s.Files); n == 0 || n > wire.MaxTaskFiles {
		l.Add("files", "want 1 to %d, found %d", wire.MaxTaskFiles, n)
	}
	seen := map[string]bool{}
	for i, f := range s.Files {
		what := fmt.Sprintf("files[%d]", i)
		if !filepath.IsLocal(f.Path) || path.Clean(f.Path) != f.Path || f.Path == "." || seen[f.Path] {
			l.Add(what+".path", "want a path below the target, once, found %q", f.Path)
		}
		seen[f.Path] = true
		if fault := checkRef(f.FileRef); fault != nil {
			l.Add(what, "%v", fault)
		}
		o, err := ownerOf(or(f.Owner, s.Owner), or(f.Group, s.Group), f.Mode, what)
		if err != nil {
			l.Add(what, "%v", err)
		}
		all = append(all, file{path: f.Path, content: f.FileRef, owner: o})
	}
	return all, l.Err()
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func checkRef(r wire.FileRef) error {
	if sum, err := hex.DecodeString(r.SHA256); err != nil || len(sum) != sha256.Size || r.SHA256 != strings.ToLower(r.SHA256) {
		return fmt.Errorf("want a SHA-256 of 64 hex digits, found %.80q", r.SHA256)
	}
	if r.Size < 0 {
		return fmt.Errorf("want a size of 0 or more, found %d", r.Size)
	}
	return nil
}

// bring makes one file as it shall be, and tells whether it was not.
func (j *job) bring(ctx context.Context, dir *os.Root, f file) (changed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	same, content, err := f.like(ctx, dir)
	if err != nil || same {
		return false, err
	}
	from := j.fetch(f.content)
	if content {
		from = copyOf(dir, f.path) // only whose it is, or its mode, differs
	}
	if err := f.put(ctx, dir, from); err != nil {
		return false, err
	}
	j.logf("wrote %s", f.path)
	return true, nil
}

// fetch reads a file of the server. A connection that breaks is taken up where it was.
func (j *job) fetch(ref wire.FileRef) func(context.Context, io.Writer) error {
	return func(ctx context.Context, to io.Writer) error {
		if ref.Size == 0 {
			return nil
		}
		if j.r.o.Fetch == nil {
			return errors.New("there is no server to get it from")
		}
		return fetchAll(ctx, j.r.o.Fetch, ref, to)
	}
}

// sweep removes what is not among the files, and directories that are empty then.
func (j *job) sweep(ctx context.Context, dir *os.Root, keep []file, out *wire.FilesOutputs) error {
	wanted := map[string]bool{}
	for _, f := range keep {
		for p := f.path; p != "."; p = path.Dir(p) {
			wanted[p] = true
		}
	}
	var extra []string
	err := fs.WalkDir(dir.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && name != "." && !wanted[name] {
			extra = append(extra, name)
		}
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("look for what is not wanted: %w", err)
	}
	for i := len(extra) - 1; i >= 0; i-- { // what is in a directory comes behind it
		if err := dir.Remove(extra[i]); err != nil {
			return fmt.Errorf("remove what is not wanted: %w", err)
		}
		j.logf("removed %s", extra[i])
		out.Deleted, out.NDeleted = noted(out.Deleted, extra[i]), out.NDeleted+1
	}
	return nil
}

func noted(list []string, name string) []string {
	if len(list) < shownPaths {
		list = append(list, name)
	}
	return list
}

// template writes a text to a file.
func (j *job) template(ctx context.Context, s wire.TemplateSpec) (any, error) {
	if !path.IsAbs(s.Target) || path.Clean(s.Target) != s.Target || s.Target == "/" {
		return nil, fmt.Errorf("want the target as an absolute path, found %q", s.Target)
	}
	o, err := ownerOf(s.Owner, s.Group, s.Mode, "target")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(s.Text))
	f := file{path: path.Base(s.Target), content: wire.FileRef{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(s.Text))}, owner: o}
	out := wire.TemplateOutputs{SHA256: f.content.SHA256}
	dir, err := j.limits.open(path.Dir(s.Target))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	same, _, err := f.like(ctx, dir)
	if err == nil && !same {
		out.Changed = true
		err = f.put(ctx, dir, textOf(s.Text))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Target, err)
	}
	out.Changed = out.Changed || j.before
	return out, nil
}
