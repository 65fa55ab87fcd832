package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// compressFrom is the size in bytes below which gzip is not worth its header.
const compressFrom = 1024

// asset is one file of the pages, ready to be sent.
type asset struct {
	mime  string
	etag  string
	cache string // Cache-Control
	plain []byte
	gzip  []byte // nil where it would not be smaller
}

// loadAssets reads all files of the pages and compresses them once. There are
// none before the first build.
func loadAssets(pages fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(pages, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(pages, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		assets[name] = newAsset(name, plain)
		return nil
	})
	return assets, err
}

func newAsset(name string, plain []byte) asset {
	sum := sha256.Sum256(plain)
	a := asset{
		mime:  contentType(name),
		etag:  `"` + hex.EncodeToString(sum[:8]) + `"`,
		cache: "no-cache",
		plain: plain,
	}
	if strings.HasPrefix(name, "assets/") { // the build puts a hash of the content into these names
		a.cache = "public, max-age=31536000, immutable"
	}
	if packed := compress(plain); len(plain) >= compressFrom && len(packed) < len(plain) {
		a.gzip = packed
	}
	return a
}

// contentType does not depend on the machine's own list of types for what the
// pages need to run.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

func compress(plain []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("Cache-Control", a.cache)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.gzip
	}
	writeBody(w, r, http.StatusOK, body)
}

// writeBody answers with a body, or with its length alone for HEAD.
func writeBody(w http.ResponseWriter, r *http.Request, code int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may have gone
	}
}
