package supervise

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

// state is what the daemon writes down: what the kernel does not know of the workers.
type state struct {
	Version  int                      `json:"version"`
	Workers  map[string]record        `json:"workers"`
	Services map[string]*wire.Service `json:"services"` // of workers that run, by which they were started
}

const stateVersion = 1

// record is what is known of one worker.
type record struct {
	wire.Worker
	Hash     string `json:"hash"` // of what its process was made of
	PID      int    `json:"pid"`
	Ready    bool   `json:"ready"` // it serves, or finishes what it serves
	Restarts int    `json:"restarts"`
}

// records tells all that is to be written down.
func (s *Supervisor) records() state {
	all := state{Version: stateVersion, Workers: map[string]record{}, Services: map[string]*wire.Service{}}
	for id, r := range s.before {
		all.Workers[id] = r
	}
	for id, u := range s.units {
		if !u.started || u.phase == gone {
			continue
		}
		r := record{Worker: u.now, Hash: u.nowHash, Restarts: u.restarts, Ready: u.state.Serving() || u.phase == draining}
		if u.proc != nil {
			r.PID = u.proc.pid
			all.Services[u.now.Service] = u.by
		}
		all.Workers[id] = r
	}
	return all
}

func (s *Supervisor) persist(now time.Time) {
	if err := s.store.save(s.records(), now); err != nil {
		s.o.Logger.Error("The state of the workers cannot be written; they go on, and it is tried again.", "err", err)
	}
}

// store keeps the state in a file. The file is whole at any time: a new one replaces
// it when it is on the disk.
type store struct {
	dir     string
	written []byte
	pending []byte    // what could not be written
	retry   time.Time // when to try again; zero: nothing is pending
}

const retryAfter = 5 * time.Second

func (s *store) file() string { return filepath.Join(s.dir, "workers.json") }

// save writes the state if it has changed. After a failure it waits a little.
func (s *store) save(all state, now time.Time) error {
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if bytes.Equal(text, s.written) {
		s.pending, s.retry = nil, time.Time{}
		return nil
	}
	s.pending = text
	if now.Before(s.retry) {
		return nil
	}
	if err := s.flush(); err != nil {
		s.retry = now.Add(retryAfter)
		return err
	}
	return nil
}

// flush writes what is pending.
func (s *store) flush() error {
	if s.pending == nil {
		return nil
	}
	if err := replace(s.file(), s.pending); err != nil {
		return err
	}
	s.written, s.pending, s.retry = s.pending, nil, time.Time{}
	return nil
}

// load reads the state. A file that is missing is an empty state.
func (s *store) load() (all state, err error) {
	text, err := os.ReadFile(s.file())
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return all, err
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return state{}, fmt.Errorf("%s: %w", s.file(), err)
	}
	if all.Version != stateVersion {
		return state{}, fmt.Errorf("%s: version %d is not known", s.file(), all.Version)
	}
	s.written = text
	return all, nil
}

// replace puts a new file in place of another, and returns when it is on the disk.
func replace(name string, text []byte) (err error) {
	temporary := name + ".tmp"
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(temporary)))
		}
	}()
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// lock keeps a second daemon away from a directory, until it is closed.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another daemon works with %s: %w", dir, err), f.Close())
	}
	return f, nil
}
