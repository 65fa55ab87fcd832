package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting"
	"headroom/analytics"
	"headroom/analytics/whatif"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/access"
	"headroom/ui/report/press"
)

var (
	shanghai = time.FixedZone("Asia/Shanghai", 8*3600)
	minute   = time.Date(2026, 11, 22, 21, 5, 0, 0, shanghai)
	levels   = []string{"business", "product", "service", "module"}
)

// workedExample holds the five rows of the talk, then rows that are odd: one
// without history, one without data, one with a name full of signs.
func workedExample() *analytics.Snapshot {
	tree := fleet.NewTree(levels)
	set := func(name string) fleet.Path { return fleet.Path{"Qzone", "WNS", "dispatch", name} }
	for _, name := range []string{"SET_W13", "SET_W02", "SET_W11", "SET_W12", "SET_W20"} {
		tree.Add(set(name))
	}
	tree.Add(fleet.Path{"Qzone", "相册", "上传", "new"})
	tree.Add(fleet.Path{"QQ", "msg", "push", "dead"})
	tree.Add(oddPath)
	s := analytics.NewSnapshot(tree, minute, "classic")
	s.Published = minute.Add(61 * time.Second)
	for _, n := range tree.Nodes() {
		s.Rows[n.Index] = unknownRow(n)
		s.Growth[n.Index] = unknownGrowth(n)
	}
	judged(s, "SET_W13", 7, 23.5, 20.8, 1.8, 27.3)
	judged(s, "SET_W02", 17, 26.5, 26.8, 2.4, 34)
	judged(s, "SET_W11", 12, 20.5, 21.8, 1.8, 24.4)
	judged(s, "SET_W12", 8, 22.8, 22.2, 2.4, 27.9)
	judged(s, "SET_W20", 19, 32.2, 30.6, 5.4, 41.1)
	dead := &s.Rows[s.Find("QQ/msg/push/dead")]
	dead.State, dead.Age, dead.Reason = analytics.Stale, 420, "no data for 7 min"
	return s
}

var oddPath = fleet.Path{"a/b", "100%", "c+d e", "模块?#&"}

func unknownRow(n *fleet.Node) analytics.Row {
	nan := analytics.Unknown()
	return analytics.Row{
		ID: n.ID, Path: n.Path, Level: levels[n.Level()], At: minute,
		Devices: 3, DevicesSilent: 0, Processes: nan, BusySeconds: nan, Requests: nan,
		Load: nan, LoadMax: nan, Mean: nan, Lower: nan, Upper: nan, Score: nan,
		PeakToday: analytics.Peak{Value: nan, Lower: nan, Upper: nan, Seen: nan},
		State:     analytics.Learning, Reason: "1 of 3 days",
	}
}

func unknownGrowth(n *fleet.Node) analytics.Growth {
	nan := analytics.Unknown()
	none := analytics.Interval{Value: nan, Lower: nan, Upper: nan}
	return analytics.Growth{
		ID: n.ID, Path: n.Path, Level: levels[n.Level()], SlopePerDay: nan, PercentPerDay: nan, R2: nan, PeakNow: nan,
		HorizonDays: 30, PeakAtHorizon: none, PeakMax: none, TargetLoad: 60, Devices: 3, DevicesNeeded: nan, DevicesToRequest: nan,
		State: analytics.Learning, Reason: "3 of 14 days",
	}
}

