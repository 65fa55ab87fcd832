package task

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

const (
	fetchPatience = 2 * time.Minute // without a byte: a server that starts anew is waited for
	fetchPause    = time.Second
)

// fetchAll reads a file of the server, in pieces if the connection breaks.
func fetchAll(ctx context.Context, fetch func(context.Context, string, int64, io.Writer) error, ref wire.FileRef, to io.Writer) error {
	out := &counted{to: to}
	for last := time.Now(); ; {
		before := out.n
		err := fetch(ctx, ref.SHA256, out.n, out)
		if err == nil || out.failed != nil || ctx.Err() != nil || out.n >= ref.Size {
			return err
		}
		if out.n > before {
			last = time.Now()
			continue
		}
		if time.Since(last) > fetchPatience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(fetchPause):
		}
	}
}

// counted counts what is written.
type counted struct {
	to     io.Writer
	n      int64
	failed error
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	c.failed = err
	return n, err
}

// Source returns how files of a server come to this node.
func Source(client *http.Client, server, node string) func(ctx context.Context, sha256 string, offset int64, to io.Writer) error {
	base := server + "/api/v1/nodes/" + url.PathEscape(node) + "/files/"
	return func(ctx context.Context, sha256 string, offset int64, to io.Writer) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+sha256, nil)
		if err != nil {
			return err
		}
		if offset > 0 {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		}
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		want := http.StatusOK
		if offset > 0 {
			want = http.StatusPartialContent
		}
		if answer.StatusCode != want {
			said, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
			return fmt.Errorf("get it from the server: %s: %s", answer.Status, strings.TrimSpace(string(said)))
		}
		_, err = io.Copy(to, answer.Body)
		return err
	}
}
