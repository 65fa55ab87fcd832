package task

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

const temporary = ".headroom-" // begins the names of files that are not whole yet

// open returns a directory that is made if it is missing, and is reached without any
// link that leads out of the allowed one that it is in.
func (l Limits) open(dir string) (*os.Root, error) { return l.reach(dir, true) }

func (l Limits) reach(dir string, create bool) (*os.Root, error) {
	base := l.above(dir)
	if base == "" {
		return nil, fmt.Errorf("directory %s is in none of tasks.files", dir)
	}
	rel, err := filepath.Rel(base, dir)
	if err != nil {
		return nil, err
	}
	allowed, err := os.OpenRoot(base)
	if err != nil {
		return nil, err
	}
	if rel == "." {
		return allowed, nil
	}
	defer allowed.Close()
	if create {
		if err := allowed.MkdirAll(rel, 0o755); err != nil {
			return nil, fmt.Errorf("make directory %s: %w", dir, err)
		}
	}
	return allowed.OpenRoot(rel)
}

// owner is whose a file shall be, and what may be done with it.
type owner struct {
	uid, gid int
	mode     uint32
}

func ownerOf(user, group, permissions, what string) (o owner, err error) {
	if user == "" {
		user = root
	}
	if o.uid, o.gid, err = shim.Identify(user, group); err != nil {
		return o, fmt.Errorf("%s: %w", what, err)
	}
	o.mode, err = mode(permissions, what)
	return o, err
}

// file is what a file shall be.
type file struct {
	path    string // in its root
	content wire.FileRef
	owner   owner
}

// like tells whether a file is as it shall be, and whether at least its content is.
func (f file) like(ctx context.Context, dir *os.Root) (all, content bool, err error) {
	info, err := dir.Lstat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if info.IsDir() {
		return false, false, fmt.Errorf("%s is a directory", f.path)
	}
	if !info.Mode().IsRegular() || info.Size() != f.content.Size {
		return false, false, nil
	}
	sum, err := sumOf(ctx, dir, f.path)
	if err != nil || sum != f.content.SHA256 {
		return false, false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	same := ok && int(stat.Uid) == f.owner.uid && int(stat.Gid) == f.owner.gid && stat.Mode&0o7777 == f.owner.mode
	return same, true, nil
}

func sumOf(ctx context.Context, dir *os.Root, name string) (string, error) {
	in, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, reader{ctx, in}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// put makes a file what it shall be: as a whole or not at all, also after a loss of
// power. What was there before is not written to, since it may have other names.
func (f file) put(ctx context.Context, dir *os.Root, from func(context.Context, io.Writer) error) error {
	if d := path.Dir(f.path); d != "." {
		if err := dir.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	sum := sha256.Sum256([]byte(f.path))
	name := path.Join(path.Dir(f.path), temporary+hex.EncodeToString(sum[:8]))
	if err := dir.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) { // of one that was killed
		return err
	}
	out, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	check := &checked{to: out, sum: sha256.New(), want: f.content}
	err = from(ctx, check)
	if err == nil {
		err = check.fault()
	}
	if err == nil {
		err = errors.Join(out.Chown(f.owner.uid, f.owner.gid), out.Chmod(fs.FileMode(f.owner.mode)), out.Sync())
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = dir.Rename(name, f.path)
	}
	if err != nil {
		return errors.Join(err, dir.Remove(name))
	}
	return syncIn(dir, path.Dir(f.path))
}

// copyOf reads a file of the node itself.
func copyOf(dir *os.Root, name string) func(context.Context, io.Writer) error {
	return func(ctx context.Context, to io.Writer) error {
		in, err := dir.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(to, reader{ctx, in})
		return err
	}
}

func textOf(text string) func(context.Context, io.Writer) error {
	return func(_ context.Context, to io.Writer) error {
		_, err := io.Copy(to, bytes.NewReader([]byte(text)))
		return err
	}
}

func syncIn(dir *os.Root, name string) error {
	d, err := dir.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checked passes on what is written, and knows its size and checksum.
type checked struct {
	to   io.Writer
	sum  hash.Hash
	n    int64
	want wire.FileRef
}

// Write implements io.Writer. More than is wanted is an error.
func (c *checked) Write(p []byte) (int, error) {
	if c.n += int64(len(p)); c.n > c.want.Size {
		return 0, fmt.Errorf("it has more than the %d bytes that it shall have", c.want.Size)
	}
	c.sum.Write(p) // never fails
	return c.to.Write(p)
}

func (c *checked) fault() error {
	if c.n != c.want.Size {
		return fmt.Errorf("it has %d bytes, not the %d that it shall have", c.n, c.want.Size)
	}
	if got := hex.EncodeToString(c.sum.Sum(nil)); got != c.want.SHA256 {
		return fmt.Errorf("its checksum is %s, not %s", got, c.want.SHA256)
	}
	return nil
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
