// Package library has the flows that can be started: those that are shipped, and those of
// a folder, which take the place of shipped ones of the same name. A document with faults
// is listed with them and hinders no other.
package library

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"headroom/internal/yamlfile"
	"headroom/scaler/flow/document"
)

// Shipped is the source of flows that came with the program.
const Shipped = "shipped"

// Entry is one document.
type Entry struct {
	Name   string          // of the flow; of a document that cannot be read: of its file
	Source string          // Shipped, or the file
	Text   string          // as it is written
	Flow   *document.Flow  // nil if the document cannot be read
	Faults yamlfile.Faults // none: it can be started
}

// Library is what was read at one time.
type Library struct {
	Entries []Entry // by name
}

// Read reads the shipped flows and those of a folder, and checks each against the tools.
// An empty dir is none. The error is about the folder.
func Read(shipped fs.FS, dir string, tools document.Tools) (*Library, error) {
	all, err := readAll(shipped, tools, func(string) string { return Shipped })
	if err != nil {
		return nil, fmt.Errorf("shipped flows: %w", err)
	}
	if dir != "" {
		own, err := readAll(os.DirFS(dir), tools, func(name string) string { return path.Join(dir, name) })
		if err != nil {
			return nil, fmt.Errorf("flows.dir: %w", err)
		}
		all = merge(all, own)
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return &Library{all}, nil
}

// readAll reads the documents of a folder, by their files' names.
func readAll(dir fs.FS, tools document.Tools, source func(file string) string) (all []Entry, err error) {
	files, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		ext := path.Ext(f.Name())
		if f.IsDir() || strings.HasPrefix(f.Name(), ".") || ext != ".yml" && ext != ".yaml" {
			continue
		}
		all = append(all, read(dir, f.Name(), source(f.Name()), tools))
	}
	return all, nil
}

func read(dir fs.FS, file, source string, tools document.Tools) Entry {
	text, err := fs.ReadFile(dir, file)
	if err != nil {
		return Entry{Name: strings.TrimSuffix(file, path.Ext(file)), Source: source, Faults: yamlfile.Faults{{File: file, Problem: err.Error()}}}
	}
	e := Check(text, file, tools)
	e.Source = source
	return e
}

// Check reads and checks one document.
func Check(text []byte, file string, tools document.Tools) Entry {
	e := Entry{Name: strings.TrimSuffix(file, path.Ext(file)), Text: strings.ToValidUTF8(string(text), "\uFFFD")}
	if f, err := document.Parse(text, file); err == nil && f.Name != "" {
		e.Flow, e.Name = f, f.Name
	}
	if _, err := document.Load(text, file, tools); err != nil && !errors.As(err, &e.Faults) {
		e.Faults = yamlfile.Faults{{File: file, Problem: err.Error()}}
	}
	return e
}

// merge adds own documents to those that are shipped. An own one takes the place of a
// shipped one even if it has faults: what is meant to be changed shall not run unchanged.
// The second one of a name is a fault.
func merge(shipped, own []Entry) []Entry {
	all := slices.Clone(shipped)
	for _, e := range own {
		i := slices.IndexFunc(all, func(o Entry) bool { return o.Name == e.Name })
		switch {
		case i < 0:
			all = append(all, e)
		case all[i].Source == Shipped:
			all[i] = e
		default:
			e.Faults = append(e.Faults, yamlfile.Fault{File: path.Base(e.Source), Key: "name", Problem: fmt.Sprintf("want a name of its own, found %q, which %s has", e.Name, path.Base(all[i].Source))})
			all = append(all, e)
		}
	}
	return all
}

// Find returns the document of a flow; of several the one that can be started.
func (l *Library) Find(name string) (Entry, bool) {
	i := slices.IndexFunc(l.Entries, func(e Entry) bool { return e.Name == name && len(e.Faults) == 0 })
	if i < 0 {
		i = slices.IndexFunc(l.Entries, func(e Entry) bool { return e.Name == name })
	}
	if i < 0 {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// Flows returns those that can be started.
func (l *Library) Flows() (all []*document.Flow) {
	for _, e := range l.Entries {
		if len(e.Faults) == 0 {
			all = append(all, e.Flow)
		}
	}
	return all
}
