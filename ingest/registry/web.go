package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// web is a source behind an address: facts as YAML, JSON or CSV, or targets.
type web struct {
	url       string
	tokenFile string
	targets   bool // as http_sd lists them
	client    *http.Client
	new       func() *collector
}

// Kinds of tags.
const (
	etagTag = "etag:"
	timeTag = "time:"
	hashTag = "sha256:"
)

// read implements source.
func (w *web) read(ctx context.Context, last string) (answer, error) {
	resp, err := w.ask(ctx, last)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && last != "" {
		return answer{tag: last, same: true}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("%s answered %s", w.name(), resp.Status)
	}
	data, err := readAtMost(resp.Body, w.name(), maxBytes)
	if err != nil {
		return answer{}, err
	}
	a := answer{tag: tagOf(resp.Header, data)}
	if a.tag == last {
		a.same = true
		return a, nil
	}
	c := w.new()
	if err := w.parse(c, resp.Header.Get("Content-Type"), data); err != nil {
		return answer{}, err
	}
	a.declared, err = c.result()
	return a, err
}

func (w *web) ask(ctx context.Context, last string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", w.name(), err)
	}
	secret, err := token(w.tokenFile)
	if err != nil {
		return nil, err
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	req.Header.Set("User-Agent", "headroom")
	req.Header.Set("Accept", "application/yaml, application/json, text/csv;q=0.9, */*;q=0.1")
	if tag, ok := strings.CutPrefix(last, etagTag); ok {
		req.Header.Set("If-None-Match", tag)
	} else if at, ok := strings.CutPrefix(last, timeTag); ok {
		req.Header.Set("If-Modified-Since", at)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		if u, ok := err.(*url.Error); ok {
			err = u.Err // the address may hold a password
		}
		return nil, fmt.Errorf("ask %s: %w", w.name(), err)
	}
	return resp, nil
}

// name is the address without its password.
func (w *web) name() string {
	u, err := url.Parse(w.url)
	if err != nil {
		return "the address"
	}
	return u.Redacted()
}

// tagOf tells one answer from another one.
func tagOf(h http.Header, data []byte) string {
	if tag := h.Get("ETag"); tag != "" {
		return etagTag + tag
	}
	if at := h.Get("Last-Modified"); at != "" {
		return timeTag + at
	}
	sum := sha256.Sum256(data)
	return hashTag + hex.EncodeToString(sum[:])
}

// parse reads a body by its type or, where that tells nothing, by the address' ending.
func (w *web) parse(c *collector, contentType string, data []byte) error {
	if w.targets {
		c.targets(w.name(), data)
		return nil
	}
	kind, _, _ := mime.ParseMediaType(contentType)
	if u, err := url.Parse(w.url); err == nil && (kind == "" || kind == "text/plain" || kind == "application/octet-stream") {
		kind = path.Ext(u.Path)
	}
	switch kind {
	case "text/csv", "application/csv", ".csv":
		c.csv(w.name(), data)
	case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", ".yml", ".yaml", "application/json", "text/json", ".json":
		c.yaml(w.name(), data)
	default:
		return fmt.Errorf("%s answered with content type %q; want application/yaml, application/json or text/csv", w.name(), contentType)
	}
	return nil
}
