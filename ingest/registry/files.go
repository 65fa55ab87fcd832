package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"headroom/storage/fleet"
)

// maxFiles is how many files a source may have.
const maxFiles = 50_000

// files is a source of files.
type files struct {
	dir   string                   // that names are told from
	list  func() ([]string, error) // names from dir
	parse func(*collector, string, []byte)
	new   func() *collector
}

// read implements source.
func (f *files) read(ctx context.Context, last string) (answer, error) {
	names, tag, err := f.look()
	if err != nil || tag == last {
		return answer{tag: tag, same: true}, err
	}
	c, size := f.new(), int64(0)
	for _, name := range names {
		data, err := readFile(filepath.Join(f.dir, name), maxBytes-size)
		if err != nil {
			return answer{}, err
		}
		size += int64(len(data))
		f.parse(c, name, data)
	}
	if _, after, err := f.look(); err != nil || after != tag {
		return answer{}, errors.Join(err, fmt.Errorf("read %s: files changed meanwhile", f.dir))
	}
	declared, err := c.result()
	if err != nil {
		return answer{}, err
	}
	return answer{declared: declared, tag: tag, writers: newWriters(ctx, f.dir)}, nil
}

// look lists the files, with a tag that is another one when any of them has changed.
func (f *files) look() (names []string, tag string, err error) {
	names, err = f.list()
	if err != nil {
		return nil, "", err
	}
	if len(names) > maxFiles {
		return nil, "", fmt.Errorf("read %s: more than %d files", f.dir, maxFiles)
	}
	sum := sha256.New()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(f.dir, name))
		if err != nil {
			return nil, "", err
		}
		fmt.Fprintf(sum, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return names, hex.EncodeToString(sum.Sum(nil)), nil
}

func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAtMost(f, path, most)
}

func readAtMost(r io.Reader, name string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("read %s: the source has more than %d bytes", name, maxBytes)
	}
	return data, nil
}

// yamlFiles lists the files of a directory and below it, without hidden ones; or is
// the one file.
func yamlFiles(path string) (dir string, list func() ([]string, error)) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return oneFile(path)
	}
	return path, func() (names []string, err error) {
		err = filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			hidden := strings.HasPrefix(entry.Name(), ".") && at != path
			switch {
			case hidden && entry.IsDir():
				return fs.SkipDir
			case hidden, entry.IsDir(), !slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(at)):
				return nil
			}
			name, err := filepath.Rel(path, at)
			names = append(names, filepath.ToSlash(name))
			return err
		})
		return names, err
	}
}

func oneFile(path string) (dir string, list func() ([]string, error)) {
	return filepath.Dir(path), func() ([]string, error) { return []string{filepath.Base(path)}, nil }
}

// pattern lists the files that match a pattern as "/etc/targets/*.json".
func pattern(path string) (dir string, list func() ([]string, error)) {
	dir = filepath.Dir(path)
	return dir, func() ([]string, error) {
		if strings.ContainsAny(dir, "*?[") {
			return nil, fmt.Errorf("%s: a pattern can be in the last name only", path)
		}
		all, err := filepath.Glob(path)
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("no file matches %s", path)
		}
		for i := range all {
			all[i] = filepath.Base(all[i])
		}
		return all, err
	}
}

var _ source = (*files)(nil)

// fileOf is the file in which something was declared.
func fileOf(d *fleet.Declared) string {
	return d.Where[:max(strings.LastIndexByte(d.Where, ':'), 0)]
}
