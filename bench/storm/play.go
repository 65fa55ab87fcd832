package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// player plays scenarios to a server in real time, or some times faster.
type player struct {
	server, listen, fleet, out string
	speed                      float64

	sink    *sink
	started time.Time
}

// play plays files one after the other, and writes what was told of each.
func (p *player) play(ctx context.Context, files []string) error {
	if p.speed <= 0 {
		return fmt.Errorf("--speed: want a number above 0, got %v", p.speed)
	}
	if err := os.MkdirAll(p.out, 0o755); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", p.listen)
	if err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	p.sink = &sink{}
	hooks := &http.Server{Handler: p.sink, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = hooks.Serve(listener) }()
	defer hooks.Close()
	if p.fleet != "" {
		if err := p.introduce(ctx); err != nil {
			return err
		}
	}
	for _, file := range files {
		var s Scenario
		if err := readJSON(file, &s); err != nil {
			return err
		}
		if err := p.one(ctx, &s, filepath.Join(p.out, filepath.Base(file))); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

// known is how long after its first samples a server knows the fleet: a minute, and
// the time in which late ones may come.
const known = 75 * time.Second

// introduce lets the server know the fleet, and sends its samples from then on.
func (p *player) introduce(ctx context.Context) error {
	samples, err := os.ReadFile(p.fleet)
	if err != nil {
		return err
	}
	send := func() error {
		return p.post(ctx, http.MethodPost, "/api/v1/import/prometheus", "text/plain", samples, nil)
	}
	if err := send(); err != nil {
		return err
	}
	go func() {
		for tick := time.NewTicker(time.Minute); ctx.Err() == nil; <-tick.C {
			if err := send(); err != nil && ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, "storm: samples of the fleet:", err)
			}
		}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(known):
		return nil
	}
}

// tick is how often something is sent.
const tick = Seconds(1)

func (p *player) one(ctx context.Context, s *Scenario, out string) error {
	p.started = time.Now()
	p.sink.begin(p.since)
	events, leases := s.Events(), newHolder(p, s.Leases)
	for now := Seconds(0); now < s.Length; now += tick {
		if err := p.until(ctx, now); err != nil {
			return err
		}
		if err := leases.hold(ctx, now); err != nil {
			return err
		}
		n := 0
		for n < len(events) && events[n].At <= now {
			n++
		}
		if err := p.send(ctx, s, events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	told := p.sink.end()
	fmt.Printf("%s: %d alarms in, %d notifications out\n", s.Name, len(s.Alarms), len(told))
	return writeJSON(out, told)
}

// since is how far the scenario is.
func (p *player) since() Seconds { return Seconds(time.Since(p.started).Seconds() * p.speed) }

// real is when a time of the scenario is.
func (p *player) real(at Seconds) time.Time {
	return p.started.Add(time.Duration(float64(at.duration()) / p.speed))
}

func (p *player) until(ctx context.Context, at Seconds) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(p.real(at))):
		return nil
	}
}

// alert is an alarm as Alertmanager's API takes it.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// perRequest is how many alarms Prometheus sends at most in one request.
const perRequest = 64

// send sends events as Prometheus does: what rings ends by itself unless it is sent
// again within four times as long as that takes.
func (p *player) send(ctx context.Context, s *Scenario, events []Event) error {
	for len(events) > 0 {
		n := min(perRequest, len(events))
		body := make([]alert, n)
		for i, e := range events[:n] {
			ends := p.real(e.At + 4*s.Resend)
			if e.Ended {
				ends = p.real(e.At)
			}
			body[i] = alert{e.Labels, map[string]string{"summary": e.Labels["alertname"]}, p.real(e.From), ends}
		}
		if err := p.call(ctx, http.MethodPost, "/api/v2/alerts", body, nil); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// call calls the server's API.
func (p *player) call(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return p.post(ctx, method, path, "application/json", text, answer)
}

func (p *player) post(ctx context.Context, method, path, format string, text []byte, answer any) error {
	address, err := url.JoinPath(p.server, path)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", format)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err = io.ReadAll(got.Body)
	if err == nil && got.StatusCode/100 != 2 {
		err = errors.New(got.Status)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", method, address, err, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}
