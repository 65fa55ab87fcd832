package balance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	wait      = 30 * time.Second // that the server may hold back an answer if nothing changed
	patience  = wait + 15*time.Second
	largest   = 64 << 20               // bytes of a list
	shortest  = 250 * time.Millisecond // from one request to the next
	firstNap  = time.Second            // after a request that failed …
	longNap   = 30 * time.Second       // … doubled up to this
	complaint = 200                    // bytes of the server's error that are told
)

// errSame means that the list is as it was.
var errSame = errors.New("not modified")

// fetch asks the server for a list and returns its text and its ETag. With the ETag of
// the list that is there the server waits for another one, and errSame says that none
// came.
func fetch(ctx context.Context, client *http.Client, server string, p Proxy, etag string) ([]byte, string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	query := url.Values{"module": {p.Module}, "wait": {wait.String()}}
	if p.Proxy != "" {
		query.Set("proxy", p.Proxy)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(server, "/")+"/api/v1/sd?"+query.Encode(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("ask for the list of workers: %w", err)
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, "", fmt.Errorf("ask for the list of workers: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, largest+1))
	switch {
	case answer.StatusCode == http.StatusNotModified && etag != "":
		return nil, etag, errSame
	case answer.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("ask for the list of workers: %s: %s", answer.Status, plain(string(text[:min(len(text), complaint)])))
	case err != nil:
		return nil, "", fmt.Errorf("read the list of workers: %w", err)
	case len(text) > largest:
		return nil, "", fmt.Errorf("read the list of workers: want at most %d bytes", largest)
	}
	return text, answer.Header.Get("ETag"), nil
}
