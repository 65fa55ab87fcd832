package registry

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"headroom/internal/config"
	"headroom/storage/fleet"
)

// source is a place that facts are read from.
type source interface {
	// read returns all that the source says; last is the tag of the last good answer.
	// An error that is [yamlfile.Faults] names what is wrong in it.
	read(ctx context.Context, last string) (answer, error)
}

// answer is what a source says.
type answer struct {
	declared []fleet.Declared
	tag      string
	same     bool     // as it was at the last tag; declared is empty then
	writers  *writers // nil: nobody is known
}

// open makes a source of its configuration, which was checked.
func (o Options) open(s config.RegistrySource) source {
	fresh := func() *collector { return newCollector(o.Levels, s.Map) }
	path := s.Path
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(o.Dir, path)
	}
	f := &files{new: fresh}
	switch s.Kind {
	case "yaml":
		f.parse = (*collector).yaml
		f.dir, f.list = yamlFiles(path)
	case "csv":
		f.parse = (*collector).csv
		f.dir, f.list = oneFile(path)
	case "file_sd":
		f.parse = (*collector).targets
		f.dir, f.list = pattern(path)
	case "http", "http_sd":
		return &web{url: s.URL, tokenFile: s.BearerTokenFile, targets: s.Kind == "http_sd", client: o.Client, new: fresh}
	default:
		return &query{text: s.Query, querier: o.Querier, now: o.Now, new: fresh}
	}
	return f
}

// token reads what is shown to a server, anew each time.
func token(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("bearer_token_file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// NewClient returns the client that sources are asked by. It follows redirects, but a
// token is shown to the first host alone.
func NewClient() *http.Client { return &http.Client{} }
