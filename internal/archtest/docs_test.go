package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

func TestLinksOfTheDocumentationLeadSomewhere(t *testing.T) {
	seen := 0
	walk(t, ".md", func(name string, text []byte) {
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			seen++
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	})
	if seen < 5 {
		t.Errorf("found %d links: this test looks in the wrong place", seen)
	}
}

func TestEveryPageIsInTheIndex(t *testing.T) {
	index := page(t, "docs/README.md")
	walk(t, ".md", func(name string, _ []byte) {
		file, isDoc := strings.CutPrefix(name, "docs/")
		if isDoc && file != "README.md" && !strings.Contains(index, "("+file+")") {
			t.Errorf("docs/README.md does not lead to %s", file)
		}
	})
}

var direct = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)

func TestEveryDependencyHasItsReason(t *testing.T) {
	decisions := page(t, "docs/decisions.md")
	found := direct.FindAllStringSubmatch(page(t, "go.mod"), -1)
	for _, m := range found {
		if !strings.Contains(decisions, "`"+m[1]+"`") {
			t.Errorf("docs/decisions.md does not tell why %s is used", m[1])
		}
	}
	if len(found) < 10 {
		t.Errorf("found %d direct dependencies in go.mod", len(found))
	}
}

var metricName = regexp.MustCompile(`^headroom_(ingest|storage|alarm|table|learn|learned|ledger|signal|query|http|config|keda|node|pool|scale|flow|request|task|registry|search|access|audit|consistency|report)_[a-z_]*[a-z]$`)

func TestEveryMetricOfOursIsDocumented(t *testing.T) {
	operations := page(t, "docs/operations.md")
	inCode := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, text := range stringsOf(t, s.name) {
			if metricName.MatchString(text) {
				inCode[text] = true
				if !strings.Contains(operations, "| `"+text+"` |") {
					t.Errorf("docs/operations.md lacks %s (%s)", text, s.name)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(headroom_\\w+)` \\|").FindAllStringSubmatch(operations, -1) {
		if !inCode[m[1]] {
			t.Errorf("docs/operations.md has %s, which no code has", m[1])
		}
	}
}

// stringsOf returns the string constants of a file.
func stringsOf(t *testing.T, name string) (all []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}
