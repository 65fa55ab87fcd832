package web

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a browser may load of JavaScript, in gzipped bytes as the server sends them.
const (
	pageBudget  = 150_000 // for any page, in one language
	allBudget   = 150_000 // over all pages, in one language
	firstBudget = 90_000  // before the first page is drawn
)

// languages are the scripts of which a browser loads one.
var languages = []string{"en", "zh"}

var (
	entry   = regexp.MustCompile(`<script[^>]+src="\./(assets/[^"]+\.js)"`)
	imports = regexp.MustCompile(`(?:from|import)\s*"\./([^"]+\.js)"`) // fetched with the script, not on demand
)

func TestScriptsStayWithinTheirBudget(t *testing.T) {
	scripts, first := builtScripts(t)
	all := 0
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		t.Logf("%7d bytes gzipped  %s", len(scripts[name].gzip), name)
		if language(name) == "" {
			all += sent(scripts[name])
		}
	}
	largest := 0
	for _, want := range languages {
		n := 0
		for name, script := range scripts {
			if language(name) == want {
				n += sent(script)
			}
		}
		if n == 0 {
			t.Errorf("no script holds the language %s", want)
		}
		largest = max(largest, n)
	}
	begin := closure(scripts, first)
	size := func(needed map[string]bool) (n int) {
		for name := range needed {
			n += sent(scripts[name])
		}
		return n + largest
	}
	t.Logf("%7d over all pages in one language; %d of %d for the first", all+largest, size(begin), firstBudget)
	if n := size(begin); n > firstBudget {
		t.Errorf("the first page loads %d bytes of JavaScript, want at most %d", n, firstBudget)
	}
	if n := all + largest; n > allBudget {
		t.Errorf("all pages load %d bytes of JavaScript, want at most %d", n, allBudget)
	}
	for name := range scripts {
		needed := closure(scripts, name)
		maps.Copy(needed, begin)
		if n := size(needed); n > pageBudget && language(name) == "" {
			t.Errorf("a page with %s loads %d bytes of JavaScript, want at most %d", name, n, pageBudget)
		}
	}
}

// builtScripts are the scripts of the built pages, and the one that the index loads.
func builtScripts(t *testing.T) (scripts map[string]asset, first string) {
	t.Helper()
	pages, err := fs.Sub(dist, "dist/pages")
	if err != nil {
		t.Fatal(err)
	}
	assets, err := loadAssets(pages)
	if err != nil {
		t.Fatal(err)
	}
	if len(assets) == 0 {
		t.Skip("the pages are not built; run make web")
	}
	found := entry.FindSubmatch(assets["index.html"].plain)
	if found == nil {
		t.Fatalf("the index loads no script:\n%s", assets["index.html"].plain)
	}
	maps.DeleteFunc(assets, func(name string, _ asset) bool { return path.Ext(name) != ".js" })
	return assets, string(found[1])
}

// language is the language that a script holds, or "".
func language(name string) string {
	for _, l := range languages {
		if strings.HasPrefix(name, "assets/"+l+"-") {
			return l
		}
	}
	return ""
}

func sent(a asset) int {
	if a.gzip == nil {
		return len(a.plain)
	}
	return len(a.gzip)
}

// closure is a script with all that it needs before it can run.
func closure(scripts map[string]asset, first string) map[string]bool {
	needed := map[string]bool{}
	for todo := []string{first}; len(todo) > 0; todo = todo[1:] {
		name := todo[0]
		if needed[name] {
			continue
		}
		needed[name] = true
		for _, found := range imports.FindAllSubmatch(scripts[name].plain, -1) {
			todo = append(todo, "assets/"+string(found[1]))
		}
	}
	return needed
}
