package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"headroom/internal/simfleet"
	"headroom/storage"
)

// measureHeadroom waits for the first table after a restart, then lives through
// some minutes with the loads of all devices coming in, and asks for the table.
func (s *server) measureHeadroom(ctx context.Context, o options, fleet *simfleet.Fleet, restarted time.Time, t *table) error {
	rows, err := s.waitForTable(ctx, o.modules*9/10)
	if err != nil {
		return err
	}
	t.set(rowFirstTable, headroom, time.Since(restarted).Seconds())
	slog.Info("first table", "rows", rows, "took", time.Since(restarted).Round(time.Millisecond))
	if err := s.measureMinutes(ctx, o, fleet, t); err != nil {
		return err
	}
	return s.measureAnswers(ctx, o, t)
}

// waitForTable asks until enough rows of the table know what is normal. They may
// be stale: nothing has come in since the restart.
func (s *server) waitForTable(ctx context.Context, want int) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	got := 0
	for {
		var answer struct{ Data []struct{ Mean *float64 } }
		if err := getJSON(ctx, s.url+"/api/v1/warnings", &answer); err == nil {
			got = 0
			for _, r := range answer.Data {
				if r.Mean != nil {
					got++
				}
			}
			if got >= want {
				return got, nil
			}
		}
		if err := waitUntil(ctx, time.Now().Add(50*time.Millisecond)); err != nil {
			return got, fmt.Errorf("the table has %d rows with a mean, want %d: %w", got, want, err)
		}
	}
}

// These bound the part of a minute in which the table of the one before is made:
// its grace ends at the fifth second.
const closingFrom, closingTo = 4 * time.Second, 10 * time.Second

// measureMinutes sends the loads of all devices each minute, and takes all the
// CPU time that the server uses round a minute's close. Nothing is taken off for
// its housekeeping, so the table costs less than this.
func (s *server) measureMinutes(ctx context.Context, o options, fleet *simfleet.Fleet, t *table) error {
	minute := time.Now().Truncate(time.Minute).Add(time.Minute)
	var costs []float64
	for range o.minutes + 1 {
		if err := waitUntil(ctx, minute.Add(15*time.Second)); err != nil {
			return err
		}
		if err := s.sendMinute(ctx, fleet, minute.Add(10*time.Second)); err != nil {
			return err
		}
		minute = minute.Add(time.Minute)
		cost, err := s.cpuBetween(ctx, minute.Add(closingFrom), minute.Add(closingTo))
		if err != nil {
			return err
		}
		slog.Info("live minute", "cpu_seconds_round_its_close", cost)
		costs = append(costs, cost)
	}
	costs = costs[1:] // a restarted server's first minute is not steady
	slices.Sort(costs)
	t.set(rowTableCPU, headroom, costs[len(costs)/2])
	mean, err := s.meanOfHistogram(ctx, "headroom_table_evaluation_seconds")
	if err != nil {
		return err
	}
	t.set(rowTableWall, headroom, mean)
	return nil
}

// cpuBetween waits for both times and returns the CPU seconds in between.
func (s *server) cpuBetween(ctx context.Context, from, to time.Time) (float64, error) {
	if err := waitUntil(ctx, from); err != nil {
		return 0, err
	}
	before, err := s.usage()
	if err != nil {
		return 0, err
	}
	if err := waitUntil(ctx, to); err != nil {
		return 0, err
	}
	after, err := s.usage()
	return after.cpu - before.cpu, err
}

func (s *server) sendMinute(ctx context.Context, fleet *simfleet.Fleet, at time.Time) error {
	var rows []storage.Series
	err := fleet.Minute(at, func(more []storage.Series) error {
		for _, r := range more {
			if storage.Value(r.Labels, storage.MetricName) == "headroom_load_percent" {
				rows = append(rows, r)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.store.Write(ctx, rows)
}

// measureAnswers takes the median time of the API and of the command.
func (s *server) measureAnswers(ctx context.Context, o options, t *table) error {
	const times = 11
	api, err := median(times, func() error {
		_, err := get(ctx, s.url+"/api/v1/warnings")
		return err
	})
	if err != nil {
		return err
	}
	t.set(rowAPI, headroom, api)
	command, err := median(times, func() error {
		out, err := exec.CommandContext(ctx, o.headroom, "warnings", "--server="+s.url).CombinedOutput()
		if err != nil {
			return fmt.Errorf("headroom warnings: %w: %s", err, out)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.set(rowWarnings, headroom, command)
	return nil
}

func median(n int, do func() error) (float64, error) {
	var took []float64
	for range n {
		begin := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begin).Seconds())
	}
	slices.Sort(took)
	return took[n/2], nil
}

// meanOfHistogram reads one of the server's own metrics.
func (s *server) meanOfHistogram(ctx context.Context, name string) (float64, error) {
	body, err := get(ctx, s.url+"/metrics")
	if err != nil {
		return 0, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(body)))
	if err != nil {
		return 0, fmt.Errorf("metrics of %s: %w", s.name, err)
	}
	f := families[name]
	if f == nil || len(f.Metric) == 0 {
		return 0, fmt.Errorf("%s has no metric %s", s.name, name)
	}
	h := f.Metric[0].GetHistogram()
	return h.GetSampleSum() / float64(h.GetSampleCount()), nil
}

func getJSON(ctx context.Context, url string, answer any) error {
	body, err := get(ctx, url)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, answer)
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %.200s", url, resp.Status, body)
	}
	return body, err
}
