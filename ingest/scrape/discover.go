package scrape

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"headroom/internal/config"
)

const (
	defaultRefresh   = time.Minute // as in Prometheus
	maxDiscoveryBody = 16 << 20
)

// discover asks one http_sd_config for targets until ctx is done, and calls
// changed after each answer. While it does not answer the last targets stay.
func (m *Manager) discover(ctx context.Context, job string, sd config.HTTPSDConfig, changed func()) {
	every := time.Duration(sd.RefreshInterval)
	if every <= 0 {
		every = defaultRefresh
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		groups, err := m.fetchTargets(ctx, sd.URL, every)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.opts.Logger.Warn("cannot discover targets", "job", job, "err", err)
		default:
			m.mu.Lock()
			m.found[discoveryKey{job, sd.URL}] = groups
			m.mu.Unlock()
			changed()
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (m *Manager) fetchTargets(ctx context.Context, url string, within time.Duration) ([]config.StaticConfig, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for targets: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("X-Prometheus-Refresh-Interval-Seconds", fmt.Sprint(within.Seconds()))
	resp, err := m.opts.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for targets: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask %s for targets: it answered %s", url, resp.Status)
	}
	if t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return nil, fmt.Errorf("ask %s for targets: it answered with content type %q, want application/json", url, resp.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDiscoveryBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the targets of %s: %w", url, err)
	}
	if len(body) > maxDiscoveryBody {
		return nil, fmt.Errorf("read the targets of %s: more than %d bytes", url, maxDiscoveryBody)
	}
	return parseTargets(body)
}

// parseTargets reads [{"targets":["host:port"],"labels":{"name":"value"}}].
func parseTargets(body []byte) ([]config.StaticConfig, error) {
	var groups []struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(body, &groups); err != nil {
		return nil, fmt.Errorf("parse the list of targets: %w", err)
	}
	out := make([]config.StaticConfig, len(groups))
	for i, g := range groups {
		out[i] = config.StaticConfig{Targets: g.Targets, Labels: g.Labels}
	}
	return out, nil
}
