package archtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const maxLines = 350 // of a file that is not a test; most have 100 to 200

func TestEveryPackageHasADoc(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		start := "Package " + s.syntax.Name.Name + " "
		if s.syntax.Name.Name == "main" {
			start = "Command " + filepath.Base(s.pkg) + " "
		}
		says := s.syntax.Doc != nil && strings.HasPrefix(s.syntax.Doc.Text(), start)
		documented[s.pkg] = documented[s.pkg] || says
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("no file of %s starts with a comment that tells what the package is for", pkg)
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test && s.lines > maxLines {
			t.Errorf("%s has %d lines: split it by its ideas (at most %d)", s.name, s.lines, maxLines)
		}
	}
	for _, suffix := range []string{".ts", ".tsx"} {
		walk(t, suffix, func(name string, text []byte) {
			if n := strings.Count(string(text), "\n"); n > maxLines && !strings.Contains(name, ".test.") {
				t.Errorf("%s has %d lines: split it by its ideas (at most %d)", name, n, maxLines)
			}
		})
	}
}

// Who builds Headroom takes packages from the registry that is set up there.
func TestLockFileNamesNoRegistry(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ui/web/package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Resolved, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if p.Resolved != "" {
			t.Errorf("package-lock.json: %s is bound to %s", name, p.Resolved)
		}
		if name != "" && p.Integrity == "" {
			t.Errorf("package-lock.json: %s has no checksum", name)
		}
	}
}
