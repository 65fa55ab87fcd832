package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// outputs are the files that workers write to. A worker holds its file itself, so it
// writes on whatever becomes of the daemon; and cannot be told to open another. So a
// file is rotated by copying it and cutting it to nothing: it is opened for appending,
// by which the worker goes on at the new end. What a worker writes between the two, a
// few microseconds, is lost.
type outputs struct{ dir string }

// What is kept of an output whose service does not say.
const (
	defaultSize = 64 << 20
	defaultKeep = 3
	keptOfGone  = 200 // files of workers that have gone, on a node
	mostOver    = 4   // times the size are kept of a file that has grown beyond it
	sizeEvery   = 5 * time.Second
)

func (o outputs) file(service, id string) string {
	return filepath.Join(o.dir, fileName(service), fileName(id)+".log")
}

// fileName makes one name of an id.
func fileName(id string) string {
	name := url.PathEscape(id)
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return name
}

func (o outputs) open(service, id string) (*os.File, error) {
	name := o.file(service, id)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
}

// rotate keeps the files small until ctx is done.
func (s *Supervisor) rotate(ctx context.Context) {
	tick := time.NewTicker(sizeEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		workers := s.Workers()
		for _, w := range workers {
			if err := s.outputs.rotate(s.outputs.file(w.Service, w.ID), w.Spec.Log); err != nil {
				s.o.Logger.Warn("The output of a worker cannot be rotated.", "worker", w.ID, "err", err)
			}
		}
		if n%720 == 0 { // hourly
			if err := s.outputs.prune(workers, keptOfGone); err != nil {
				s.o.Logger.Warn("The output of workers that have gone cannot be removed.", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// rotate copies a file that has grown too big to NAME.1, and that to NAME.2, and so on.
// If the disk is full there is no copy: a file that grows on would be worse. Of a file that
// has grown far beyond its size the end is copied, since a worker can make its file as long
// as it likes in an instant, without writing any of it.
func (o outputs) rotate(name string, l wire.Log) error {
	size, keep := l.MaxSize, l.Keep
	if size <= 0 {
		size, keep = defaultSize, max(keep, defaultKeep)
	}
	info, err := os.Stat(name)
	if err != nil || info.Size() < size {
		return ignoreMissing(err)
	}
	var wrong error
	if keep > 0 {
		if wrong = copyEnd(name, name+".tmp", mostOver*size); wrong == nil {
			wrong = shift(name, keep)
		}
		if wrong != nil && !errors.Is(wrong, unix.ENOSPC) {
			return wrong
		}
	}
	return errors.Join(wrong, os.Truncate(name, 0))
}

func shift(name string, keep int) error {
	for n := keep - 1; n >= 1; n-- {
		err := os.Rename(fmt.Sprintf("%s.%d", name, n), fmt.Sprintf("%s.%d", name, n+1))
		if ignoreMissing(err) != nil {
			return err
		}
	}
	return os.Rename(name+".tmp", name+".1")
}

// copyEnd copies the last bytes of a file, at most so many.
func copyEnd(from, to string, most int64) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	end, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := in.Seek(max(end-most, 0), io.SeekStart); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = io.CopyN(out, in, min(end, most))
	if errors.Is(err, io.EOF) { // it was cut meanwhile
		err = nil
	}
	if err = errors.Join(err, out.Close()); err != nil {
		err = errors.Join(err, os.Remove(to))
	}
	return err
}

// prune removes the files of workers that have gone, but for the newest.
func (o outputs) prune(workers []worker.Running, keep int) error {
	used := map[string]bool{}
	for _, w := range workers {
		used[o.file(w.Service, w.ID)] = true
	}
	type old struct {
		name string
		at   time.Time
	}
	var all []old
	err := filepath.WalkDir(o.dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return ignoreMissing(err)
		}
		end := strings.LastIndex(name, ".log")
		if info, err := entry.Info(); err == nil && end >= 0 && !used[name[:end+len(".log")]] {
			all = append(all, old{name, info.ModTime()})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b old) int { return b.at.Compare(a.at) })
	for _, f := range all[min(keep, len(all)):] {
		err = errors.Join(err, ignoreMissing(os.Remove(f.name)))
	}
	return err
}
