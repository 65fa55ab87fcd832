package rules

import (
	"context"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/promql"
	"headroom/storage/state"
)

// world is a server's rules over a real store, engine, pipeline and state
// database, in virtual time: it goes from minute to minute without waiting.
type world struct {
	*testing.T
	dir    string
	now    time.Time
	store  *embedded.Store
	engine *promql.Engine
	db     *state.DB
	book   *alerting.Pipeline
	reg    *prometheus.Registry
	rules  *Rules
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t *testing.T, text string) *world {
	w := &world{T: t, dir: t.TempDir(), now: time.Now().Add(-2 * time.Hour).Truncate(time.Minute)}
	var err error
	w.store, err = embedded.Open(embedded.Options{Path: filepath.Join(w.dir, "store"), Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	w.engine = promql.New(w.store, promql.Options{})
	w.db, err = state.Open(filepath.Join(w.dir, "state.db"))
	must(t, err)
	t.Cleanup(func() { must(t, w.db.Close()); must(t, w.store.Close()) })
	w.start(text)
	return w
}

func (w *world) load(text string) *Set {
	w.Helper()
	write(w.T, w.dir, "rules.yml", text)
	set, err := load(w.dir, "rules.yml")
	must(w.T, err)
	return set
}

// start starts pipeline and rules anew: all that lives in memory is lost.
func (w *world) start(text string) {
	w.Helper()
	clock := func() time.Time { return w.now }
	log := slog.New(slog.DiscardHandler)
	w.reg = prometheus.NewRegistry()
	var err error
	w.book, err = alerting.New(w.Context(), alerting.Options{
		Keeper: alerting.History{Table: w.db.Alarms()}, IgnoreLabels: func() []string { return nil }, Now: clock, Logger: log, Registerer: w.reg,
	})
	must(w.T, err)
	server, _ := url.Parse("http://headroom:7480/base/")
	w.rules = New(Options{
		Engine: w.engine, Store: w.store, Book: w.book, URL: func() *url.URL { return server },
		Now: clock, Logger: log, Registerer: w.reg,
	}, w.load(text), time.Minute)
	must(w.T, w.rules.open(w.Context()))
}

func (w *world) push(at time.Time, v float64, labels ...string) {
	w.Helper()
	row := storage.Series{Samples: []storage.Sample{{Timestamp: at.UnixMilli(), Value: v}}}
	for i := 0; i < len(labels); i += 2 {
		row.Labels = append(row.Labels, storage.Label{Name: labels[i], Value: labels[i+1]})
	}
	must(w.T, w.store.Write(w.Context(), []storage.Series{row}))
}

// minute evaluates everything a minute later, as the groups do.
func (w *world) minute() {
	w.Helper()
	w.now = w.now.Add(time.Minute)
	for _, g := range w.rules.RuleGroups() {
		w.rules.iterate(w.Context(), g, w.now)
	}
	must(w.T, w.book.Step(w.Context(), w.now))
}

// restored is what a group does after its second evaluation.
func (w *world) restored() {
	for _, g := range w.rules.RuleGroups() {
		g.RestoreForState(w.now)
	}
}

func (w *world) query(expr string) (values []float64) {
	w.Helper()
	samples, err := w.engine.Instant(w.Context(), expr, w.now)
	must(w.T, err)
	for _, s := range samples {
		values = append(values, s.Value)
	}
	return values
}

// only returns the alarm that is open, nil if there is none.
func (w *world) only() *alarm.Alarm {
	w.Helper()
	switch open := w.book.Open(); len(open) {
	case 0:
		return nil
	case 1:
		return open[0]
	default:
		w.Fatalf("%d alarms are open", len(open))
		return nil
	}
}

const hot = `groups:
  - name: load
    rules:
      - record: module:load:max
        expr: max by (module) (load)
      - alert: Hot
        expr: module:load:max > 60
        for: 2m
        labels: {severity: warning}
        annotations: {summary: "{{ $labels.module }} is at {{ $value }} %"}
`

func TestAlarmBeginsAndEnds(t *testing.T) {
	w := newWorld(t, hot)
	w.restored()
	for i, load := range []float64{70, 80, 90, 90} {
		w.push(w.now.Add(time.Minute), load, "__name__", "load", "module", "pay", "node", "n1")
		w.minute()
		if a := w.only(); (a != nil) != (i >= 2) {
			t.Fatalf("minute %d: %+v", i+1, a)
		}
	}
	a := w.only()
	if a.Source != alarm.FromRules || a.Kind() != "Hot" || a.Severity() != "warning" || a.Labels["module"] != "pay" || a.Annotations["summary"] != "pay is at 90 %" {
		t.Errorf("%+v", a)
	}
	if want := "http://headroom:7480/base/api/v1/query?query=module%3Aload%3Amax+%3E+60"; a.GeneratorURL != want {
		t.Errorf("link %s, want %s", a.GeneratorURL, want)
	}
	if got := w.query(`ALERTS{alertname="Hot", alertstate="firing"}`); len(got) != 1 || got[0] != 1 {
		t.Errorf("ALERTS %v", got)
	}
	if got := w.query(`module:load:max`); len(got) != 1 || got[0] != 90 {
		t.Errorf("recorded %v", got)
	}
	w.push(w.now.Add(time.Minute), 10, "__name__", "load", "module", "pay", "node", "n1")
	w.minute()
	if a := w.only(); a != nil {
		t.Errorf("did not end: %+v", a)
	}
	if got := w.query(`ALERTS`); len(got) != 0 {
		t.Errorf("ALERTS of an alarm that has ended: %v", got)
	}
	if n := testutil.CollectAndCount(w.reg, "prometheus_rule_evaluations_total"); n != 1 {
		t.Errorf("%d metrics of evaluations", n)
	}
}

func TestRulesSeeTheFuture(t *testing.T) {
	w := newWorld(t, `groups: [{name: g, rules: [{alert: WillBeFull, expr: 'headroom_module_load_expected offset -30m > 60'}]}]`)
	w.restored()
	w.push(w.now.Add(31*time.Minute), 75, "__name__", "headroom_module_load_expected", "module", "pay")
	w.minute()
	if a := w.only(); a == nil || a.Kind() != "WillBeFull" {
		t.Errorf("%+v", a)
	}
}

// fire brings the rule of hot to fire.
func (w *world) fire() {
	w.Helper()
	w.restored()
	for range 4 {
		w.push(w.now.Add(time.Minute), 90, "__name__", "load", "module", "pay", "node", "n1")
		w.minute()
	}
	if w.only() == nil {
		w.Fatal("does not fire")
	}
}

func TestARestartNeitherEndsNorRepeats(t *testing.T) {
	w := newWorld(t, hot)
	w.fire()
	before := w.only()
	w.now = w.now.Add(3 * time.Minute) // to be down
	w.start(hot)
	for i := range 8 {
		w.push(w.now.Add(time.Minute), 90, "__name__", "load", "module", "pay", "node", "n1")
		w.minute()
		if i == 1 {
			w.restored()
		}
		if a := w.only(); a == nil || a.ID != before.ID || a.Ended {
			t.Fatalf("minute %d after the restart: %+v", i+1, a)
		}
	}
	if got := w.query(`ALERTS{alertstate="firing"}`); len(got) != 1 {
		t.Errorf("the rule itself does not fire: %v", got)
	}
}

func TestARestartWaitsForSlowGroups(t *testing.T) {
	slow := `groups: [{name: g, interval: 5m, rules: [{alert: Hot, expr: load > 60, for: 10m}]}]`
	w := newWorld(t, slow)
	pass := func(n int) {
		for range n {
			w.now = w.now.Add(4 * time.Minute)
			w.push(w.now.Add(time.Minute), 90, "__name__", "load", "module", "pay")
			w.minute()
		}
	}
	w.restored()
	pass(8)
	before := w.only()
	w.start(slow)
	for i := range 6 {
		pass(1)
		if i == 1 {
			w.restored()
		}
		if a := w.only(); a == nil || a.ID != before.ID {
			t.Fatalf("evaluation %d after the restart: %+v", i+1, a)
		}
	}
}

func TestARestartEndsWhatIsOver(t *testing.T) {
	w := newWorld(t, hot)
	w.fire()
	w.start(hot)
	w.push(w.now.Add(time.Minute), 10, "__name__", "load", "module", "pay", "node", "n1")
	w.minute()
	if w.only() == nil {
		t.Fatal("ended before the rule was evaluated twice")
	}
	w.minute()
	w.restored()
	w.minute()
	if a := w.only(); a != nil {
		t.Errorf("still open: %+v", a)
	}
}

func TestAFailingRuleEndsNothing(t *testing.T) {
	w := newWorld(t, hot)
	w.fire()
	broken := strings.Replace(hot, "module:load:max > 60", "load * ignoring(node) load > 60", 1)
	w.start(broken)
	w.push(w.now.Add(time.Minute), 10, "__name__", "load", "module", "pay", "node", "n1")
	w.push(w.now.Add(time.Minute), 10, "__name__", "load", "module", "pay", "node", "n2")
	for range 3 {
		w.minute()
	}
	w.restored()
	w.minute()
	if a := w.only(); a == nil || a.Ended {
		t.Error("ended by a rule that cannot be evaluated")
	}
	if groups := w.rules.RuleGroups(); groups[0].Rules()[1].Health() != promrules.HealthBad {
		t.Error("the rule is well")
	}
}

func TestARuleThatIsGoneEndsItsAlarms(t *testing.T) {
	w := newWorld(t, hot)
	w.fire()
	go w.rules.manager.Run() // groups can only be stopped once they run, in a minute at the earliest
	defer w.rules.manager.Stop()
	must(t, w.rules.Apply(&Set{parser: w.engine.Parser()}, time.Minute))
	must(t, w.book.Step(t.Context(), w.now))
	if a := w.only(); a != nil {
		t.Errorf("still open: %+v", a)
	}
}

// Rules run by the clock: this one fires with the first evaluation. Applying the
// same rules again meanwhile holds nothing up.
func TestRun(t *testing.T) {
	w := newWorld(t, "groups: []")
	w.reg = prometheus.NewRegistry()
	w.now = time.Now()
	w.rules.opts.Registerer = w.reg
	w.rules = New(w.rules.opts, w.load(`groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: vector(1)}]}]`), time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.rules.Run(ctx) }()
	for len(w.book.Open()) == 0 {
		must(t, w.rules.Apply(w.load(`groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: vector(1)}]}]`), time.Minute))
		time.Sleep(10 * time.Millisecond)
	}
	if n := len(w.rules.AlertingRules()); n != 1 {
		t.Errorf("%d rules", n)
	}
	stop()
	must(t, <-done)
}