func judged(s *analytics.Snapshot, set string, devices, load, mean, half, peak float64) {
	i := s.Find("Qzone/WNS/dispatch/" + set)
	r, g := &s.Rows[i], &s.Growth[i]
	r.Devices, r.Load, r.Mean = analytics.Number(devices), analytics.Number(load), analytics.Number(mean)
	r.Lower, r.Upper, r.Days = analytics.Number(mean-half), analytics.Number(mean+half), 28
	r.Score = analytics.Number(math.Abs(load-mean) / half)
	at := minute.Add(35 * time.Minute)
	r.PeakToday = analytics.Peak{Value: analytics.Number(peak), Lower: analytics.Number(peak - 1), Upper: analytics.Number(peak + 1), At: &at, Seen: r.Load}
	r.State, r.Reason = analytics.OK, ""
	if r.Score > 1 {
		began := minute.Add(-7 * time.Minute)
		r.Deviates, r.Direction, r.Since = true, "up", &began
	}
	needed := math.Ceil(devices * 2 * peak / 60)
	*g = analytics.Growth{
		ID: r.ID, Path: r.Path, Level: r.Level, AsOf: "2026-11-21", Days: 60,
		SlopePerDay: analytics.Number(peak / 30), PercentPerDay: 3.25, R2: 0.97, PeakNow: analytics.Number(peak), HorizonDays: 30,
		PeakAtHorizon: analytics.Interval{Value: analytics.Number(2 * peak), Lower: analytics.Number(2*peak - 4), Upper: analytics.Number(2*peak + 4)},
		PeakMax:       analytics.Interval{Value: analytics.Number(2 * peak), Lower: analytics.Number(2*peak - 4), Upper: analytics.Number(2*peak + 4)},
		TargetLoad:    60, FullOn: analytics.Dates{Value: "2026-12-25", Lower: "2026-12-20", Upper: "2026-12-31"},
		Devices: r.Devices, DevicesNeeded: analytics.Number(needed), DevicesToRequest: analytics.Number(max(0, needed-devices)),
		State: analytics.OK, Reason: fmt.Sprintf("%v devices × %.1f %% ÷ 60 %% = %v", devices, 2*peak, needed),
	}
}

// capacity answers from a snapshot that the test sets.
type capacity struct {
	mu       sync.Mutex // protects the fields below
	snap     *analytics.Snapshot
	progress []analytics.Progress
	watchers []chan struct{}
}

func (c *capacity) Snapshot() *analytics.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.snap
}

