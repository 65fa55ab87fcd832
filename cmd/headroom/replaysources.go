package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"headroom/analytics/backtest"
	"headroom/ingest/rollup"
	"headroom/scaler/demand"
	"headroom/scaler/replay"
)

// errNoLoad means that a file holds no load that workers could carry.
var errNoLoad = errors.New("no load")

func (r *replayCommand) fromFiles() (source []func() (replay.Series, error)) {
	for _, file := range r.files {
		source = append(source, func() (replay.Series, error) { return r.fromFile(file) })
	}
	return source
}

func (r *replayCommand) fromFile(file string) (replay.Series, error) {
	s := replay.Series{Name: filepath.Base(file), Family: filepath.Base(filepath.Dir(file))}
	recorded, err := backtest.ReadFile(file)
	if err != nil {
		return s, err
	}
	s.Name = recorded.Name
	if s.Zone, err = time.LoadLocation(r.zone); err != nil {
		return s, fmt.Errorf("--timezone: %w", err)
	}
	if s.Start, s.Busy, err = replay.Even(recorded.Times, recorded.Values); err != nil {
		return s, fmt.Errorf("%s: %w", file, err)
	}
	if why := replay.NotLoad(s.Busy); r.loads && why != "" {
		return s, fmt.Errorf("%w: %s", errNoLoad, why)
	}
	if !r.end.IsZero() {
		s.Busy = s.Busy[:min(max(0, int(r.end.Sub(s.Start)/time.Minute)), len(s.Busy))]
	}
	if r.workers > 0 {
		s.Busy = replay.Scale(s.Busy, r.workers, r.Policy.Target)
	}
	return s, nil
}

// fromServer lists the modules whose busy seconds a server keeps.
func (r *replayCommand) fromServer(now time.Time) (sources []func() (replay.Series, error), err error) {
	if r.end.IsZero() {
		r.end = now
	}
	r.end = r.end.Truncate(time.Minute)
	if r.First.IsZero() {
		r.First = r.end.AddDate(0, 0, -7)
	}
	r.First = r.First.Truncate(time.Minute)
	if !r.First.Before(r.end) {
		return nil, fmt.Errorf("--from: want a time before --to (%s), got %s", r.end.Format(time.RFC3339), r.First.Format(time.RFC3339))
	}
	var status struct {
		Levels   []string
		Timezone string
	}
	if err := r.get("status", nil, &status); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(status.Timezone)
	if err != nil {
		return nil, fmt.Errorf("the server's time zone: %w", err)
	}
	paths, err := r.modules(status.Levels)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		sources = append(sources, func() (replay.Series, error) { return r.readModule(status.Levels, path, zone) })
	}
	return sources, nil
}

// modules are the paths of those that have busy seconds in the time that counts.
func (r *replayCommand) modules(levels []string) (paths [][]string, err error) {
	if r.module != "" {
		path := strings.Split(r.module, "/")
		if len(path) != len(levels) {
			return nil, fmt.Errorf("--module: want %s, got %q", strings.Join(levels, "/"), r.module)
		}
		return [][]string{path}, nil
	}
	var found []map[string]string
	err = r.get("series", url.Values{
		"match[]": {moduleBusy}, "start": {unix(r.First)}, "end": {unix(r.end)}, "limit": {strconv.Itoa(r.limit)},
	}, &found)
	for _, labels := range found[:min(len(found), r.limit)] {
		path := make([]string, len(levels))
		for i, level := range levels {
			path[i] = labels[level]
		}
		paths = append(paths, path)
	}
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("no module has busy seconds between %s and %s", r.First.Format(time.RFC3339), r.end.Format(time.RFC3339))
	}
	return paths, err
}

const (
	moduleBusy      = "headroom_module_" + rollup.BusySeconds
	moduleProcesses = "headroom_module_" + rollup.Processes
)

// readModule reads one module, with what is learned from before --from.
func (r *replayCommand) readModule(levels, path []string, zone *time.Location) (s replay.Series, err error) {
	s = replay.Series{Name: strings.Join(path, "/"), Family: path[0], Zone: zone, Start: r.First.AddDate(0, 0, -demand.MaximumDays)}
	if s.Busy, err = r.minutes(moduleBusy, levels, path, s.Start); err == nil {
		s.Ran, err = r.minutes(moduleProcesses, levels, path, s.Start)
	}
	if err != nil {
		return s, fmt.Errorf("%s: %w", s.Name, err)
	}
	return s, nil
}

// minutes reads one series up to --to, a value a minute; NaN where there is none.
func (r *replayCommand) minutes(metric string, levels, path []string, from time.Time) ([]float64, error) {
	minutes := make([]float64, int(r.end.Sub(from)/time.Minute))
	for i := range minutes {
		minutes[i] = math.NaN()
	}
	matchers := make([]string, len(levels))
	for i, level := range levels {
		matchers[i] = level + "=" + strconv.Quote(path[i])
	}
	query := fmt.Sprintf("last_over_time(%s{%s}[1m])", metric, strings.Join(matchers, ","))
	const most = 7 * 24 * 60 // points in one answer
	for first := 0; first < len(minutes); first += most {
		last := min(first+most, len(minutes)) - 1
		at := func(i int) string { return unix(from.Add(time.Duration(i)*time.Minute + 59*time.Second)) }
		var answer struct {
			Result []struct{ Values [][2]any }
		}
		err := r.get("query_range", url.Values{"query": {query}, "start": {at(first)}, "end": {at(last)}, "step": {"60"}}, &answer)
		if err != nil {
			return nil, err
		}
		for _, series := range answer.Result {
			place(minutes, series.Values, from)
		}
	}
	return minutes, nil
}

// place puts the points of a Prometheus answer on their minutes.
func place(minutes []float64, points [][2]any, from time.Time) {
	for _, p := range points {
		at, isTime := p[0].(float64)
		text, isText := p[1].(string)
		i := int(math.Floor((at - float64(from.Unix())) / 60))
		if v, err := strconv.ParseFloat(text, 64); err == nil && isTime && isText && 0 <= i && i < len(minutes) {
			minutes[i] = v
		}
	}
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
