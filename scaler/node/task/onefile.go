package task

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"syscall"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// unset is an owner or a group that chown leaves as it is.
const unset = -1

// oneFile sets whose a file is and its mode, or removes it.
func (j *job) oneFile(_ context.Context, s wire.OneFileSpec) (any, error) {
	if !path.IsAbs(s.Target) || path.Clean(s.Target) != s.Target || s.Target == "/" {
		return nil, fmt.Errorf("want the target as an absolute path, found %q", s.Target)
	}
	if s.Absent && s.Owner+s.Group+s.Mode != "" {
		return nil, errors.New("want nothing else of a file that shall not be there")
	}
	changed, err := j.changeFile(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Target, err)
	}
	return wire.OneFileOutputs{Changed: changed || j.before}, nil
}

func (j *job) changeFile(s wire.OneFileSpec) (changed bool, err error) {
	dir, err := j.limits.reach(path.Dir(s.Target), false)
	if s.Absent && errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer dir.Close()
	name := path.Base(s.Target)
	if !s.Absent {
		return attribute(dir, name, s)
	}
	if err := dir.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	return true, syncIn(dir, ".")
}

// attribute sets owner, group and mode of what is open, so that it is never another's.
func attribute(dir *os.Root, name string, s wire.OneFileSpec) (changed bool, err error) {
	f, now, err := plain(dir, name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	uid, gid := unset, unset
	if s.Owner != "" || s.Group != "" {
		u, g, err := shim.Identify(s.Owner, s.Group)
		if err != nil {
			return false, err
		}
		if s.Owner != "" {
			uid = u
		}
		if s.Group != "" {
			gid = g
		}
	}
	bits := now.Mode & 0o7777
	if s.Mode != "" {
		if bits, err = mode(s.Mode, "mode"); err != nil {
			return false, err
		}
	}
	other := uid != unset && uid != int(now.Uid) || gid != unset && gid != int(now.Gid)
	if !other && bits == now.Mode&0o7777 {
		return false, nil
	}
	if other {
		err = f.Chown(uid, gid)
	}
	if s.Mode != "" {
		err = errors.Join(err, f.Chmod(fs.FileMode(bits)))
	}
	return true, errors.Join(err, f.Sync())
}

// plain opens a file or a directory that has only this name: a link would be another's
// file, and so may be one with several names.
func plain(dir *os.Root, name string) (*os.File, *syscall.Stat_t, error) {
	before, err := dir.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if !before.IsDir() && !before.Mode().IsRegular() {
		return nil, nil, errors.New("want a file or a directory, found a link or a device")
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(before, info) {
		err = errors.New("it was replaced meanwhile")
	}
	stat, ok := (*syscall.Stat_t)(nil), false
	if err == nil {
		stat, ok = info.Sys().(*syscall.Stat_t)
	}
	if err == nil && (!ok || !info.IsDir() && stat.Nlink != 1) {
		err = errors.New("it has several names, of which others may not be allowed")
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, stat, nil
}
