// Package scrape fetches metrics from targets, as Prometheus does it and
// configured in its words: scrape_configs with static_configs and
// http_sd_configs.
//
// Each target is fetched once an interval, all of them spread over it. Besides
// what a target has, three series tell how it went: up (1 or 0),
// scrape_duration_seconds and scrape_samples_scraped. A series that a target no
// longer has, or all of them when it cannot be fetched or is no target any
// more, ends with a staleness marker. A restart of Headroom ends no series.
//
// Of a target's labels, job and instance are set unless they are given;
// __scheme__, __metrics_path__ and __param_NAME change the address. Relabelling
// is not done.
package scrape

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"headroom/internal/config"
	"headroom/storage"
)

// A Sink stores samples.
type Sink interface {
	Write(ctx context.Context, sender string, rows []storage.Series) error
	// Describe takes what a page tells about a metric; what it does not tell is
	// empty.
	Describe(metric, kind, help, unit string)
}

// Options say where samples go.
type Options struct {
	Sink    Sink
	MaxBody int64 // bytes of one answer, decompressed
	Logger  *slog.Logger
	Client  *http.Client // nil: one that follows no redirects to other schemes
}

// Manager keeps the targets of a configuration fetched.
type Manager struct {
	opts Options

	changed chan struct{} // has room for one: the configuration is another

	mu      sync.Mutex // protects the fields below
	configs []config.ScrapeConfig
	found   map[discoveryKey][]config.StaticConfig // what http_sd last answered
	loops   map[string]*loop                       // by target key
}

// discoveryKey names one http_sd_config.
type discoveryKey struct{ job, url string }

// New returns a Manager of no targets; see [Manager.Apply].
func New(opts Options) *Manager {
	if opts.Client == nil {
		opts.Client = &http.Client{}
	}
	return &Manager{opts: opts, changed: make(chan struct{}, 1), found: map[discoveryKey][]config.StaticConfig{}, loops: map[string]*loop{}}
}

// Apply replaces the configuration. Targets that stay the same are fetched on
// as if nothing had happened. It may be called before Run and while it runs.
func (m *Manager) Apply(configs []config.ScrapeConfig) {
	m.mu.Lock()
	m.configs = configs
	m.mu.Unlock()
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

// Run fetches until ctx is done.
func (m *Manager) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	select {
	case <-ctx.Done():
		return nil
	case <-m.changed:
	}
	for m.round(ctx, &running) {
	}
	return nil
}

// round serves one configuration. It returns true when there is another one and
// false when ctx is done.
func (m *Manager) round(ctx context.Context, running *sync.WaitGroup) bool {
	m.mu.Lock()
	configs := m.configs
	m.mu.Unlock()
	m.sync(ctx, configs, running)

	discovering, stop := context.WithCancel(ctx)
	var discoverers sync.WaitGroup
	for _, c := range configs {
		for _, sd := range c.HTTPSDConfigs {
			discoverers.Go(func() {
				m.discover(discovering, c.JobName, sd, func() { m.sync(ctx, configs, running) })
			})
		}
	}
	defer discoverers.Wait()
	defer stop()
	select {
	case <-ctx.Done():
		return false
	case <-m.changed:
		return true
	}
}

// sync starts a loop for each new target and ends those of targets that are
// gone.
func (m *Manager) sync(ctx context.Context, configs []config.ScrapeConfig, running *sync.WaitGroup) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wanted := map[string]*target{}
	for i := range configs {
		for _, t := range m.targetsLocked(&configs[i]) {
			wanted[t.key()] = t
		}
	}
	for key, l := range m.loops {
		if wanted[key] == nil {
			l.remove()
			delete(m.loops, key)
		}
	}
	for key, t := range wanted {
		if m.loops[key] == nil && ctx.Err() == nil {
			l := newLoop(ctx, t, m.opts)
			m.loops[key] = l
			running.Go(l.run)
		}
	}
}

