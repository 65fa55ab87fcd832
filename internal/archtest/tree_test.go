package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "headroom"
)

// source is one Go file of the repository.
type source struct {
	name    string // from the root, as in "storage/fleet/tree.go"
	pkg     string // the folder, as in "storage/fleet"
	test    bool
	lines   int
	syntax  *ast.File
	imports []string // folders of our own, as in "storage/fleet"
}

// sources reads every Go file; what is not ours (node_modules, caches, another
// module) is left out.
func sources(t *testing.T) (all []source) {
	t.Helper()
	walk(t, ".go", func(name string, text []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s := source{
			name: name, pkg: path.Dir(name), syntax: file,
			test: strings.HasSuffix(name, "_test.go"), lines: bytes.Count(text, []byte("\n")),
		}
		for _, spec := range file.Imports {
			target, _ := strconv.Unquote(spec.Path.Value)
			if own, ok := strings.CutPrefix(target, module+"/"); ok {
				s.imports = append(s.imports, own)
			}
		}
		all = append(all, s)
	})
	if len(all) < 30 {
		t.Fatalf("found %d Go files: this test looks in the wrong place", len(all))
	}
	return all
}

// walk visits our files whose names end in one of the suffixes.
func walk(t *testing.T, suffix string, visit func(name string, text []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
			if hidden || entry.Name() == "node_modules" || entry.Name() == "dist" || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, suffix) {
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				return err
			}
			visit(name, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The Makefile tests it without the race detector, since nothing runs beside it.
func TestAllocationStartsNoGoroutine(t *testing.T) {
	seen := 0
	walk(t, ".go", func(name string, text []byte) {
		if path.Dir(name) != "scaler/allocate" {
			return
		}
		seen++
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if _, starts := n.(*ast.GoStmt); starts {
				t.Errorf("%s starts a goroutine: take ./scaler/allocate out of the Makefile's UNRACED", name)
			}
			return true
		})
	})
	if seen < 5 {
		t.Errorf("found %d files: this test looks in the wrong place", seen)
	}
}
