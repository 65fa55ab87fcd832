package heal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// world is a small pipeline round the stage, in virtual time: it keeps the open
// alarms, and looks each second at those that changed or are due.
type world struct {
	t     *testing.T
	cfg   config.Heal
	path  string // of the state database
	db    *state.DB
	stage *Stage
	daemon
	fleet Fleet
	query func() bool

	open    map[string]*alarm.Alarm
	changed []*alarm.Alarm
	went    []string // what was passed on, as alertname@node
}

// daemon restarts as a script says, and counts.
type daemon struct {
	mu    sync.Mutex // protects calls while they come
	calls []string   // node/process, "*" for all workers
	act   func(node, process string) error
	takes time.Duration
}

func (d *daemon) Restart(ctx context.Context, node, _, process string) error {
	if process == "" {
		process = "*"
	}
	d.mu.Lock()
	d.calls = append(d.calls, node+"/"+process)
	d.mu.Unlock()
	select {
	case <-time.After(d.takes):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if d.act != nil {
		return d.act(node, process)
	}
	return nil
}

// ladder is a configuration with the actions of the node daemon.
func ladder(kinds ...string) config.Heal {
	h := config.Default().Alerting.Heal
	h.DryRun = false
	r := config.HealRule{Name: "dead", Match: []string{`alertname="ProcessDown"`}, MaxHeals: h.MaxHeals}
	for _, kind := range kinds {
		r.Actions = append(r.Actions, config.HealAction{Name: kind, Kind: kind, Timeout: config.Duration(30 * time.Second), Verify: config.HealVerify{Within: config.Duration(time.Minute)}})
	}
	h.Rules = []config.HealRule{r}
	return h
}

// inVirtualTime runs a test with a world. Sleeping costs nothing in it.
func inVirtualTime(t *testing.T, cfg config.Heal, test func(*testing.T, *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, cfg: cfg, path: filepath.Join(t.TempDir(), "state.db"), open: map[string]*alarm.Alarm{}}
		w.takes = 2 * time.Second
		w.start()
		test(t, w)
		w.stop()
	})
}

func (w *world) start() {
	w.t.Helper()
	var err error
	if w.db, err = state.Open(w.path); err != nil {
		w.t.Fatal(err)
	}
	w.stage, err = New(w.t.Context(), Options{
		Config: w.cfg, Store: w.db.Heals(), Restarter: &w.daemon, Fleet: func() Fleet { return w.fleet },
		Query: func(context.Context, string, time.Time) (bool, error) {
			if w.query == nil {
				return false, errors.New("nobody to ask")
			}
			return w.query(), nil
		},
		Now: time.Now, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) stop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.stage.Close(ctx)
	_ = w.db.Close()
}

// restart is a kill -9: all open alarms come by at the first run after it.
func (w *world) restart() {
	w.stop()
	w.start()
	for _, a := range w.open {
		w.changed = append(w.changed, a)
	}
	w.run()
}

// fire brings an alarm of a process, or brings it again.
func (w *world) fire(node, process string) *alarm.Alarm {
	labels := model.LabelSet{"alertname": "ProcessDown", "node": model.LabelValue(node), "process": model.LabelValue(process)}
	key := alarm.KeyOf(labels)
	now := time.Now()
	for _, a := range w.open {
		if a.Key == key && !a.Ended {
			w.changed = append(w.changed, a)
			w.run()
			return a
		}
	}
	a := &alarm.Alarm{
		ID: alarm.ID(key, now), Key: key, Labels: labels, Received: now, UpdatedAt: now, Outcome: alarm.Waiting, Source: alarm.FromAPI,
		Facts: alarm.Facts{Path: fleet.Path{"shop", "cart"}, Node: node, Process: process},
	}
	w.open[a.ID] = a
	w.changed = append(w.changed, a)
	w.run()
	return a
}

// end ends an alarm.
func (w *world) end(a *alarm.Alarm) {
	a.EndsAt, a.Ended = time.Now(), true
	w.changed = append(w.changed, a)
	w.run()
}

func (w *world) run() {
	now := time.Now()
	slices.SortFunc(w.changed, func(a, b *alarm.Alarm) int { return strings.Compare(a.ID, b.ID) })
	out := w.stage.Run(w.t.Context(), now, slices.Compact(w.changed))
	w.changed = nil
	for _, a := range out {
		if w.open[a.ID] == nil {
			w.open[a.ID] = a
		}
		w.went = append(w.went, a.Kind()+"@"+a.Facts.Node)
		if a.Outcome == alarm.Waiting && !a.Ended {
			a.Stay(now, "notify", alarm.Notified, "team", "told", time.Time{})
		}
	}
	for id, a := range w.open {
		if a.Ended && !a.Linger {
			for _, e := range a.Trail {
				phrasestest.Check(w.t, e.Reason)
			}
			if a.Outcome == alarm.Waiting {
				a.Outcome = alarm.Resolved
			}
			a.Closed = now
			delete(w.open, id)
		}
	}
	synctest.Wait() // what was started has come as far as it can
}

// pass lets time pass, a run each second.
func (w *world) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(time.Second)
		synctest.Wait()
		for _, a := range w.open {
			if !a.Due.IsZero() && !a.Due.After(time.Now()) {
				w.changed = append(w.changed, a)
			}
		}
		w.run()
	}
}

func (w *world) wantCalls(want ...string) {
	w.t.Helper()
	if !slices.Equal(w.calls, want) {
		w.t.Errorf("restarted %v; want %v", w.calls, want)
	}
}

func (w *world) wantOutcome(a *alarm.Alarm, want alarm.Outcome, reason string) {
	w.t.Helper()
	said := a.Reason
	for _, e := range a.Trail {
		said += "\n" + e.Stage + " " + e.What + " " + e.Reason
	}
	if a.Outcome != want || !strings.Contains(said, reason) {
		w.t.Errorf("%s, %s\nwant %s, %q", a.Outcome, said, want, reason)
	}
}

// heals lists what was written down, the oldest first, as action result/verdict.
func (w *world) heals() (all []string) {
	w.t.Helper()
	synctest.Wait()
	list, err := w.stage.Heals(w.t.Context(), state.HealFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range slices.Backward(list) {
		all = append(all, fmt.Sprintf("%s %s/%s", h.Action, h.Result, h.Verdict))
	}
	return all
}

func (w *world) wantHeals(want ...string) {
	w.t.Helper()
	if got := w.heals(); !slices.Equal(got, want) {
		w.t.Errorf("written down %q; want %q", got, want)
	}
}
