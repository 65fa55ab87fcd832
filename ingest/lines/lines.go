// Package lines listens on one address with TCP and UDP for lines of text. It
// is the server of Graphite's and StatsD's protocols, which have no answers.
package lines

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	maxLine    = 64 << 10 // bytes; a longer one ends the connection
	maxSenders = 1000     // connections at a time
	logPause   = time.Minute
)

// A Reader takes the lines of one connection or datagram, one after the other.
type Reader interface {
	// Line takes a line that is not empty; the error says what is bad about it.
	Line(line string) error
	// Idle is called when nothing more has come yet, and at the end.
	Idle(ctx context.Context)
}

// Options say what a [Server] does with what comes in.
type Options struct {
	Protocol string // named in messages
	// Open returns the Reader for a connection from this address, which is
	// without its port. Many may be open at a time.
	Open func(sender string) Reader
	// Malformed is told of each bad line.
	Malformed func()
	Logger    *slog.Logger
}

// Server is one address, open for TCP and UDP.
type Server struct {
	opts Options
	tcp  net.Listener
	udp  net.PacketConn

	mu     sync.Mutex // protects the fields below
	open   map[net.Conn]struct{}
	logged time.Time // when a bad line was last logged
}

// Listen opens address; port 0 takes a free one, the same for TCP and UDP.
func Listen(address string, opts Options) (*Server, error) {
	tcp, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", opts.Protocol, err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		_ = tcp.Close()
		return nil, fmt.Errorf("listen for %s: %w", opts.Protocol, err)
	}
	return &Server{opts: opts, tcp: tcp, udp: udp, open: map[net.Conn]struct{}{}}, nil
}

// Addr is the address that is bound.
func (s *Server) Addr() string { return s.tcp.Addr().String() }

// Run takes in lines until ctx is done; it then closes all connections and
// returns once what had been read is stored.
func (s *Server) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, s.close)
	defer stop()
	// What was read before the end must still reach the store.
	ctx = context.WithoutCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.packets(ctx) })
	for {
		c, err := s.tcp.Accept()
		if err != nil {
			wg.Wait()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			s.close()
			return fmt.Errorf("accept connections for %s: %w", s.opts.Protocol, err)
		}
		if !s.register(c) {
			s.opts.Logger.Warn("too many connections", "protocol", s.opts.Protocol, "limit", maxSenders, "sender", c.RemoteAddr().String())
			_ = c.Close()
			continue
		}
		wg.Go(func() { s.connection(ctx, c) })
	}
}

func (s *Server) close() {
	_, _ = s.tcp.Close(), s.udp.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		// Not a Close: what has come already is still read.
		_ = c.SetReadDeadline(time.Now())
	}
	s.open = nil
}

func (s *Server) register(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil || len(s.open) >= maxSenders {
		return false
	}
	s.open[c] = struct{}{}
	return true
}

func (s *Server) unregister(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

func (s *Server) connection(ctx context.Context, c net.Conn) {
	defer s.unregister(c)
	defer func() { _ = c.Close() }()
	s.lines(ctx, c, c.RemoteAddr())
}

func (s *Server) packets(ctx context.Context) {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := s.udp.ReadFrom(buf)
		if err != nil {
			return // closed; UDP has no other end
		}
		s.lines(ctx, strings.NewReader(string(buf[:n])), from)
	}
}

// lines reads until the end.
func (s *Server) lines(ctx context.Context, r io.Reader, from net.Addr) {
	sender, _, _ := net.SplitHostPort(from.String())
	to := s.opts.Open(sender)
	defer to.Idle(ctx)
	in := bufio.NewReaderSize(r, maxLine)
	for {
		raw, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			s.refuse(sender, string(raw), fmt.Errorf("longer than %d bytes", maxLine))
			return
		}
		if line := strings.TrimSpace(string(raw)); line != "" {
			if lErr := to.Line(line); lErr != nil {
				s.refuse(sender, line, lErr)
			}
		}
		if err != nil {
			return
		}
		if in.Buffered() == 0 {
			to.Idle(ctx)
		}
	}
}

// refuse counts a bad line and logs one a minute.
func (s *Server) refuse(sender, line string, err error) {
	s.opts.Malformed()
	now := time.Now()
	s.mu.Lock()
	due := now.Sub(s.logged) >= logPause
	if due {
		s.logged = now
	}
	s.mu.Unlock()
	if due {
		s.opts.Logger.Warn("bad line", "protocol", s.opts.Protocol, "sender", sender, "line", line[:min(len(line), 100)], "err", err)
	}
}
