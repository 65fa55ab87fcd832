package balance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"
)

// Options is what a follower needs.
type Options struct {
	Proxies Config
	Server  string       // URL of the server, such as https://headroom:7480
	Client  *http.Client // with what the server wants to know of us: certificate, token; nil: the default one
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
type Follower struct{ follows []*follow }

// New makes a follower from checked options and reads the last lists from its folder.
func New(o Options) (*Follower, error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of lists: %w", err)
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	f := &Follower{}
	for _, p := range o.Proxies {
		f.follows = append(f.follows, newFollow(o, p.WithDefaults()))
	}
	return f, nil
}

// Run follows until ctx is done. The proxies go on with what they have.
func (f *Follower) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, one := range f.follows {
		all.Go(func() { one.run(ctx) })
	}
	all.Wait()
	return nil
}

// Status tells how each proxy is, in the order of the configuration.
func (f *Follower) Status() []ProxyStatus {
	all := make([]ProxyStatus, 0, len(f.follows))
	for _, one := range f.follows {
		all = append(all, one.state())
	}
	return all
}

const lookAgain = time.Second // at a proxy that may have lost its list, or did not take it

// follow keeps one proxy up to date.
type follow struct {
	p      Proxy
	log    *slog.Logger
	dir    string
	sink   sink
	lookup resolver
	ask    func(ctx context.Context, etag string) ([]byte, string, error)

	// Of the goroutine of run.
	kept    kept
	list    []target // as the server sent it; nil: there was none yet
	targets []target // of list, with their addresses
	settled bool
	emptied bool // the server said last that nobody serves, and list is from before

	mu     sync.Mutex
	status ProxyStatus
	server string // fault of the server or its list
	proxy  string // fault of the proxy
	disk   string // fault of the folder
}

// news is what came from the server.
type news struct {
	text []byte
	etag string
	list []target
	err  error
}

func newFollow(o Options, p Proxy) *follow {
	f := &follow{
		p: p, log: o.Log.With("proxy", p.Name(), "module", p.Module), dir: o.Dir,
		lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		ask: func(ctx context.Context, etag string) ([]byte, string, error) {
			return fetch(ctx, o.Client, o.Server, p, etag)
		},
		status: ProxyStatus{Proxy: p},
	}
	var err error
	f.kept, f.list, err = recall(o.Dir, p)
	f.fault(&f.disk, err)
	if f.kept.Slots == nil {
		f.kept.Slots = map[string]string{}
	}
	f.sink = newSink(p, f.kept.Slots, f.log)
	return f
}

func (f *follow) run(ctx context.Context) {
	heard := make(chan news)
	var listening sync.WaitGroup
	listening.Go(func() { f.listen(ctx, f.kept.ETag, heard) })
	defer listening.Wait()
	if f.list != nil {
		f.fault(&f.server, f.resolve(ctx))
		f.bring(ctx)
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-heard:
			f.hear(ctx, n)
			f.bring(ctx)
		case <-tick.C:
			if !f.settled {
				f.bring(ctx)
			}
		}
	}
}

// listen asks the server again and again.
func (f *follow) listen(ctx context.Context, etag string, heard chan<- news) {
	nap := shortest
	for ctx.Err() == nil {
		n := news{}
		n.text, n.etag, n.err = f.ask(ctx, etag)
		if n.err == nil {
			n.list, n.err = parse(n.text)
		}
		switch {
		case n.err == nil:
			etag, nap = n.etag, shortest
		case errors.Is(n.err, errSame):
			nap = shortest
		default:
			nap = min(max(2*nap, firstNap), longNap)
		}
		select {
		case heard <- n:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(nap):
		case <-ctx.Done():
		}
	}
}

// hear takes what came from the server, unless that would empty the proxy.
func (f *follow) hear(ctx context.Context, n news) {
	same := errors.Is(n.err, errSame)
	if n.err != nil && !same {
		f.fault(&f.server, n.err)
		return
	}
	f.mu.Lock()
	f.status.Fetched = time.Now()
	f.mu.Unlock()
	if !same {
		f.emptied = f.p.Empty == "keep" && serving(n.list) == 0 && serving(f.list) > 0
	}
	if f.emptied {
		f.fault(&f.server, errEmptied)
		return
	}
	if !same {
		f.list, f.kept.List, f.kept.ETag = n.list, n.text, n.etag
		f.settled = false
	}
	f.fault(&f.server, f.resolve(ctx))
	if !same {
		f.keep()
	}
}

// errEmptied is told as long as the server says that nobody serves.
var errEmptied = errors.New("the server says that no worker serves: the last list is kept")

func serving(list []target) (n int) {
	for _, t := range list {
		if t.serves() {
			n++
		}
	}
	return n
}
