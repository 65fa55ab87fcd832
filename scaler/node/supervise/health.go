package supervise

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

// What a health check is that says nothing about it.
const (
	defaultInterval = 2 * time.Second
	defaultTimeout  = time.Second
	defaultFailures = 3
	firstInterval   = 50 * time.Millisecond // while a worker starts; grows to the interval
)

func orElse(d wire.Duration, other time.Duration) time.Duration {
	if d <= 0 {
		return other
	}
	return time.Duration(d)
}

// watch checks the health of a worker from now on, as its specification says.
func (s *Supervisor) watch(u *unit) {
	p, h, port := u.proc, u.by.Health, u.now.Port
	p.unwatch()
	if h.Kind != "http" && h.Kind != "tcp" {
		s.checked(u, p, 0, nil, time.Now())
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.unwatch = cancel
	starting := u.state == wire.Starting
	s.tasks.Go(func() {
		check(ctx, h, port, starting, func(fails int, err error) {
			s.tell(func(now time.Time) {
				if ctx.Err() == nil {
					s.checked(u, p, fails, err, now)
				}
			})
		})
	})
}

// checked takes in a health check: how many have failed in a row, and why the last.
func (s *Supervisor) checked(u *unit, p *process, fails int, err error, now time.Time) {
	if u.proc != p || u.phase != running {
		return
	}
	if err == nil {
		p.wrong, u.due = "", time.Time{}
		if u.state != wire.Ready {
			s.o.Logger.Info("A worker serves.", "worker", u.id, "service", u.now.Service, "pid", p.pid, "after", now.Sub(u.since))
		}
		u.become(wire.Ready, now)
		return
	}
	p.wrong = err.Error()
	h := u.by.Health
	switch {
	case u.state == wire.Starting:
	case h.Restart > 0 && fails >= h.Restart:
		s.stop(u, fmt.Sprintf("%d health checks in a row failed: %v", fails, err), now)
	case fails >= failures(h) && u.state == wire.Ready:
		s.o.Logger.Warn("A worker is unhealthy.", "worker", u.id, "service", u.now.Service, "err", err)
		u.become(wire.Unhealthy, now)
	}
}

func failures(h wire.Health) int {
	if h.Failures <= 0 {
		return defaultFailures
	}
	return h.Failures
}

// apart is how long to wait for the next check after one that has passed. Workers that were
// started or adopted at once are spread over the interval by their second check, and then
// drift apart by a tenth: they and the node are not asked all at the same time.
func apart(first bool, every time.Duration) time.Duration {
	if first {
		return time.Duration(rand.Float64() * float64(every))
	}
	return time.Duration((0.9 + 0.2*rand.Float64()) * float64(every))
}

// check probes a worker until ctx is done. It tells of every failure, and of the first
// success, and of the first one after failures.
func check(ctx context.Context, h wire.Health, port int, starting bool, tell func(fails int, err error)) {
	every := orElse(h.Interval, defaultInterval)
	soon := every
	if starting {
		soon = min(firstInterval, every)
	}
	first, fails := true, 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		interval, err := every, probe(ctx, h, port)
		switch {
		case err != nil:
			fails++
			tell(fails, err)
			if first { // it starts
				soon = min(soon*3/2, every)
				interval = soon
			}
		case first || fails > 0:
			tell(0, nil)
			interval = apart(first, every)
			first, fails = false, 0
		default:
			interval = apart(false, every)
		}
		timer.Reset(interval)
	}
}

// probe does one health check. A worker has to listen at 127.0.0.1, be it among others.
func probe(ctx context.Context, h wire.Health, port int) error {
	ctx, cancel := context.WithTimeout(ctx, orElse(h.Timeout, defaultTimeout))
	defer cancel()
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", address)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	defer conn.Close()
	if h.Kind == "tcp" {
		return nil
	}
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	return get(conn, address, h.Path)
}

// get asks for a path and wants 2xx or 3xx. It is a request by hand, since a hundred
// workers are asked every few seconds, and an HTTP client costs five times as much.
func get(conn io.ReadWriter, address, path string) error {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: headroom-node\r\nConnection: close\r\n\r\n", path, address)
	if err != nil {
		return fmt.Errorf("health check %s: %w", path, err)
	}
	reader := bufio.NewReaderSize(io.LimitReader(conn, 64<<10), 1024)
	line, _, err := reader.ReadLine()
	if err != nil {
		return fmt.Errorf("health check %s: %w", path, err)
	}
	_, _ = io.Copy(io.Discard, reader) // to the end, so that the worker is not cut off
	status := strings.Fields(string(line))
	if len(status) < 2 || !strings.HasPrefix(status[0], "HTTP/") {
		return fmt.Errorf("health check %s: the answer is no HTTP", path)
	}
	if c := status[1]; len(c) != 3 || c[0] != '2' && c[0] != '3' {
		return fmt.Errorf("health check %s: status %s", path, c)
	}
	return nil
}
