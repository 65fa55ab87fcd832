package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

const (
	largest = 1 << 30                // bytes of a file whose checksum is taken
	settled = 100 * time.Millisecond // after which a change is seen by a file's times for certain
)

// files are those that are looked for, with their checksums.
type files struct {
	allowed []string
	rate    int64
	all     []*file
	at      map[string]*file
	queue   []*file // whose checksum is to be taken
	names   names
	shown   map[string]wire.FoundFile // as of the last change; nil: to be made anew

	left   int64 // bytes that may be read now
	filled time.Time
	buffer []byte
}

// identity is by what a file is known to be as it was.
type identity struct {
	dev, ino      uint64
	size          int64
	mtime, ctime  unix.Timespec
	mode          uint32
	uid, gid      uint32
	missing, none bool // none: it was not looked at yet
}

type file struct {
	path   string
	id     identity
	found  wire.FoundFile
	queued bool
	again  bool // its checksum was taken so soon after a change that it may be of before the next

	reading *os.File // its content so far went into sum; nil: none did
	sum     hash.Hash
	began   time.Time
}

func newFiles(allowed []string, rate int64) *files {
	return &files{allowed: allowed, rate: rate, at: map[string]*file{}, left: rate * burst, buffer: make([]byte, 64<<10)}
}

// want says which files to look for. What is known of those that were looked for stays.
func (fs *files) want(paths []string) {
	before := fs.at
	fs.at, fs.all, fs.queue, fs.shown = make(map[string]*file, len(paths)), nil, nil, nil
	for _, p := range paths {
		f := before[p]
		if f == nil {
			f = &file{path: p, id: identity{none: true}}
		}
		delete(before, p)
		fs.at[p] = f
		fs.all = append(fs.all, f)
		if f.queued {
			fs.queue = append(fs.queue, f)
		}
	}
	for _, f := range before {
		f.close()
	}
}

// look finds which files have changed.
func (fs *files) look(now time.Time) {
	renamed := fs.names.refresh()
	for _, f := range fs.all {
		id, err := identify(f.path)
		if err == nil && id == f.id && !f.again && !renamed {
			continue
		}
		as, before := err == nil && id.content() == f.id.content(), f.found
		f.id, f.found = id, fs.describe(f.path, id, err)
		if as {
			f.found.SHA256 = before.SHA256
		}
		if f.found != before {
			fs.shown = nil
		}
		if f.regular() && (!as || f.again) {
			f.again = false
			f.close()
			fs.push(f)
		}
	}
}

// regular tells whether a file has a content whose checksum is taken.
func (f *file) regular() bool {
	return f.found.Kind == "" && !f.found.Missing && f.found.Error == ""
}

// content is what of an identity changes when the content does.
func (id identity) content() identity {
	id.uid, id.gid, id.mode = 0, 0, id.mode&unix.S_IFMT
	return id
}

func identify(path string) (id identity, err error) {
	var s unix.Stat_t
	switch err := unix.Lstat(path, &s); err {
	case nil:
		return identityOf(&s), nil
	case unix.ENOENT, unix.ENOTDIR:
		return identity{missing: true}, nil
	default:
		return identity{}, err
	}
}

func identityOf(s *unix.Stat_t) identity {
	return identity{dev: uint64(s.Dev), ino: s.Ino, size: s.Size, mtime: s.Mtim, ctime: s.Ctim, mode: s.Mode, uid: s.Uid, gid: s.Gid}
}

