package task

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"headroom/scaler/node/wire"
)

// journal keeps a directory for each task, by a hash of its id.
type journal struct{ dir string }

// record is what is known of a task that was begun.
type record struct {
	Version int              `json:"version"`
	Task    wire.Task        `json:"task"`
	Began   time.Time        `json:"began"`
	Runs    int              `json:"runs"`              // processes that were started for it
	Process *processRecord   `json:"process,omitempty"` // the last of them
	End     *wire.TaskStatus `json:"end,omitempty"`
}

const (
	journalVersion = 1
	beginFile      = "task.json"
	endFile        = "end.json"
)

// key names a task's directory.
func key(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

func (j journal) path(id string) string { return filepath.Join(j.dir, key(id)) }

// begin writes down that a task is begun, or what process it has now.
func (j journal) begin(r record) error {
	r.Version = journalVersion
	dir := j.path(r.Task.ID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := syncDir(j.dir); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, beginFile), r)
}

// end writes down how a task ended.
func (j journal) end(s wire.TaskStatus) error {
	return writeJSON(filepath.Join(j.path(s.ID), endFile), s)
}

// forget removes all that is known of a task.
func (j journal) forget(id string) error { return os.RemoveAll(j.path(id)) }

// load reads what was begun, and what was ended. Directories that cannot be read are
// named: their tasks may have been begun, nobody knows which.
func (j journal) load() (all []record, broken map[string]error, err error) {
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read the tasks: %w", err)
	}
	broken = map[string]error{}
	for _, e := range entries {
		r, err := read(filepath.Join(j.dir, e.Name()))
		switch {
		case errors.Is(err, errNothing): // it was killed before it wrote anything down
			_ = os.RemoveAll(filepath.Join(j.dir, e.Name())) // or the next time
		case err != nil || key(r.Task.ID) != e.Name():
			broken[e.Name()] = err
		default:
			all = append(all, r)
		}
	}
	return all, broken, nil
}

var errNothing = errors.New("nothing was written down")

func read(dir string) (r record, err error) {
	begun, err := os.ReadFile(filepath.Join(dir, beginFile))
	if errors.Is(err, os.ErrNotExist) {
		return r, errNothing
	}
	if err != nil {
		return r, err
	}
	ended, err := os.ReadFile(filepath.Join(dir, endFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return r, err
	}
	return parse(begun, ended)
}

// parse reads the two files of a task; the second may be empty.
func parse(begun, ended []byte) (r record, err error) {
	if err := json.Unmarshal(begun, &r); err != nil {
		return r, fmt.Errorf("%s: %w", beginFile, err)
	}
	if r.Version != journalVersion || r.Task.ID == "" {
		return r, fmt.Errorf("%s: version %d of task %q is not known", beginFile, r.Version, r.Task.ID)
	}
	r.End = nil
	if len(ended) == 0 {
		return r, nil
	}
	var end wire.TaskStatus
	if err := json.Unmarshal(ended, &end); err != nil {
		return r, fmt.Errorf("%s: %w", endFile, err)
	}
	if end.ID != r.Task.ID || !end.State.Over() {
		return r, fmt.Errorf("%s: state %q of task %q is no end", endFile, end.State, end.ID)
	}
	r.End = &end
	return r, nil
}

// writeJSON replaces a file, and returns when the new one is on the disk.
func writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
