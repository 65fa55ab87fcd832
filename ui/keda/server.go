package keda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	pb "github.com/kedacore/keda/v2/pkg/scalers/externalscaler"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// MaxRequest is the limit of a message and of a request's headers in bytes; KEDA
// sends a few hundred. Beyond it the answer is ResourceExhausted.
const MaxRequest = 64 << 10

// DefaultMaxStreams is the limit of open streams: KEDA opens one for each
// ScaledObject with an external-push trigger.
const DefaultMaxStreams = 10_000

// DefaultMaxAge is the age above which a decision is no longer told: policies
// decide each minute, and so does whoever acts on them.
const DefaultMaxAge = 5 * time.Minute

const (
	handshake = 10 * time.Second // for a connection to be set up
	idle      = time.Minute      // of a silent connection until it is asked whether it lives
	grace     = 5 * time.Second  // for answers under way when the server stops
)

// Scale is the newest decision about a module.
type Scale struct {
	Module  string // path, as in Qzone/WNS/dispatch/SET_W13
	Desired int    // workers, after all limits
	Current int    // workers that run
	Reason  string
	At      time.Time // end of the minute that it is about
	Held    bool      // a person, or missing data, keeps the number as it is
	Stale   string    // why it may not be acted on; empty: it may
}

// Scales knows the newest decisions. Its methods are called from many goroutines.
type Scales interface {
	// Scale returns the newest decision about a module, and false where there is
	// none: the module is unknown, is not scaled, or was not looked at yet.
	Scale(module string) (Scale, bool)
	// Changed returns a channel that gets a value, or is closed for good, after
	// decisions were made, and what ends that. A sender need not wait: a value that
	// was not taken yet stands for those after it.
	Changed() (<-chan struct{}, func())
}

// Options make a [Server].
type Options struct {
	Scales     Scales
	TLS        TLS              // zero: plain text
	MaxAge     time.Duration    // of a decision; 0: [DefaultMaxAge]
	MaxStreams int              // beyond them ResourceExhausted; 0: [DefaultMaxStreams]
	Now        func() time.Time // nil: [time.Now]
	Logger     *slog.Logger     // nil: none
	Registerer prometheus.Registerer
}

// Server serves KEDA's external scaler.
type Server struct {
	opts    Options
	metrics *metrics
}

// New returns a server that does not serve yet.
func New(opts Options) *Server {
	if opts.MaxAge == 0 {
		opts.MaxAge = DefaultMaxAge
	}
	if opts.MaxStreams == 0 {
		opts.MaxStreams = DefaultMaxStreams
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return &Server{opts: opts, metrics: newMetrics(opts.Registerer)}
}

// Serve answers on l until ctx is done, and closes l. Streams are ended then, and
// answers under way get 5 s. A TLS file that cannot be used is an error at once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	creds, err := s.opts.TLS.credentials()
	if err != nil {
		return errors.Join(fmt.Errorf("TLS of KEDA's scaler: %w", err), l.Close())
	}
	server := s.server(creds)
	pb.RegisterExternalScalerServer(server, &scaler{Options: s.opts, streams: make(chan struct{}, s.opts.MaxStreams), stopping: ctx.Done()})
	defer context.AfterFunc(ctx, func() { stop(server) })()
	if err := server.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("KEDA's scaler on %s: %w", l.Addr(), err)
	}
	return nil
}

func (s *Server) server(creds credentials.TransportCredentials) *grpc.Server {
	return grpc.NewServer(grpc.Creds(creds),
		grpc.MaxRecvMsgSize(MaxRequest), grpc.MaxHeaderListSize(MaxRequest),
		// KEDA has one connection for all: what it asks needs a place beside its streams.
		grpc.MaxConcurrentStreams(uint32(s.opts.MaxStreams)+1000),
		grpc.ConnectionTimeout(handshake), grpc.KeepaliveParams(keepalive.ServerParameters{Time: idle}),
		grpc.UnaryInterceptor(s.metrics.unary), grpc.StreamInterceptor(s.metrics.stream))
}

func stop(server *grpc.Server) {
	defer time.AfterFunc(grace, server.Stop).Stop()
	server.GracefulStop()
}