// describe tells all of a file but its checksum.
func (fs *files) describe(name string, id identity, err error) (f wire.FoundFile) {
	switch {
	case !fs.may(name):
		return wire.FoundFile{Error: "the node's settings do not allow to look at it (inventory.paths)"}
	case err != nil:
		return wire.FoundFile{Error: err.Error()}
	case id.missing:
		return wire.FoundFile{Missing: true}
	}
	f = wire.FoundFile{Owner: fs.names.user(id.uid), Group: fs.names.group(id.gid), Mode: fmt.Sprintf("%04o", id.mode&0o7777)}
	switch id.mode & unix.S_IFMT {
	case unix.S_IFREG:
		f.Size = id.size
		if id.size > largest {
			f.Error = fmt.Sprintf("it has more than %d bytes: its checksum is not taken", largest)
		}
	case unix.S_IFDIR:
		f.Kind = "directory"
	case unix.S_IFLNK:
		f.Kind = "link"
		if f.Target, err = os.Readlink(name); err != nil {
			f.Error = err.Error()
		}
	default:
		f.Kind = "other"
	}
	return f
}

func (fs *files) may(name string) bool {
	for _, pattern := range fs.allowed {
		if ok, err := path.Match(pattern, name); err == nil && ok {
			return true
		}
	}
	return len(fs.allowed) == 0
}

func (fs *files) push(f *file) {
	if !f.queued {
		f.queued = true
		fs.queue = append(fs.queue, f)
	}
}

// hash takes checksums as far as the rate allows, and tells whether one is known now
// that was not.
func (fs *files) hash(now time.Time) (news bool) {
	if !fs.filled.IsZero() {
		fs.left += int64(max(0, now.Sub(fs.filled).Seconds()) * float64(fs.rate))
	}
	fs.left, fs.filled = min(fs.left, fs.rate*burst), now
	for tries := len(fs.queue); tries > 0 && fs.left > 0; tries-- {
		f := fs.queue[0]
		done, err := fs.read(f)
		if err == nil && !done {
			break // the rate is used up
		}
		fs.queue, f.queued = fs.queue[1:], false
		f.close()
		switch {
		case errors.Is(err, errChanged): // the next look will see it
		case err != nil:
			f.found.SHA256, f.found.Error = "", err.Error()
			news, fs.shown = true, nil
		default:
			news = fs.take(f) || news
		}
	}
	return news
}

// take notes the checksum of a file that was read to its end.
func (fs *files) take(f *file) bool {
	sum := hex.EncodeToString(f.sum.Sum(nil))
	f.again = f.began.Sub(time.Unix(f.id.ctime.Unix())) < settled
	if sum == f.found.SHA256 {
		return false
	}
	f.found.SHA256, fs.shown = sum, nil
	return true
}

var errChanged = errors.New("it has changed meanwhile")

// read goes on with a file. It is done when all of it was read, and it is still the
// same one.
func (fs *files) read(f *file) (done bool, err error) {
	if f.reading == nil {
		if f.reading, err = os.OpenFile(f.path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0); err != nil {
			return false, err
		}
		f.sum, f.began = sha256.New(), time.Now()
	}
	if err := f.unchanged(); err != nil {
		return false, err
	}
	for fs.left > 0 {
		n, err := f.reading.Read(fs.buffer)
		fs.left -= int64(max(n, 512)) // a file costs something though it is empty
		f.sum.Write(fs.buffer[:n])
		switch {
		case err == io.EOF:
			return true, f.unchanged()
		case err != nil:
			return false, err
		}
	}
	return false, nil
}

// unchanged returns errChanged unless what is being read is what was looked at.
func (f *file) unchanged() error {
	var s unix.Stat_t
	if err := unix.Fstat(int(f.reading.Fd()), &s); err != nil {
		return err
	}
	if identityOf(&s).content() != f.id.content() {
		f.id = identity{none: true}
		return errChanged
	}
	return nil
}

func (f *file) close() {
	if f.reading != nil {
		f.reading.Close()
		f.reading = nil
	}
}

// found is what is known of all files.
func (fs *files) found() map[string]wire.FoundFile {
	if fs.shown == nil && len(fs.all) > 0 {
		fs.shown = make(map[string]wire.FoundFile, len(fs.all))
		for _, f := range fs.all {
			fs.shown[f.path] = f.found
		}
	}
	return fs.shown
}