func (m *Manager) targetsLocked(c *config.ScrapeConfig) (targets []*target) {
	groups := c.StaticConfigs
	for _, sd := range c.HTTPSDConfigs {
		groups = append(groups[:len(groups):len(groups)], m.found[discoveryKey{c.JobName, sd.URL}]...)
	}
	for _, g := range groups {
		for _, address := range g.Targets {
			t, err := newTarget(c, address, g.Labels)
			if err != nil {
				m.opts.Logger.Warn("bad scrape target", "job", c.JobName, "target", address, "err", err)
				continue
			}
			targets = append(targets, t)
		}
	}
	return targets
}

// Status is how the last fetch of a target went.
type Status struct {
	Job, URL string
	Labels   []storage.Label
	Health   string    // "unknown", "up" or "down"
	Error    string    // why it is down
	At       time.Time // of the last fetch
	Samples  int       // that it had
}

// Targets lists the targets by job and address.
func (m *Manager) Targets() []Status {
	m.mu.Lock()
	var out []Status
	for _, l := range m.loops {
		out = append(out, l.status())
	}
	m.mu.Unlock()
	slices.SortFunc(out, func(a, b Status) int {
		return strings.Compare(a.Job+"\xff"+a.URL, b.Job+"\xff"+b.URL)
	})
	return out
}

// target is one address to fetch. It is never changed.
type target struct {
	config *config.ScrapeConfig
	url    *url.URL
	labels []storage.Label // of its series, sorted
}

const (
	schemeLabel  = "__scheme__"
	pathLabel    = "__metrics_path__"
	paramPrefix  = "__param_"
	addressLabel = "__address__"
)

func newTarget(c *config.ScrapeConfig, address string, labels map[string]string) (*target, error) {
	all := map[string]string{
		"job": c.JobName, "instance": address,
		schemeLabel: orElse(c.Scheme, "http"), pathLabel: orElse(c.MetricsPath, "/metrics"),
	}
	query := url.Values{}
	for name, values := range c.Params {
		query[name] = values
	}
	maps.Copy(all, labels)
	for name, value := range all {
		if p, ok := strings.CutPrefix(name, paramPrefix); ok {
			query.Set(p, value)
		}
	}
	u := &url.URL{Scheme: all[schemeLabel], Host: orElse(all[addressLabel], address), Path: all[pathLabel], RawQuery: query.Encode()}
	if _, err := url.Parse(u.String()); err != nil || address == "" || strings.ContainsAny(address, "/?#@ ") {
		return nil, fmt.Errorf("want host:port, got %q", address)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("want scheme http or https, got %q", u.Scheme)
	}
	t := &target{config: c, url: u}
	for name, value := range all {
		if !strings.HasPrefix(name, "__") && value != "" {
			t.labels = append(t.labels, storage.Label{Name: name, Value: value})
		}
	}
	sortLabels(t.labels)
	return t, nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func sortLabels(labels []storage.Label) {
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
}

// key is all that makes two targets different.
func (t *target) key() string {
	c := t.config
	return fmt.Sprintf("%s %q %d %d %t", t.url, t.labels, c.ScrapeInterval, c.ScrapeTimeout, c.HonorLabels)
}

const defaultInterval = time.Minute // as in Prometheus

func (t *target) interval() time.Duration {
	if d := time.Duration(t.config.ScrapeInterval); d > 0 {
		return d
	}
	return defaultInterval
}

// timeout is 10 s, as in Prometheus, but never longer than the interval.
func (t *target) timeout() time.Duration {
	d := time.Duration(t.config.ScrapeTimeout)
	if d <= 0 {
		d = 10 * time.Second
	}
	return min(d, t.interval())
}

// offset is when within each interval the target is fetched. It stays the same
// over restarts.
func (t *target) offset() time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.key()))
	return time.Duration(h.Sum64() % uint64(t.interval()))
}
