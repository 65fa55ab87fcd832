// Package web serves the pages: a TypeScript application that the build leaves
// in dist/pages and that is embedded in the binary.
//
// The application routes itself, so every path that names no file answers its
// index. All its addresses are relative to the <base> of the index, which is
// written for the depth of each request: the pages work at / and behind a proxy
// that serves them under a prefix, without a setting.
package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// contentPolicy lets the pages talk to their own server only.
const contentPolicy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Headroom</title>
<h1>The pages were not built</h1>
<p>Run <code>make build</code>, then start this server again. The API under <code>/api/v1</code> answers all the same.</p>
`

// Handler answers GET and HEAD for the pages. Paths under /api/ are not its
// own: it answers them with 404, never with a page.
func Handler() http.Handler {
	pages, err := fs.Sub(dist, "dist/pages")
	if err != nil { // only an invalid name makes an error
		panic(fmt.Sprintf("web: embedded pages: %v", err))
	}
	return handler(pages)
}

func handler(pages fs.FS) http.Handler {
	assets, err := loadAssets(pages)
	if err != nil {
		panic(fmt.Sprintf("web: embedded pages: %v", err)) // the files are part of the binary
	}
	index, built := assets["index.html"]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setSecurity(w.Header())
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the pages are read with GET", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		asset, found := assets[name]
		switch {
		case found && name != "index.html":
			asset.serve(w, r)
		case strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, "api/"):
			http.NotFound(w, r)
		case !built:
			serveNotBuilt(w, r)
		default:
			serveIndex(w, r, index.plain)
		}
	})
}

func setSecurity(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
}

// serveIndex writes the page with the way from this request's path back to the
// root: "./" for "/", "../../" for "/module/a/b".
func serveIndex(w http.ResponseWriter, r *http.Request, page []byte) {
	depth := strings.Count(r.URL.EscapedPath(), "/") - 1
	base := "./" + strings.Repeat("../", max(depth, 0))
	body := strings.Replace(string(page), `<base href="/"`, `<base href="`+base+`"`, 1)
	body = suitLinks(body, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept-Language")
	writeBody(w, r, http.StatusOK, []byte(body))
}

var markedLink = regexp.MustCompile(`\s*<link[^>]* data-for="([a-z]+)"[^>]*>`)

// suitLinks leaves of the links that have the browser fetch something early those
// for the language of a request, and those for the table where it asks for that as
// it comes. A link too much costs a fetch; one too little, a moment.
func suitLinks(page string, r *http.Request) string {
	suits := map[string]bool{"table": r.URL.Path == "/" && r.URL.RawQuery == ""}
	suits[languageOf(r)] = true
	return markedLink.ReplaceAllStringFunc(page, func(link string) string {
		if suits[markedLink.FindStringSubmatch(link)[1]] {
			return link
		}
		return ""
	})
}

// languageOf is what the pages will choose, unless somebody has chosen another before.
func languageOf(r *http.Request) string {
	wanted := r.URL.Query().Get("lang")
	if wanted == "zh" || wanted != "en" && strings.HasPrefix(r.Header.Get("Accept-Language"), "zh") {
		return "zh"
	}
	return "en"
}

func serveNotBuilt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	writeBody(w, r, http.StatusServiceUnavailable, []byte(notBuilt))
}
