package balance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// How an agent treats who asks: HAProxy connects, may send a name, reads one line.
const (
	nameWithin  = 500 * time.Millisecond // from the connection to the end of a name
	restWithin  = 100 * time.Millisecond // from one part of it to the next
	readWithin  = time.Second            // until the answer is taken
	longestName = 256                    // bytes
	longestRest = 4 << 10                // bytes after it, which nobody reads
	openAtOnce  = 1024                   // connections; more wait in the kernel's queue
	acceptPause = 50 * time.Millisecond
)

// Agent answers HAProxy's agent checks. Its methods are for any goroutine.
type Agent struct {
	config AgentConfig
	log    *slog.Logger
	main   net.Listener // nil: none
	slots  chan struct{}
	serves sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	answers map[string]Answer
	byPort  map[int]string       // worker's id
	own     map[int]net.Listener // by the worker's port
	faults  map[int]string       // of listeners that could not be opened, by the worker's port
}

// NewAgent opens the listener of config, if it has one, and answers until Close.
func NewAgent(config AgentConfig, log *slog.Logger) (*Agent, error) {
	a := &Agent{
		config: config, log: log, slots: make(chan struct{}, openAtOnce),
		answers: map[string]Answer{}, byPort: map[int]string{},
		own: map[int]net.Listener{}, faults: map[int]string{},
	}
	if config.Listen != "" {
		l, err := net.Listen("tcp", config.Listen)
		if err != nil {
			return nil, fmt.Errorf("open the agent's listener: %w", err)
		}
		a.main = l
		a.serve(l, a.named)
	}
	return a, nil
}

// Address is where the common listener listens; nil: there is none.
func (a *Agent) Address() net.Addr {
	if a.main == nil {
		return nil
	}
	return a.main.Addr()
}

// Set replaces what is said, by the workers' ids. A worker that is missing from it is
// unknown from now on. It opens and closes the workers' own listeners.
func (a *Agent) Set(answers map[string]Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	a.answers = make(map[string]Answer, len(answers))
	a.byPort = make(map[int]string, len(answers))
	for id, answer := range answers {
		a.answers[id] = answer
		if before, taken := a.byPort[answer.Port]; answer.Port > 0 && (!taken || answer.hasPort() && !answers[before].hasPort()) {
			a.byPort[answer.Port] = id
		}
	}
	if a.config.PortOffset != 0 {
		a.openOwn()
		a.closeOwn()
	}
}

// openOwn opens the listeners that are missing; one that cannot be opened is tried
// again with each Set, and told once.
func (a *Agent) openOwn() {
	host, _, _ := net.SplitHostPort(a.config.Listen)
	for port := range a.byPort {
		if a.own[port] != nil {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port+a.config.PortOffset)))
		if err != nil {
			if a.faults[port] != err.Error() {
				a.log.Warn("A worker has no agent of its own.", "port", port, "err", err)
			}
			a.faults[port] = err.Error()
			continue
		}
		delete(a.faults, port)
		a.own[port] = l
		a.serve(l, func(net.Conn) (Answer, bool) { return a.at(port) })
	}
}

func (a *Agent) closeOwn() {
	for port, l := range a.own {
		if _, there := a.byPort[port]; !there {
			l.Close()
			delete(a.own, port)
		}
	}
	for port := range a.faults {
		if _, there := a.byPort[port]; !there {
			delete(a.faults, port)
		}
	}
}

// Close stops answering; proxies keep what they know.
func (a *Agent) Close() error {
	a.mu.Lock()
	a.closed = true
	var errs []error
	if a.main != nil {
		errs = append(errs, a.main.Close())
	}
	for _, l := range a.own {
		errs = append(errs, l.Close())
	}
	a.own = nil
	a.mu.Unlock()
	a.serves.Wait()
	return errors.Join(errs...)
}

// serve answers each connection of l by what answer says. Where that knows nothing the
// line is empty, which changes nothing at HAProxy; a connection that is closed without
// a line would show there as a failure.
func (a *Agent) serve(l net.Listener, answer func(net.Conn) (Answer, bool)) {
	a.serves.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				time.Sleep(acceptPause) // too many open files: they get fewer
				continue
			}
			a.slots <- struct{}{}
			a.serves.Go(func() {
				defer func() { conn.Close(); <-a.slots }()
				line := ""
				if said, known := answer(conn); known {
					line = said.Line()
				}
				conn.SetWriteDeadline(time.Now().Add(readWithin))
				fmt.Fprintf(conn, "%s\n", line)
				letGo(conn)
			})
		}
	})
}

// letGo lets the other side close first: a connection that is closed with something
// unread is reset, and the answer may be lost.
func letGo(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	conn.SetReadDeadline(time.Now().Add(restWithin))
	io.Copy(io.Discard, io.LimitReader(conn, longestRest))
}

// named reads the name that HAProxy sends and looks it up.
func (a *Agent) named(conn net.Conn) (Answer, bool) {
	name := readName(conn)
	a.mu.Lock()
	answer, known := a.answers[name]
	a.mu.Unlock()
	if known {
		return answer, true
	}
	if _, port, err := net.SplitHostPort(name); err == nil {
		if n, err := strconv.Atoi(port); err == nil {
			return a.at(n)
		}
	}
	return Answer{}, false
}

// at looks up the worker that listens on port.
func (a *Agent) at(port int) (Answer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer, known := a.answers[a.byPort[port]]
	return answer, known
}

// readName reads up to the end of the line. A name without one ends where nothing
// more comes for a moment: it is easily forgotten in a configuration.
func readName(conn net.Conn) string {
	var name [longestName]byte
	end := time.Now().Add(nameWithin) // also for one who sends a byte now and then
	conn.SetReadDeadline(end)
	n := 0
	for n < len(name) {
		m, err := conn.Read(name[n:])
		n += m
		if err != nil || bytes.IndexByte(name[:n], '\n') >= 0 {
			break
		}
		if rest := time.Now().Add(restWithin); rest.Before(end) {
			conn.SetReadDeadline(rest)
		} else {
			conn.SetReadDeadline(end)
		}
	}
	line, _, _ := strings.Cut(string(name[:n]), "\n")
	return strings.TrimSpace(line)
}
