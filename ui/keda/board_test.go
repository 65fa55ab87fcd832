package keda

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const dispatch = "Qzone/WNS/dispatch/SET_W13"

var minute = time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)

// board is a [Scales] that tests write on.
type board struct {
	mu     sync.Mutex
	scales map[string]Scale
	heard  map[chan struct{}]bool
	left   chan struct{} // gets a value when somebody no longer listens
	asked  chan struct{} // gets one when somebody looks, if there is room
}

func newBoard(scales ...Scale) *board {
	b := &board{scales: map[string]Scale{}, heard: map[chan struct{}]bool{}, left: make(chan struct{}, 100), asked: make(chan struct{}, 1)}
	b.put(scales...)
	return b
}

func (b *board) put(scales ...Scale) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range scales {
		b.scales[s.Module] = s
	}
	for c := range b.heard {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (b *board) Scale(module string) (Scale, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.asked <- struct{}{}:
	default:
	}
	s, ok := b.scales[module]
	return s, ok
}

func (b *board) Changed() (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(chan struct{}, 1)
	b.heard[c] = true
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.heard, c)
		b.left <- struct{}{}
	}
}

func wants(n int) Scale {
	return Scale{Module: dispatch, Desired: n, Current: 9, At: minute, Reason: "busy 0.71 > 0.6"}
}

// running is a server on a port of its own.
type running struct {
	addr net.Addr
	reg  *prometheus.Registry
	stop func() error // returns what Serve returned
}

func serve(t *testing.T, opts Options) running {
	t.Helper()
	r := running{reg: prometheus.NewRegistry()}
	opts.Registerer = r.reg
	opts.Now = func() time.Time { return minute.Add(30 * time.Second) }
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	server := New(opts)
	go func() { ended <- server.Serve(ctx, l) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return r
}
