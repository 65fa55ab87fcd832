package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// perRequest is how many alarms Prometheus sends at most in one request.
const perRequest = 64

// alarms sends a storm of different alarms within a minute, as several Prometheus
// servers would, and measures how long answers take, what the server used, and how
// many notifications it made of them.
func alarms(ctx context.Context, o options, name string, t *table) error {
	dir, err := emptyDir(o, name+"-alarms")
	if err != nil {
		return err
	}
	sink, err := listenForNotifications()
	if err != nil {
		return err
	}
	defer sink.close()
	if err := writeAlertingConfig(dir, sink.url); err != nil {
		return err
	}
	s, err := start(ctx, o, name, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	before, err := s.usage()
	if err != nil {
		return err
	}
	slog.Info("alarms", "server", name, "alarms", o.alarms, "within", o.within)
	took, err := s.storm(ctx, o)
	if err != nil {
		return err
	}
	const settle = 30 * time.Second // groups of the storm's end are told
	if err := waitUntil(ctx, time.Now().Add(settle)); err != nil {
		return err
	}
	after, err := s.usage()
	if err != nil {
		return err
	}
	kept, err := s.keptAlarms(ctx)
	if err != nil {
		return err
	}
	slices.Sort(took)
	t.set(rowAlarmCPU, name, after.cpu-before.cpu)
	t.set(rowAlarmAnswer, name, took[len(took)*99/100].Seconds())
	t.set(rowAlarmMemory, name, float64(after.peak))
	t.set(rowAlarmLost, name, float64(o.alarms-kept))
	t.set(rowNotifications, name, float64(sink.count.Load()))
	if name != headroom {
		return nil
	}
	decided, err := s.decisions(ctx, o)
	if err != nil {
		return err
	}
	t.set(rowAlarmDecision, name, decided.Seconds())
	return nil
}

// writeAlertingConfig has both programs group by module and tell one webhook.
func writeAlertingConfig(dir, sink string) error {
	routes := fmt.Sprintf("route: {receiver: sink, group_by: [module], group_wait: 5s, group_interval: 30s}\nreceivers:\n- name: sink\n  webhook_configs: [{url: %q}]\n", sink)
	if err := os.WriteFile(filepath.Join(dir, "alertmanager.yml"), []byte(routes), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "headroom.yml"), []byte("alerting: {config_file: alertmanager.yml}\n"), 0o600)
}

// storm sends the alarms from several senders at an even rate, and returns how long
// each request took.
func (s *server) storm(ctx context.Context, o options) (took []time.Duration, err error) {
	const senders = 8
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs []error
	begin := time.Now()
	requests := (o.alarms + perRequest - 1) / perRequest
	for sender := range senders {
		wg.Go(func() {
			for r := sender; r < requests; r += senders {
				due := begin.Add(o.within * time.Duration(r) / time.Duration(requests))
				d, err := time.Duration(0), waitUntil(ctx, due)
				if err == nil {
					d, err = s.sendAlarms(ctx, stormOf(r*perRequest, min(perRequest, o.alarms-r*perRequest)))
				}
				mu.Lock()
				took, errs = append(took, d), append(errs, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return took, errors.Join(errs...)
}

type alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

// stormOf makes the alarms number from to from+n: devices of 2,428 modules, each
// with a few kinds of alarms.
func stormOf(from, n int) []alert {
	kinds := []string{"InstanceDown", "HighLatency", "ErrorRate", "DiskFull", "ProcessDead"}
	now := time.Now()
	alerts := make([]alert, n)
	for i := range alerts {
		id := from + i
		module := id / len(kinds) % 2428
		alerts[i] = alert{
			Labels: map[string]string{
				"alertname": kinds[id%len(kinds)], "severity": "warning", "job": "node", "business": fmt.Sprint("B", module/300),
				"product": fmt.Sprint("P", module/50), "service": fmt.Sprint("S", module/10), "module": fmt.Sprint("SET_W", module),
				"node": fmt.Sprintf("n%d", id/len(kinds)), "rack": fmt.Sprint("r", id/400),
			},
			Annotations: map[string]string{"summary": "It has been so for five minutes.", "runbook_url": "http://wiki.example.com/runbook"},
			StartsAt:    now.Add(-5 * time.Minute), EndsAt: now.Add(10 * time.Minute),
			GeneratorURL: "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
		}
	}
	return alerts
}

func (s *server) sendAlarms(ctx context.Context, alerts []alert) (time.Duration, error) {
	body, err := json.Marshal(alerts)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	started := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("alarms were answered with %s: %s", resp.Status, text)
	}
	return time.Since(started), err
}

// keptAlarms is how many alarms the server still knows.
func (s *server) keptAlarms(ctx context.Context) (int, error) {
	if s.name != headroom {
		var list []struct{}
		err := s.getJSON(ctx, "/api/v2/alerts", &list)
		return len(list), err
	}
	var stats struct {
		Data []struct{ Alarms int }
	}
	if err := s.getJSON(ctx, "/api/v1/alarms/stats?source=api", &stats); err != nil {
		return 0, err
	}
	total := 0
	for _, n := range stats.Data {
		total += n.Alarms
	}
	return total, nil
}

// decisions is how long the slowest of 100 alarms waited for the first thing that
// was decided on it.
func (s *server) decisions(ctx context.Context, o options) (time.Duration, error) {
	var waits []time.Duration
	for offset := 0; offset < o.alarms; offset += 10_000 {
		var page struct {
			Data struct {
				Alarms []struct{ ID string }
			}
		}
		if err := s.getJSON(ctx, fmt.Sprintf("/api/v1/alarms?source=api&limit=100&offset=%d", offset), &page); err != nil {
			return 0, err
		}
		for _, a := range page.Data.Alarms {
			wait, err := s.decision(ctx, a.ID)
			if err != nil {
				return 0, err
			}
			waits = append(waits, wait)
		}
	}
	slices.Sort(waits)
	return waits[len(waits)*99/100], nil
}

func (s *server) decision(ctx context.Context, id string) (time.Duration, error) {
	var one struct {
		Data struct{ Trail []struct{ At time.Time } }
	}
	if err := s.getJSON(ctx, "/api/v1/alarms/"+id, &one); err != nil {
		return 0, err
	}
	if len(one.Data.Trail) < 2 {
		return 0, fmt.Errorf("nothing was decided on alarm %s", id)
	}
	return one.Data.Trail[1].At.Sub(one.Data.Trail[0].At), nil
}

func (s *server) getJSON(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// sink counts notifications.
type sink struct {
	url    string
	count  atomic.Int64
	server *http.Server
}

func listenForNotifications() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	k := &sink{url: "http://" + l.Addr().String() + "/"}
	k.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		k.count.Add(1)
	})}
	go func() { _ = k.server.Serve(l) }()
	return k, nil
}

func (k *sink) close() { _ = k.server.Close() }
