package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// world is a fleet whose senders, tables and minutes a test scripts: a real rollup
// is watched, and a real pipeline with its state database takes the alarms.
type world struct {
	*testing.T
	now    time.Time // start of the minute that is open
	down   time.Time // when the server was last up
	cfg    config.Config
	db     *state.DB
	tree   *fleet.Tree
	rollup *rollup.Rollup
	book   *alerting.Pipeline
	broken bool // the book takes nothing
	reg    *prometheus.Registry
	watch  *Watch

	senders map[string]*rollup.Cell // that report, by module/node[/process]
	table   func(*analytics.Row, *analytics.Growth)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon, cfg: config.Default()}
	w.cfg.Hierarchy = []string{"business", "module"}
	w.cfg.Alerting.Watch.ProcessDead.LeastAge = config.Duration(5 * time.Minute)
	var err error
	w.db, err = state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { must(t, w.db.Close()) })
	w.start()
	return w
}

// start is a start of the server: nothing in memory is left.
func (w *world) start() {
	w.Helper()
	w.tree = fleet.NewTree(w.cfg.Hierarchy)
	w.rollup = rollup.New(rollup.Options{
		Tree: w.tree, NodeLabel: "node", ProcessLabel: "process", DeviceTimeout: 3 * time.Minute,
		Load: []storage.Matcher{storage.Metric("load")}, Busy: []storage.Matcher{storage.Metric("busy")},
	}, w.now)
	before := w.senders
	w.senders = map[string]*rollup.Cell{}
	for name := range before {
		w.begin(name)
		if strings.Count(name, "/") == 2 { // the store's log shows the last loads
			w.senders[name].Add(w.down.UnixMilli(), 30)
		}
	}
	w.reg = prometheus.NewRegistry()
	var err error
	w.book, err = alerting.New(w.Context(), alerting.Options{
		Keeper: alerting.History{Table: w.db.Alarms()}, IgnoreLabels: func() []string { return nil },
		Now: w.clock, Logger: slog.New(slog.DiscardHandler), Registerer: w.reg,
	})
	must(w.T, err)
	page, _ := url.Parse("http://headroom:7480/")
	w.watch = New(Options{
		Senders: w.rollup, Book: w, Config: func() config.Config { return w.cfg }, Levels: w.tree.Levels(), URL: func() *url.URL { return page },
		Now: w.clock, Logger: slog.New(slog.DiscardHandler), Gatherer: w.reg, Registerer: w.reg,
	})
	w.watch.resume(w.Context())
}

func (w *world) clock() time.Time { return w.now }

var errBroken = errors.New("the disk is full")

// Receive and Open make the world a book that can be told to fail.
func (w *world) Receive(ctx context.Context, source string, alerts ...*amalert.Alert) error {
	if w.broken {
		return errBroken
	}
	return w.book.Receive(ctx, source, alerts...)
}

func (w *world) Open() []*alarm.Alarm { return w.book.Open() }

// begin adds senders, as b/pay/n1 for a device's load and b/pay/n1/p1 for a process.
func (w *world) begin(names ...string) {
	w.Helper()
	for _, name := range names {
		part := append(strings.Split(name, "/"), "")
		labels := []storage.Label{{Name: "__name__", Value: "load"}, {Name: "business", Value: part[0]}, {Name: "module", Value: part[1]}, {Name: "node", Value: part[2]}}
		if part[3] != "" {
			labels[0].Value = "busy"
			labels = append(labels, storage.Label{Name: "process", Value: part[3]})
		}
		w.senders[name] = w.rollup.Enter(labels)
	}
}

func (w *world) stop(names ...string) {
	for _, name := range names {
		delete(w.senders, name)
	}
}

// minutes lets n minutes pass.
func (w *world) minutes(n int) {
	w.Helper()
	for range n {
		for second := 5; second < 60; second += 15 {
			at := w.now.Add(time.Duration(second) * time.Second)
			for _, c := range w.senders {
				c.Add(at.UnixMilli(), 30+float64(at.Unix()-noon.Unix())/60)
			}
		}
		snap := w.snapshot(w.rollup.Close(w.now.Unix()))
		w.now = w.now.Add(time.Minute)
		w.down = w.now.Add(-time.Second)
		w.watch.watchTable(w.Context(), snap)
		must(w.T, w.book.Step(w.Context(), w.now))
	}
}

// snapshot is the table of a frame, as far as the script does not say otherwise.
func (w *world) snapshot(f *rollup.Frame) *analytics.Snapshot {
	s := analytics.NewSnapshot(w.tree, time.Unix(f.Minute, 0).UTC(), "calibrated")
	for i, n := range s.Nodes() {
		v := f.At(i)
		s.Rows[i] = analytics.Row{
			ID: n.ID, Path: n.Path, Level: s.Levels[n.Level()], At: s.At, Load: analytics.Number(v.Load), Devices: analytics.Number(v.Devices),
			DevicesSilent: analytics.Number(v.Silent), State: analytics.OK,
			PeakToday: analytics.Peak{Value: 50, Lower: 45, Upper: 55, Seen: analytics.Unknown()},
		}
		s.Growth[i] = analytics.Growth{ID: n.ID, Path: n.Path, State: analytics.OK, TargetLoad: 60, Days: 30}
		if !s.Rows[i].Load.Known() {
			s.Rows[i].State, s.Rows[i].Age = analytics.Stale, 300
		}
		if w.table != nil && n.Module {
			w.table(&s.Rows[i], &s.Growth[i])
		}
	}
	return s
}

// open lists the open alarms by their labels but for the severity, sorted.
func (w *world) open() string {
	var all []string
	for _, a := range w.book.Open() {
		text := a.Kind()
		for _, name := range []string{"business", "module", "direction", "node", "process", "what"} {
			if v := a.Labels[labelName(name)]; v != "" {
				text += " " + string(v)
			}
		}
		if a.Severity() == critical {
			text += "!"
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (w *world) want(open string) {
	w.Helper()
	if got := w.open(); got != open {
		w.Errorf("%s: open are %q, want %q", w.now.Format("15:04"), got, open)
	}
}

// episodes is how many alarms there have been.
func (w *world) episodes() (n int) {
	w.Helper()
	must(w.T, w.db.Alarms().Each(w.Context(), state.AlarmQuery{}, func(state.Alarm) error { n++; return nil }))
	return n
}

// node is the n-th device of a module as a sender's name.
func node(n int) string { return fmt.Sprintf("b/pay/n%d", n) }
