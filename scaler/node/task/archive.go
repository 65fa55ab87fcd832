package task

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

// Bounds of an archive, of what is unpacked.
const (
	maxUnpacked = 16 << 30 // bytes
	maxEntries  = 200_000
)

// markFile tells in a directory which archive it is of.
const markFile = ".headroom-archive"

// archive makes a directory what is in an archive: it is unpacked beside, and takes the
// place of the old one at once.
func (j *job) archive(ctx context.Context, s wire.PackageSpec) (any, error) {
	if s.File == nil || s.Absent {
		return nil, errors.New("an archive needs a file, and cannot be absent")
	}
	if !path.IsAbs(s.Target) || path.Clean(s.Target) != s.Target || s.Target == "/" {
		return nil, fmt.Errorf("target: want an absolute path, found %q", s.Target)
	}
	if err := checkRef(*s.File); err != nil {
		return nil, fmt.Errorf("file: %w", err)
	}
	o, err := ownerOf(s.Owner, s.Group, "", "owner")
	if err != nil {
		return nil, err
	}
	beside, err := j.limits.open(path.Dir(s.Target))
	if err != nil {
		return nil, err
	}
	defer beside.Close()
	name := path.Base(s.Target)
	out := wire.PackageOutputs{Version: s.File.SHA256, Changed: j.before}
	if mark, err := beside.ReadFile(path.Join(name, markFile)); err == nil && strings.TrimSpace(string(mark)) == s.File.SHA256 {
		return out, tidy(beside, name) // a daemon that was killed may have left the old one
	}
	out.Changed = true
	return out, j.replace(ctx, beside, name, *s.File, o)
}

// replace unpacks an archive beside a directory and exchanges the two.
func (j *job) replace(ctx context.Context, beside *os.Root, name string, ref wire.FileRef, o owner) (err error) {
	packed, fresh := temporary+name+".tar", temporary+name
	defer func() { err = errors.Join(err, tidy(beside, name)) }() // what was there before, if all went well
	if err := beside.RemoveAll(fresh); err != nil {               // of one that was killed
		return err
	}
	f := file{path: packed, content: ref, owner: owner{uid: os.Geteuid(), gid: os.Getegid(), mode: 0o600}}
	if err := f.put(ctx, beside, j.fetch(ref)); err != nil {
		return fmt.Errorf("get the archive: %w", err)
	}
	if err := beside.Mkdir(fresh, 0o755); err != nil {
		return err
	}
	dir, err := beside.OpenRoot(fresh)
	if err != nil {
		return err
	}
	defer dir.Close()
	in, err := beside.Open(packed)
	if err != nil {
		return err
	}
	defer in.Close()
	n, err := unpack(ctx, in, dir, o)
	if err != nil {
		return fmt.Errorf("unpack the archive: %w", err)
	}
	j.logf("unpacked %d files", n)
	if err := dir.WriteFile(markFile, []byte(ref.SHA256+"\n"), 0o644); err != nil {
		return err
	}
	if err := errors.Join(dir.Chmod(".", 0o755), dir.Chown(".", o.uid, o.gid), syncAll(dir)); err != nil {
		return err
	}
	return exchange(beside, fresh, name)
}

// tidy removes what is beside a directory that becomes what is in an archive.
func tidy(beside *os.Root, name string) error {
	return errors.Join(beside.RemoveAll(temporary+name+".tar"), beside.RemoveAll(temporary+name))
}

// syncAll has all that was unpacked written to the disk.
func syncAll(dir *os.Root) error {
	d, err := dir.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}

// exchange puts fresh in the place of name, at once; what was there is fresh then.
func exchange(dir *os.Root, fresh, name string) error {
	d, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	fd := int(d.Fd())
	err = unix.Renameat2(fd, fresh, fd, name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EEXIST) {
		err = unix.Renameat2(fd, fresh, fd, name, unix.RENAME_EXCHANGE)
	}
	return errors.Join(err, d.Sync())
}

// unpack unpacks a tar into a directory, and returns how many entries it had.
func unpack(ctx context.Context, in io.Reader, dir *os.Root, o owner) (n int, err error) {
	plain, err := decompress(reader{ctx, in})
	if err != nil {
		return 0, err
	}
	left := int64(maxUnpacked)
	for t := tar.NewReader(plain); ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if left -= max(0, h.Size); left < 0 || n >= maxEntries {
			return n, fmt.Errorf("it has more than %d bytes or %d entries", int64(maxUnpacked), maxEntries)
		}
		if err := entry(dir, h, t, o); err != nil {
			return n, fmt.Errorf("%q: %w", h.Name, err)
		}
	}
}

// decompress tells by the first bytes how a stream is compressed.
func decompress(in io.Reader) (io.Reader, error) {
	b := bufio.NewReader(in)
	first, _ := b.Peek(3) // a stream that is shorter is no tar
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
		return gzip.NewReader(b)
	case bytes.HasPrefix(first, []byte("BZh")):
		return bzip2.NewReader(b), nil
	}
	return b, nil
}

// entry unpacks one entry. Nothing leads out of the directory, not even a link that
// nobody has followed yet.
func entry(dir *os.Root, h *tar.Header, content io.Reader, o owner) error {
	name := path.Clean(strings.TrimPrefix(h.Name, "./"))
	if name == "." {
		return nil
	}
	if !filepath.IsLocal(name) {
		return errors.New("it leads out of the directory")
	}
	if err := dir.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(h.Mode) & 0o777 // bits that lend the owner's rights are left out
	switch h.Typeflag {
	case tar.TypeDir:
		if err := dir.MkdirAll(name, 0o755); err != nil {
			return err
		}
		return errors.Join(dir.Chown(name, o.uid, o.gid), dir.Chmod(name, mode|0o700))
	case tar.TypeReg:
		return regular(dir, name, mode, content, o)
	case tar.TypeSymlink:
		if path.IsAbs(h.Linkname) || !filepath.IsLocal(path.Join(path.Dir(name), h.Linkname)) {
			return fmt.Errorf("it is a link to %q, out of the directory", h.Linkname)
		}
		return errors.Join(dir.Symlink(h.Linkname, name), dir.Lchown(name, o.uid, o.gid))
	case tar.TypeLink:
		return dir.Link(path.Clean(strings.TrimPrefix(h.Linkname, "./")), name)
	case tar.TypeXGlobalHeader:
		return nil
	}
	return fmt.Errorf("it is of type %q: want files, directories and links", h.Typeflag)
}

func regular(dir *os.Root, name string, mode fs.FileMode, content io.Reader, o owner) error {
	out, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Chown(o.uid, o.gid), out.Chmod(mode), out.Close())
}
