package press

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/report"
)

var shanghai = time.FixedZone("CST", 8*3600)

// world is a press with a state database, a fleet of two modules and a clock.
type world struct {
	*Press
	t    *testing.T
	path string
	now  time.Time
	snap *analytics.Snapshot
	db   *state.DB
	reg  *prometheus.Registry

	entries []ledger.Entry
	orders  []ledger.Ordered
	asked   []ledger.Query
	trends  int // that were asked for
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, path: filepath.Join(t.TempDir(), "state.db"), now: time.Date(2026, 11, 20, 12, 0, 0, 0, shanghai)}
	w.minute()
	w.start()
	return w
}

// start opens the database and makes a press, as a server does.
func (w *world) start() {
	w.t.Helper()
	var err error
	if w.db, err = state.Open(w.path); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.db.Close() }) // not before: a killed server closes nothing
	w.reg = prometheus.NewRegistry()
	w.Press = New(Options{
		Capacity: w, Ledger: w, Store: w.db.Reports(), Location: shanghai, Now: func() time.Time { return w.now },
		Checkpoints: w.db.Checkpoints(), Audit: w.db.Audit(), Registerer: w.reg, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}, Settings{Languages: []string{report.English, report.Chinese}})
}

// minute makes the snapshot of now.
func (w *world) minute() {
	tree := fleet.NewTree([]string{"business", "module"})
	tree.Add([]string{"Qzone", "SET_W13"})
	tree.Add([]string{"QQ", "相册"})
	w.snap = analytics.NewSnapshot(tree, w.now.Truncate(time.Minute), analytics.ModelCalibrated)
	for _, n := range tree.Nodes() {
		w.snap.Rows[n.Index].ID = n.ID
		g := &w.snap.Growth[n.Index]
		g.ID, g.Path, g.State, g.AsOf, g.HorizonDays, g.Days = n.ID, n.Path, analytics.OK, w.now.AddDate(0, 0, -1).Format(time.DateOnly), 30, 60
		g.Devices, g.DevicesNeeded, g.DevicesToRequest, g.TargetLoad, g.PeakNow = 7, 9, 2, 60, 55
		g.FullOn = analytics.Dates{Value: "2026-12-01"}
	}
}

func (w *world) Snapshot() *analytics.Snapshot { return w.snap }

func (w *world) Trend(_ context.Context, id, _ string, _ float64) (*analytics.Trend, error) {
	w.trends++
	return &analytics.Trend{ID: id, Days: []string{"2026-11-20"}, Peaks: []analytics.Number{55}, Line: []analytics.Number{54}}, nil
}

func (w *world) Entries(_ context.Context, q ledger.Query) (of []ledger.Entry, _ error) {
	w.asked = append(w.asked, q)
	for _, e := range w.entries {
		if path, err := fleet.ParseID(e.ID); err == nil && path.Under(q.Path) {
			of = append(of, e)
		}
	}
	return of, nil
}

func (w *world) Orders(_ context.Context, from, to int) (of []ledger.Ordered, _ error) {
	for _, o := range w.orders {
		if from <= o.AsOf+1 && o.AsOf+1 <= to {
			of = append(of, o)
		}
	}
	return of, nil
}

func (w *world) Work(context.Context, int, int) (map[string]float64, error) { return nil, nil }

// must returns what there is no error about.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
