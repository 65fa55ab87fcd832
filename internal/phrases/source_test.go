package phrases

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// verb is where code puts an argument into a text.
var verb = regexp.MustCompile(`%[-+#0-9.]*\[?[0-9]*\]?[a-zA-Z]`)

// TestTheCodeSaysEveryTemplate finds what is written of each English text in the
// string literals of the code: a text that was changed there is no longer recognised.
func TestTheCodeSaysEveryTemplate(t *testing.T) {
	said := strings.Join(literals(t), "\n")
	for _, e := range entries() {
		for _, part := range parts(e.seamed) {
			if !strings.Contains(said, part) && !slices.Contains(library, part) {
				t.Errorf("%s: no code says %q of %q", e.place, part, e.english)
			}
		}
	}
}

// library is what Alertmanager's packages say.
var library = []string{"first notification", "new alerts added", "some alerts resolved", "repeat interval elapsed", "all alerts resolved"}

// parts are the words of a text between what is put in or may be missing, without the
// punctuation that several texts share.
func parts(english string) (all []string) {
	for _, piece := range regexp.MustCompile(`\{[a-z]+[0-9]*\}|[\[\]¦]`).Split(english, -1) {
		if piece = strings.Trim(piece, ` "%.,;:()`); hasLatin(piece) {
			all = append(all, piece)
		}
	}
	return all
}

func literals(t *testing.T) (all []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if base := d.Name(); base == "node_modules" || base == ".cache" || base == "phrases" {
				return filepath.SkipDir
			}
			return nil
		case strings.Contains(name, "shipped") && strings.HasSuffix(name, ".yaml"): // flows
			text, err := os.ReadFile(name)
			all = append(all, strings.Join(strings.Fields(string(text)), " "))
			return err
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := joined(n); ok {
				all = append(all, verb.ReplaceAllString(strings.ReplaceAll(text, "%%", "%"), "\x00"))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// joined is a string literal, or the literals of a sum of texts with a gap for all else.
func joined(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(n.Value)
		return text, err == nil && n.Kind == token.STRING
	case *ast.BinaryExpr:
		if n.Op != token.ADD {
			return "", false
		}
		a, some := joined(n.X)
		b, more := joined(n.Y)
		if !some {
			a = "\x00"
		}
		if !more {
			b = "\x00"
		}
		return a + b, some || more
	}
	return "", false
}
