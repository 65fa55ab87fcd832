package shim

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

// view builds what the worker sees: the machine's files, read-only and without
// set-user-ID, with its own folders bound over them. This process is alone in its
// mount namespace, so nobody else sees it.
//
// Only folders are bound: a file that is replaced by renaming would stay the old one.
func view(mounts []wire.Mount) error {
	for _, m := range mounts {
		if err := bind(m); err != nil {
			return fmt.Errorf("show %s at %s: %w", m.Source, m.Target, err)
		}
	}
	all := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, all); err != nil {
		return fmt.Errorf("make all files read-only: %w", err)
	}
	for _, m := range mounts {
		if !m.Writable {
			continue
		}
		writable := &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
		if err := unix.MountSetattr(unix.AT_FDCWD, m.Target, 0, writable); err != nil {
			return fmt.Errorf("make %s writable: %w", m.Target, err)
		}
	}
	return nil
}

func bind(m wire.Mount) error {
	for _, end := range [][2]string{{"source", m.Source}, {"target", m.Target}} {
		what, dir := end[0], end[1]
		if !filepath.IsAbs(dir) {
			return fmt.Errorf("the %s is not an absolute path", what)
		}
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("the %s: %w", what, err)
		}
		if !info.IsDir() {
			return fmt.Errorf("the %s is not a folder", what)
		}
	}
	return unix.Mount(m.Source, m.Target, "", unix.MS_BIND|unix.MS_REC, "")
}