func (c *capacity) publish(s *analytics.Snapshot, progress ...analytics.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snap, c.progress = s, progress
	for _, w := range c.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (c *capacity) At(_ context.Context, t time.Time, model string) (*analytics.Snapshot, error) {
	if model != "" && model != "classic" {
		return nil, fmt.Errorf("model %q: %w", model, analytics.ErrNoModel)
	}
	if t.Before(minute.AddDate(0, -1, 0)) {
		return nil, fmt.Errorf("loads at %v: %w", t, analytics.ErrNotKept)
	}
	s := workedExample()
	s.At = t.In(shanghai)
	s.Rows[s.Find("Qzone/WNS/dispatch/SET_W13")].Load = 1
	return s, nil
}

func (c *capacity) Curve(_ context.Context, id, _ string) (*analytics.Curve, error) {
	one := []analytics.Number{1, analytics.Unknown()}
	return &analytics.Curve{
		ID: id, Step: 60, Times: []int64{60, 120}, Load: one, Expected: one, Lower: one, Upper: one, LastWeek: one, Now: 60,
		Peak: c.Snapshot().Rows[0].PeakToday,
	}, nil
}

func (c *capacity) Trend(_ context.Context, id, _ string, _ float64) (*analytics.Trend, error) {
	s := c.Snapshot()
	days := []analytics.Number{20, analytics.Unknown(), 24}
	return &analytics.Trend{
		ID: id, Days: []string{"2026-11-20", "2026-11-21", "2026-11-22"}, Peaks: days, Line: []analytics.Number{20, 22, 24},
		Forecast: days, Lower: days, Upper: days, Target: 60, Growth: s.Growth[s.Find(id)],
		Devices: days, Events: []analytics.TrendEvent{{Name: "Singles' Day", From: "2026-11-11", To: "2026-11-11", Uplift: 1.5}},
	}, nil
}

func (c *capacity) Heat(_ context.Context, id string, weeks int, of string) (*analytics.Heat, error) {
	cells := make([]analytics.HeatCell, 7*24)
	for i := range cells {
		cells[i] = analytics.HeatCell{Mean: analytics.Number(i), Peak: analytics.Unknown(), Minutes: 60 * weeks}
	}
	return &analytics.Heat{ID: id, Weeks: weeks, Of: of, From: "2026-09-27", To: "2026-11-21", Cells: cells, Marked: 30}, nil
}

func (c *capacity) WithCoverage(_ context.Context, id, _ string, coverage float64) (*analytics.Judged, error) {
	s := c.Snapshot()
	r, g := s.Rows[s.Find(id)], s.Growth[s.Find(id)]
	r.PeakToday.Upper = r.PeakToday.Value + analytics.Number(coverage)
	return &analytics.Judged{Row: &r, Growth: &g}, nil
}

func (c *capacity) Explain(_ context.Context, id, _ string) (*analytics.Explanation, error) {
	if c.Snapshot().Find(id) < 0 {
		return nil, fmt.Errorf("%q: %w", id, analytics.ErrNoNode)
	}
	return &analytics.Explanation{ID: id, Title: "why", Steps: []analytics.Step{{Name: "mean", Formula: "Σ ÷ n", Numbers: "62.4 ÷ 3", Result: "20.8"}}}, nil
}

func (c *capacity) WhatIf(sc whatif.Scenario) (*analytics.WhatIf, error) {
	if err := sc.Validate(); err != nil {
		return nil, err
	}
	s, nan := c.Snapshot(), analytics.Unknown()
	for i, l := range sc.Loads {
		if l.Path != "" && s.Find(l.Path) < 0 {
			f := &whatif.Faults{}
			f.Add(fmt.Sprintf("loads[%d].path", i), "%q: %w", l.Path, analytics.ErrNoNode)
			return nil, f.Err()
		}
	}
	out := &analytics.WhatIf{At: s.At, Scenario: sc, Differs: sc.Sentences(), Modules: 1}
	for _, id := range []string{"Qzone/WNS/dispatch/SET_W13", "Qzone/WNS/dispatch/SET_W20", "Qzone"} {
		r := &s.Rows[s.Find(id)]
		side := analytics.WhatIfSide{Devices: r.Devices, PeakToday: nan, Headroom: nan, HeadroomAfterLoss: nan, PeakAtRisk: nan, DevicesNeeded: 2, DevicesToRequest: 1, PooledNeeded: nan}
		out.Rows = append(out.Rows, analytics.WhatIfRow{ID: r.ID, Path: r.Path, Level: r.Level, Before: side, After: side})
	}
	return out, nil
}

func (c *capacity) Refit(_ context.Context, more *fleet.Mark, ended int64) ([]analytics.Refit, int, error) {
	if more == nil && ended > 1 {
		return nil, 0, fmt.Errorf("mark %d: %w", ended, fleet.ErrNoMark)
	}
	r := c.Snapshot().Rows[0]
	side := analytics.RefitSide{Mean: r.Mean, Lower: r.Lower, Upper: r.Upper, PeakToday: r.PeakToday, PeakAtRisk: 3, DevicesNeeded: 2, DevicesToRequest: 1, State: analytics.OK}
	before := side
	before.Alarm = true
	return []analytics.Refit{{ID: r.ID, Path: r.Path, Level: r.Level, Before: before, After: side}}, 7, nil
}

func (c *capacity) Excursions(_ context.Context, id string, days int) ([]analytics.Excursion, error) {
	mark, from := int64(3), minute.AddDate(0, 0, -days)
	return []analytics.Excursion{
		{From: minute.Add(-7 * time.Minute), To: minute, Direction: "up", Score: 1.5, Running: true},
		{From: from, To: from.Add(time.Hour), Direction: "down", Score: analytics.Unknown(), Mark: &mark},
	}, nil
}

func (c *capacity) Subscribe() (<-chan struct{}, func()) {
	w := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, w)
	return w, func() {}
}

func (c *capacity) Progress() []analytics.Progress {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.progress
}

// options wire a server over the worked example and a real state database.
func options(t testing.TB) (Options, *capacity) {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	reg := prometheus.NewRegistry()
	c := &capacity{snap: workedExample()}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	all, err := access.Open(t.Context(), access.Options{Store: db.Access(), Now: func() time.Time { return minute }, Logger: log, Registerer: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Access: all, Login: access.NewLogin(all, nil), Audit: db.Audit(), Hierarchy: levels,
		Capacity: c, Notes: db.Notes(), Marks: db.Marks(), Reports: press.New(press.Options{Capacity: c, Ledger: &book{}, Store: db.Reports(), Location: shanghai, Now: func() time.Time { return minute }, Logger: log}, press.Settings{}), Alarms: alarms{alerting.History{Table: db.Alarms()}}, Notifications: db.Notifications(), Ledger: &book{}, Version: "1.2.3", Mode: "serve", Location: shanghai,
		Logger: log, Registerer: reg, Gatherer: reg,
	}, c
}
