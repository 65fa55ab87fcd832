package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Markdown is the set of the Markdown files of a directory and below it. Each of their
// headings begins a document.
type Markdown struct {
	Name string        // kind of its documents
	Dir  func() string // empty: there is none
	// URL is where the page of a file is; may be nil.
	URL func(file string) string
}

// Bounds of a directory; what is beyond cannot be found.
const (
	maxFiles    = 20_000
	maxSections = 500 // of a file
	maxFile     = 4 << 20
)

// Kind implements [Set].
func (m Markdown) Kind() string { return m.Name }

// Version implements [Set].
func (m Markdown) Version(context.Context) (string, error) {
	sum := sha256.New()
	err := m.each(func(name, _ string, info fs.FileInfo) error {
		fmt.Fprintf(sum, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// each visits the files. Links are followed to files, not to directories.
func (m Markdown) each(f func(name, path string, info fs.FileInfo) error) error {
	dir, n := m.Dir(), 0
	if dir == "" {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != dir
		switch {
		case hidden && entry.IsDir():
			return fs.SkipDir
		case hidden, entry.IsDir(), filepath.Ext(path) != ".md":
			return nil
		}
		if n++; n > maxFiles {
			return fs.SkipAll
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
			return nil // gone meanwhile, or nothing that people read
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return f(filepath.ToSlash(name), path, info)
	})
}

// Documents implements [Set].
func (m Markdown) Documents(context.Context) (docs []Document, err error) {
	err = m.each(func(name, path string, _ fs.FileInfo) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		docs = append(docs, m.sections(name, string(text))...)
		return nil
	})
	return docs, err
}

// sections divides a file at its headings. The first part, which is named as the file,
// is there always.
func (m Markdown) sections(name, text string) []Document {
	first := Document{Kind: m.Name, ID: name, Title: strings.TrimSuffix(name, ".md")}
	if m.URL != nil {
		first.URL = m.URL(name)
	}
	docs := []Document{first}
	var body strings.Builder
	fenced := false
	end := func() {
		docs[len(docs)-1].Text = strings.TrimSpace(body.String())
		body.Reset()
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		heading, ok := headingOf(line)
		switch {
		case !ok || fenced || len(docs) > maxSections:
			body.WriteString(line)
		case len(docs) == 1 && strings.TrimSpace(body.String()) == "" && docs[0].Title == strings.TrimSuffix(name, ".md"):
			docs[0].Title = heading // the title of the file
		default:
			end()
			docs = append(docs, Document{Kind: m.Name, ID: fmt.Sprintf("%s#%d", name, len(docs)), Title: docs[0].Title + ": " + heading, URL: first.URL})
		}
	}
	end()
	return docs
}

func headingOf(line string) (string, bool) {
	rest := strings.TrimLeft(line, "#")
	depth := len(line) - len(rest)
	if depth == 0 || depth > 6 || !strings.HasPrefix(rest, " ") {
		return "", false
	}
	return strings.TrimSpace(strings.TrimRight(strings.TrimSpace(rest), "#")), true
}
