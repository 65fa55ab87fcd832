package balance

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Options is what a follower needs.
type Options struct {
	Proxies Config
	Server  string       // URL of the server, such as https://headroom:7480
	Client  *http.Client // with what the server wants to know of us: certificate, token
	Dir     string       // where the last lists are kept; it is made if it is missing
	Log     *slog.Logger
}

// ProxyStatus is how well one proxy is kept up to date.
type ProxyStatus struct {
	Proxy   Proxy
	Workers int       // in the list that is in force
	Fetched time.Time // when the server last told or confirmed the list; zero: not since the start
	Applied time.Time // when the proxy was last seen to have it all; zero: not since the start
	Fault   string    // what is wrong now; empty: nothing
}

// Follower keeps proxies up to date.
type Follower struct{}

// New makes a follower from checked options and reads the last lists from its folder.
func New(o Options) (*Follower, error) { return &Follower{}, nil }

// Run follows until ctx is done.
func (f *Follower) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Status tells how each proxy is, in the order of the configuration.
func (f *Follower) Status() []ProxyStatus { return nil }
