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
	"sync"
	"syscall"
	"time"

	"headroom/scaler/node/wire"
)

const (
	maxFile  = 16 << 30 // bytes
	maxKnown = 100_000  // files whose checksums are remembered
)

// Files are those below a directory of the server, by path and by checksum. A file is
// read for its checksum only once, until its size, time or inode is another. Nothing
// outside of the directory is a file of it, whatever links there are.
type Files struct {
	root *os.Root

	mu    sync.Mutex // protects the fields below
	known map[string]known
	paths map[string]string // by checksum
}

type known struct {
	mark mark
	ref  wire.FileRef
}

// mark tells whether a file is the one that was read.
type mark struct {
	size, inode int64
	device      uint64
	at          time.Time
}

// OpenFiles returns the files of a directory, which is made if it is missing.
func OpenFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the directory of files for nodes: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the directory of files for nodes: %w", err)
	}
	return &Files{root: root, known: map[string]known{}, paths: map[string]string{}}, nil
}

// Close gives the directory back.
func (f *Files) Close() error { return f.root.Close() }

// File describes one file by its path below the directory.
func (f *Files) File(ctx context.Context, name string) (wire.FileSpec, error) {
	if !filepath.IsLocal(name) {
		return wire.FileSpec{}, fmt.Errorf("want a path below the directory of files, got %q", name)
	}
	in, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return wire.FileSpec{}, err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return wire.FileSpec{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return wire.FileSpec{}, fmt.Errorf("%s: want a file of at most %d bytes", name, int64(maxFile))
	}
	ref, err := f.sum(ctx, path.Clean(name), in, info)
	if err != nil {
		return wire.FileSpec{}, fmt.Errorf("%s: %w", name, err)
	}
	return wire.FileSpec{FileRef: ref, Path: name, Mode: fmt.Sprintf("%04o", info.Mode().Perm())}, nil
}

// sum returns the checksum of a file that is open.
func (f *Files) sum(ctx context.Context, name string, in *os.File, info fs.FileInfo) (wire.FileRef, error) {
	m := markOf(info)
	f.mu.Lock()
	k, ok := f.known[name]
	if ok = ok && k.mark == m; ok {
		f.paths[k.ref.SHA256] = name // another file with the same content may be gone
	}
	f.mu.Unlock()
	if ok {
		return k.ref, nil
	}
	h := sha256.New()
	n, err := io.Copy(h, reader{ctx, in})
	if err != nil {
		return wire.FileRef{}, err
	}
	if n != info.Size() {
		return wire.FileRef{}, errors.New("it changes while it is read")
	}
	k = known{m, wire.FileRef{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.known) >= maxKnown {
		clear(f.known)
		clear(f.paths)
	}
	f.known[name], f.paths[k.ref.SHA256] = k, name
	return k.ref, nil
}

func markOf(info fs.FileInfo) mark {
	m := mark{size: info.Size(), at: info.ModTime()}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		m.inode, m.device = int64(s.Ino), uint64(s.Dev) //nolint:unconvert // its type depends on the machine
	}
	return m
}

// Tree describes all files below a directory, with paths from there.
func (f *Files) Tree(ctx context.Context, dir string) ([]wire.FileSpec, error) {
	if !filepath.IsLocal(dir) {
		return nil, fmt.Errorf("want a path below the directory of files, got %q", dir)
	}
	var all []wire.FileSpec
	err := fs.WalkDir(f.root.FS(), path.Clean(dir), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		one, err := f.File(ctx, name)
		if err != nil {
			return err
		}
		if one.Path, err = filepath.Rel(dir, name); err != nil {
			return err
		}
		if all = append(all, one); len(all) > wire.MaxTaskFiles {
			return fmt.Errorf("%s has more than %d files", dir, wire.MaxTaskFiles)
		}
		return nil
	})
	return all, err
}

// Read returns the content of a file of at most so many bytes.
func (f *Files) Read(name string, most int64) ([]byte, error) {
	in, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: want at most %d bytes", name, most)
	}
	return text, err
}

// open returns the file with a checksum that was described before and has not changed.
func (f *Files) open(sum string) (*os.File, error) {
	f.mu.Lock()
	name, ok := f.paths[sum]
	k := f.known[name]
	f.mu.Unlock()
	if !ok {
		return nil, fs.ErrNotExist
	}
	in, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := in.Stat()
	if err == nil && (markOf(info) != k.mark || k.ref.SHA256 != sum) {
		err = fmt.Errorf("%s: %w: it is another one by now", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
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
