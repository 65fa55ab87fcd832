package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	sysync "sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/sync"
	"headroom/scaler/node/wire"
)

// onlyOurs wants a directory that nobody else can write to: what is in it says what root
// runs, and where it writes.
func onlyOurs(dir string) error {
	var s unix.Stat_t
	if err := unix.Stat(dir, &s); err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	if s.Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s belongs to user %d, who could say what runs here; want one of user %d", dir, s.Uid, os.Geteuid())
	}
	others := uint32(0o002)
	if s.Gid != uint32(os.Getegid()) {
		others |= 0o020
	}
	if s.Mode&others != 0 {
		return fmt.Errorf("%s can be written by others (mode %o), who could say what runs here", dir, s.Mode&0o777)
	}
	return nil
}

// store keeps the desired state on disk, so that the node knows what to run while the
// server is away.
type store struct {
	path string
	node string
	log  *slog.Logger

	failures atomic.Int64

	mu      sysync.Mutex  // held while the file is written
	pending *wire.Desired // what the disk has not taken; nil: nothing
	failing bool          // the last try did, which is told once
}

// load returns the state that was kept; nil if there is none that can be used.
func (s *store) load() *wire.Desired {
	text, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var d wire.Desired
	if err == nil {
		d, err = sync.Parse(text, s.node)
	}
	if err != nil {
		s.log.Error("the desired state on disk cannot be used; what runs goes on", "path", s.path, "err", err)
		return nil
	}
	return &d
}

// save writes a state down. What the disk does not take is tried again by retry.
func (s *store) save(d wire.Desired) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = &d
	s.writeLocked()
}

// retry writes what could not be written before.
func (s *store) retry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		s.writeLocked()
	}
}

// unsaved tells whether the disk lacks the state in force.
func (s *store) unsaved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending != nil
}

// writeLocked tries to write what is pending. s.mu must be held.
func (s *store) writeLocked() {
	text, err := json.Marshal(s.pending)
	if err == nil {
		err = replaceFile(s.path, text)
	}
	if err != nil {
		s.failures.Add(1)
		if !s.failing {
			s.failing = true
			s.log.Error("the desired state is in force but not on disk: a restart without the server goes back to the one before", "err", err)
		}
		return
	}
	if s.failing {
		s.log.Info("the desired state is on disk again", "version", s.pending.Version)
	}
	s.pending, s.failing = nil, false
}

// replaceFile writes a file that is there as a whole or as it was before, also after a
// power loss.
func replaceFile(path string, text []byte) error {
	dir := filepath.Dir(path)
	// Always the same name: a daemon that is killed here again and again leaves one file.
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // is gone if all went well
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
