package consistency

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"headroom/internal/yamlfile"
)

const (
	maxFile     = 16 << 20 // bytes of a declaration's file
	maxTemplate = 1 << 20  // bytes of a template
)

// document is a file of declarations.
type document struct {
	Modules []Declaration `yaml:"modules"`
}

// Read reads the declarations in a directory and below it, from files that end in .yml or
// .yaml, and what they name below filesDir. Directories that begin with a dot are left
// out, and so is filesDir. If anything is wrong the error is [yamlfile.Faults] with
// everything that is.
func Read(dir, filesDir string, hierarchy []string) ([]*Declaration, error) {
	names, err := filesIn(dir, filesDir)
	if err != nil {
		return nil, fmt.Errorf("read the declarations: %w", err)
	}
	var all []*Declaration
	var faults yamlfile.Faults
	at := map[string]string{}
	for _, name := range names {
		found, bad := readFile(name, filesDir, hierarchy, at)
		all, faults = append(all, found...), append(faults, bad...)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	slices.SortFunc(all, func(a, b *Declaration) int { return strings.Compare(a.Module, b.Module) })
	return all, nil
}

// filesIn lists the files of declarations, in the order of their names.
func filesIn(dir, filesDir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != dir && (strings.HasPrefix(d.Name(), ".") || filepath.Clean(name) == filepath.Clean(filesDir)):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		if ext := filepath.Ext(name); (ext == ".yml" || ext == ".yaml") && !strings.HasPrefix(d.Name(), ".") {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// readFile reads a file of declarations; at holds where each module was declared so far.
func readFile(name, filesDir string, hierarchy []string, at map[string]string) (all []*Declaration, faults yamlfile.Faults) {
	data, err := readUpTo(name, maxFile)
	if err != nil {
		return nil, yamlfile.Faults{{File: name, Problem: err.Error()}}
	}
	var doc document
	lines, faults := yamlfile.Decode(data, name, &doc)
	if lines == nil {
		return nil, faults
	}
	for i := range doc.Modules {
		d := &doc.Modules[i]
		key := fmt.Sprintf("modules[%d]", i)
		d.file, d.lines = name, linesBelow(lines, key)
		c := checker{key: key, dir: filesDir, faults: &faults}
		d.fill(c, hierarchy)
		where := fmt.Sprintf("%s:%d", name, lines[key+".module"])
		if other, twice := at[d.Module]; twice && d.Module != "" {
			c.fault("module", "want each module once, found %q, which is declared in %s too", d.Module, other)
		}
		at[d.Module] = where
		all = append(all, d)
	}
	faults.Place(name, lines)
	return all, faults
}

func linesBelow(lines map[string]int, key string) map[string]int {
	below := map[string]int{}
	for k, n := range lines {
		if rest, ok := strings.CutPrefix(k, key+"."); ok {
			below[rest] = n
		}
	}
	return below
}

func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return data, err
}

// sumOf is the checksum of a file's content.
func sumOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if s, err := f.Stat(); err == nil && !s.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", name)
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// formOf reads a template.
func formOf(name string) (*template.Template, error) {
	text, err := readUpTo(name, maxTemplate)
	if err != nil {
		return nil, err
	}
	return template.New(filepath.Base(name)).Option("missingkey=error").Parse(string(text))
}
