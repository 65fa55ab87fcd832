package measure

import (
	"context"
	"log/slog"
	"net"
	"time"

	"headroom/scaler/node/send"
	"headroom/scaler/node/tcpslice"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// Options say what is measured. Only Workers and Node are needed.
type Options struct {
	Workers func() []worker.Running // asked once a slice
	Node    string                  // label of the series
	Address string                  // of the node, as it stands in HAProxy's names of servers

	Slice time.Duration // default 1 s

	StatsD  string // UDP address to listen on for timers, such as 127.0.0.1:8125; empty: none
	HAProxy string // UDP address to listen on for HAProxy's log; empty: none

	// Weight tells a worker's share of the work, 0 … 100 percent; nil: it is not sent.
	Weight func(worker string) (percent int, ok bool)

	Logger *slog.Logger // nil: slog.Default
}

// Measure measures.
type Measure struct{ o Options }

// New opens what is read and listened on.
func New(o Options) (*Measure, error) { return &Measure{o: o}, nil }

// OnSlice has f called at the end of each slice, by the goroutine of Run: f should be
// quick. The map is f's. To be called before Run.
func (m *Measure) OnSlice(f func(now time.Time, slices map[string]worker.Slice)) {}

// Run measures until ctx is done, and closes what New has opened.
func (m *Measure) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Load is how busy the node is.
func (m *Measure) Load() wire.Load { return wire.Load{} }

// Series are the values of now. The slice is valid until the next call; only one
// goroutine may call it.
func (m *Measure) Series(now time.Time) []send.Series { return nil }

// Connections are those of a worker, as last seen; nil if it has none.
func (m *Measure) Connections(worker string) []tcpslice.Connection { return nil }

// StatsDAddr is where timers are received; nil: nowhere.
func (m *Measure) StatsDAddr() net.Addr { return nil }

// HAProxyAddr is where HAProxy's log is received; nil: nowhere.
func (m *Measure) HAProxyAddr() net.Addr { return nil }
