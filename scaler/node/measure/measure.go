package measure

import (
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	"headroom/scaler/node/send"
	"headroom/scaler/node/tcpslice"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// Options say what is measured. Only Workers and Node are needed.
type Options struct {
	Workers func() []worker.Running // asked once a slice; the same Spec is at the same address
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
type Measure struct {
	o       Options
	proc    string  // where /proc is
	cores   float64 // of the machine
	onSlice []func(time.Time, map[string]worker.Slice)

	sampler   *tcpslice.Sampler
	inbox     *inbox
	listeners map[string]*net.UDPConn // by source; nil: none
	scraper   *scraper

	mu       sync.Mutex // guards what follows
	machine  *machine
	subjects map[string]*subject // by the worker's id
	services map[string]*service // by the module's
	order    []*subject          // as the sampler has them
	began    time.Time           // of the slice
	slice    int                 // its number

	buf     []byte
	watched []tcpslice.Worker
	weights []float64 // as running workers are told; NaN: not known
	tcp     []tcpslice.Slice
	asked   time.Time // when Series was
	series  []value   // of the node
	out     []send.Series
	failing bool // sock_diag does not answer
}

// New opens what is read and listened on. Run closes it.
func New(o Options) (*Measure, error) {
	if o.Slice <= 0 {
		o.Slice = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	m := &Measure{
		o: o, proc: "/proc", cores: float64(runtime.NumCPU()),
		inbox: newInbox(o.Address), listeners: map[string]*net.UDPConn{}, scraper: newScraper(),
		subjects: map[string]*subject{}, services: map[string]*service{},
		buf: make([]byte, 4096),
	}
	var err, statsdErr, haproxyErr error
	m.sampler, err = tcpslice.Open()
	m.listeners[sourceStatsD], statsdErr = listen(sourceStatsD, o.StatsD)
	m.listeners[sourceHAProxy], haproxyErr = listen(sourceHAProxy, o.HAProxy)
	m.machine = openMachine(m.proc)
	m.series = m.nodeSeries()
	if err := errors.Join(err, statsdErr, haproxyErr); err != nil {
		m.close()
		return nil, err
	}
	m.machine.look(time.Now())
	return m, nil
}

func (m *Measure) close() {
	for _, conn := range m.listeners {
		if conn != nil {
			conn.Close()
		}
	}
	if m.sampler != nil {
		m.sampler.Close()
	}
	m.machine.close()
	for _, s := range m.subjects {
		s.close()
	}
	for _, s := range m.services {
		s.stat.close()
	}
}

// OnSlice has f called at the end of each slice, by the goroutine of Run: f should be
// quick. The map is f's to keep, and not to change. To be called before Run.
func (m *Measure) OnSlice(f func(now time.Time, slices map[string]worker.Slice)) {
	m.onSlice = append(m.onSlice, f)
}

// Load is how busy the node is.
func (m *Measure) Load() wire.Load {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.machine.load()
}

// Connections are those of a worker, as they are now; none if there is no such worker
// or it has no port.
func (m *Measure) Connections(worker string) ([]tcpslice.Connection, error) {
	m.mu.Lock()
	s := m.subjects[worker]
	m.mu.Unlock()
	if s == nil {
		return nil, nil
	}
	return m.sampler.Connections(tcpslice.Worker{Port: s.Port, Cgroup: s.CgroupID})
}

// StatsDAddr is where timers are received; nil: nowhere.
func (m *Measure) StatsDAddr() net.Addr { return m.address(sourceStatsD) }

// HAProxyAddr is where HAProxy's log is received; nil: nowhere.
func (m *Measure) HAProxyAddr() net.Addr { return m.address(sourceHAProxy) }

func (m *Measure) address(source string) net.Addr {
	if conn := m.listeners[source]; conn != nil {
		return conn.LocalAddr()
	}
	return nil
}
