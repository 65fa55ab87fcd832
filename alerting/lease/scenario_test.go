package lease_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/lease"
	"headroom/alerting/scenario"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// world is a pipeline with leases.
type world struct {
	*scenario.World
	*lease.Leases
	t      testing.TB
	marks  []fleet.Mark
	broken bool // the disk
}

func newWorld(t testing.TB) *world {
	w := &world{t: t}
	w.World = scenario.New(t, func(s *scenario.World) []alarm.Stage {
		var err error
		w.Leases, err = lease.New(t.Context(), s.Now, lease.Options{
			Store: store{s.DB.Leases(), w}, Marker: w, Location: time.UTC, Logger: slog.New(slog.DiscardHandler),
			Defaults: func() lease.Defaults {
				return lease.Defaults{TTL: 90 * time.Second, Limit: time.Hour, Grace: 2 * time.Minute, Expected: 100, Least: 10, MarkAfter: 5 * time.Minute}
			},
		})
		must(t, err)
		return []alarm.Stage{scenario.Facts{}, w.Leases}
	})
	return w
}

// Add implements lease.Marker.
func (w *world) Add(_ context.Context, m fleet.Mark) (fleet.Mark, error) {
	w.marks = append(w.marks, m)
	return m, nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) open(r lease.Request) string {
	w.t.Helper()
	l, err := w.Open(w.t.Context(), w.Now, r)
	must(w.t, err)
	return l.ID
}

// run lets a change run for a time, with its heartbeats.
func (w *world) run(id string, d time.Duration) {
	w.t.Helper()
	for until := w.Now.Add(d); w.Now.Before(until); {
		_, err := w.Beat(w.t.Context(), w.Now, id)
		must(w.t, err)
		w.Step(min(30*time.Second, until.Sub(w.Now)))
	}
}

func (w *world) end(id, how string) lease.Lease {
	w.t.Helper()
	l, err := w.End(w.t.Context(), w.Now, id, how, "exit status 0")
	must(w.t, err)
	return l
}

func (w *world) get(id string) lease.Lease {
	w.t.Helper()
	must(w.t, w.Flush(w.t.Context()))
	l, err := w.Get(w.t.Context(), w.Now, id)
	must(w.t, err)
	return l
}

var (
	dead1 = scenario.Alarm("ProcessDead", "n1", "Qzone/WNS/dispatch")
	dead2 = scenario.Alarm("ProcessDead", "n2", "Qzone/WNS/dispatch")
	dead3 = scenario.Alarm("ProcessDead", "n3", "Qzone/WNS/dispatch")
	disk1 = scenario.Alarm("DiskFull", "n1", "Qzone/WNS/dispatch")
)

func deploy() lease.Request {
	return lease.Request{Run: "4711", Kind: "deploy", Who: "ann", Nodes: []string{"n1", "n2"}, Effect: []string{`alertname=~"ProcessDead|PortClosed"`}}
}

func (w *world) wantTold(names ...model.LabelSet) {
	w.t.Helper()
	var want []string
	for _, set := range names {
		want = append(want, set.String())
	}
	got := w.Names(false)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Errorf("told of %v, want %v", got, want)
	}
}

func TestAChangeHidesWhatItExpectsAndNothingElse(t *testing.T) {
	w := newWorld(t)
	w.Fire(dead2) // before the change
	w.Step(time.Minute)
	id := w.open(deploy())
	w.Step(time.Second)
	w.Fire(dead1, disk1, dead3)
	late := scenario.Alarm("PortClosed", "n1", "")
	w.FireSince(w.Now.Add(-time.Minute), late) // it began before, but its sender was slow
	w.run(id, 3*time.Minute)
	w.wantTold(dead2, disk1, dead3, late)
	w.Recover(dead1)
	w.end(id, lease.Done)
	w.pass(3 * time.Minute)
	w.wantTold(dead2, disk1, dead3, late)
	l := w.get(id)
	if l.Hidden != 1 || l.Fires != 0 || l.How != lease.Done || l.Settled.IsZero() {
		t.Errorf("%+v", l)
	}
	for _, a := range w.All() {
		if want := map[bool]alarm.Outcome{true: alarm.Muted, false: alarm.Notified}[reflect.DeepEqual(a.Labels, dead1)]; a.Outcome != want {
			t.Errorf("%s is %s", a.Labels, a.Outcome)
		}
		if a.Outcome == alarm.Muted && a.Reason != "was expected of change deploy 4711 by ann, which ended at 12:04:01 UTC, and recovered" {
			t.Error(a.Reason)
		}
	}
}

// pass lets time pass and what was found be written.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.Step(d)
	must(w.t, w.Flush(w.t.Context()))
}

func TestWhatStillFiresAfterTheGraceIsTold(t *testing.T) {
	w := newWorld(t)
	id := w.open(deploy())
	w.Fire(dead1, dead2)
	w.run(id, 4*time.Minute)
	if l := w.end(id, lease.Done); l.Hidden != 2 || l.Fires != 2 || !strings.Contains(l.Summary(w.Now), "hid 2 alarms, of which 2 still fire (told at 12:06:00 UTC unless they recover)") {
		t.Errorf("%+v: %s", l, l.Summary(w.Now))
	}
	w.Step(time.Minute)
	w.Recover(dead2) // recovers within the grace
	w.Step(59 * time.Second)
	w.wantTold()
	w.Step(time.Second)
	w.wantTold(dead1)
	if told := w.Told[0]; !told.At.Equal(scenario.Noon.Add(6*time.Minute)) || told.Reason() != "hidden by change deploy 4711 by ann until 12:06:00 UTC; it is done since 12:04:00 UTC and this still fires" {
		t.Errorf("%+v", told)
	}
	l := w.get(id)
	if l.Hidden != 2 || l.Fires != 1 || len(l.Firing) != 1 || l.Firing[0].Name != dead1.String() {
		t.Errorf("%+v", l)
	}
	if got := l.Summary(w.Now); got != "deploy 4711 by ann done after 4m0s: hid 2 alarms, of which 1 still fires" {
		t.Error(got)
	}
}

func TestARunThatDiesLetsGoAndSaysSo(t *testing.T) {
	w := newWorld(t)
	id := w.open(deploy())
	w.run(id, time.Minute)
	w.Fire(dead1)
	w.Step(59 * time.Second) // the last heartbeat was at 12:00:30
	w.wantTold()
	w.Step(2 * time.Second)
	w.wantTold(dead1)
	if got := w.Told[0].Reason(); got != "hidden by change deploy 4711 by ann until 12:02:00 UTC, as its run died (no heartbeat for 1m30s)" {
		t.Error(got)
	}
	if l := w.get(id); l.How != lease.Died || l.Fires != 1 || !l.Ended.Equal(scenario.Noon.Add(2*time.Minute)) {
		t.Errorf("%+v", l)
	}
	if _, err := w.Beat(t.Context(), w.Now, id); err == nil || !strings.Contains(err.Error(), "died") {
		t.Errorf("a beat after the end: %v", err)
	}
	if l := w.end(id, lease.Done); l.How != lease.Died {
		t.Errorf("a run that was dead is %s", l.How)
	}
}

func TestALeaseHasALimitWhateverBeats(t *testing.T) {
	w := newWorld(t)
	r := deploy()
	r.Limit = "5m"
	id := w.open(r)
	w.Fire(dead1)
	w.run(id, 5*time.Minute)
	w.wantTold(dead1)
	if l := w.get(id); l.How != lease.Overran || !strings.Contains(w.Told[0].Reason(), "lasted 5m, which is the most") {
		t.Errorf("%+v %s", l, w.Told[0].Reason())
	}
}

func TestMoreThanExpectedGoesOn(t *testing.T) {
	w := newWorld(t)
	r := deploy()
	three := 3
	r.Nodes, r.Paths, r.Expected = nil, []string{"Qzone/WNS"}, &three
	id := w.open(r)
	for i := range 5 {
		w.Fire(scenario.Alarm("ProcessDead", fmt.Sprint("n", i), "Qzone/WNS/dispatch"))
		w.Step(time.Second)
	}
	w.Fire(scenario.Alarm("ProcessDead", "n9", "Qzone/WNSx"))
	w.run(id, time.Minute)
	w.wantTold(scenario.Alarm("ProcessDead", "n3", "Qzone/WNS/dispatch"), scenario.Alarm("ProcessDead", "n4", "Qzone/WNS/dispatch"), scenario.Alarm("ProcessDead", "n9", "Qzone/WNSx"))
	if got := w.Told[0].Reason(); got != "change deploy 4711 by ann hides at most 3 alarms (given by the run), and has" {
		t.Error(got)
	}
	if l := w.end(id, lease.Failed); l.Hidden != 3 || l.Over != 2 || !strings.Contains(l.Summary(w.Now), "2 more than the 3 expected went on") {
		t.Errorf("%+v", l)
	}
}

func TestTheVolumeIsLearnedFromPastRuns(t *testing.T) {
	w := newWorld(t)
	past := func(alarms int, how string) {
		r := deploy()
		r.Run, r.Nodes = fmt.Sprint(w.Now.Unix()), []string{"n0", "n1", "n2", "n3"}
		id := w.open(r)
		for i := range alarms {
			w.Fire(scenario.Alarm("ProcessDead", fmt.Sprint("n", i%4), fmt.Sprint("m", i)))
		}
		w.Step(10 * time.Second)
		for i := range alarms {
			w.Recover(scenario.Alarm("ProcessDead", fmt.Sprint("n", i%4), fmt.Sprint("m", i)))
		}
		w.Step(10 * time.Second)
		w.end(id, how)
		w.pass(2 * time.Minute)
	}
	f := func(nodes, want int, basis string) {
		t.Helper()
		r := deploy()
		r.Run, r.Nodes = fmt.Sprint("now ", w.Now), make([]string, nodes)
		for i := range r.Nodes {
			r.Nodes[i] = fmt.Sprint("n", i)
		}
		l, err := w.Open(t.Context(), w.Now, r)
		must(t, err)
		if l.Expected != want || !strings.Contains(l.Basis, basis) {
			t.Errorf("%d nodes: %d (%s), want %d (%s)", nodes, l.Expected, l.Basis, want, basis)
		}
		w.end(l.ID, lease.Cancelled)
		w.pass(3 * time.Minute)
	}

	past(8, lease.Done)
	f(10, 100, "default: 1 past runs")
	past(90, lease.Failed) // is no example
	for range 19 {
		past(8, lease.Done)
	}
	f(10, 20, "95 % of 20 past runs of this kind had at most 2 per node")
	past(60, lease.Done) // one of many is not followed
	f(10, 20, "of 21")
	f(2, 10, "never fewer than 10")
}

func TestACrashForgetsNothing(t *testing.T) {
	w := newWorld(t)
	id := w.open(deploy())
	w.Fire(dead1, dead2)
	w.Step(time.Second)
	must(t, w.Flush(t.Context()))
	w.Recover(dead2)
	w.Step(time.Second)
	w.Now = w.Now.Add(10 * time.Minute) // runs could not be heard
	w.Restart()
	w.run(id, time.Minute)
	w.wantTold()
	if l := w.get(id); l.Hidden != 2 || l.Fires != 1 || !l.Open() {
		t.Errorf("%+v", l)
	}
	w.end(id, lease.Done)
	w.Restart() // in its grace
	w.Step(119 * time.Second)
	w.wantTold()
	w.Step(time.Second)
	w.wantTold(dead1)
	if l := w.get(id); l.Hidden != 2 || l.Fires != 1 || l.Settled.IsZero() {
		t.Errorf("%+v", l)
	}
	w.Restart()
	w.Step(time.Minute)
	w.wantTold(dead1)
	if l := w.get(id); l.Hidden != 2 || l.Fires != 1 {
		t.Errorf("%+v", l)
	}
}

func TestNothingIsLearnedOfALongChange(t *testing.T) {
	w := newWorld(t)
	r := deploy()
	r.Paths = []string{"Qzone/WNS", "QQ"}
	w.Step(30 * time.Second)
	id := w.open(r)
	w.run(id, 10*time.Minute)
	w.end(id, lease.Done)
	w.pass(3 * time.Minute)
	if len(w.marks) != 2 || w.marks[0].Path.ID() != "Qzone/WNS" || w.marks[0].Kind != "change" || w.marks[0].Who != "ann" {
		t.Fatalf("%+v", w.marks)
	}
	if m := w.marks[1]; !m.From.Equal(scenario.Noon) || !m.To.Equal(scenario.Noon.Add(11*time.Minute)) {
		t.Errorf("%+v", m)
	}
	r.Run = "short"
	id = w.open(r)
	w.run(id, time.Minute)
	w.end(id, lease.Done)
	w.pass(3 * time.Minute)
	if len(w.marks) != 2 {
		t.Errorf("a short change is marked: %+v", w.marks)
	}
}

func TestARunAsksAgain(t *testing.T) {
	w := newWorld(t)
	id := w.open(deploy())
	if again := w.open(deploy()); again != id {
		t.Errorf("%s, then %s", id, again)
	}
	r := deploy()
	r.Nodes = []string{"n9"}
	if _, err := w.Open(t.Context(), w.Now, r); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("%v", err)
	}
	if got := w.Touching(w.Now, "n1", nil); !reflect.DeepEqual(got, []string{id}) {
		t.Errorf("%v", got)
	}
	if got := w.Touching(w.Now, "n9", nil); got != nil {
		t.Errorf("%v", got)
	}
	w.end(id, lease.Done)
	w.pass(3 * time.Minute)
	if next := w.open(deploy()); next == id {
		t.Error("a lease that is over was returned")
	}
	if all, err := w.List(t.Context(), w.Now, 10); err != nil || len(all) != 2 || len(w.Active(w.Now)) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestASlowDiskForgetsNothing(t *testing.T) {
	w := newWorld(t)
	w.broken = true
	if _, err := w.Open(t.Context(), w.Now, deploy()); err == nil {
		t.Error("a lease that cannot be kept is open")
	}
	w.broken = false
	r := deploy()
	many := 5000
	r.Expected = &many
	id := w.open(r)
	storm := make([]model.LabelSet, 4500)
	for i := range storm {
		storm[i] = scenario.Alarm("ProcessDead", "n1", fmt.Sprint("m", i))
	}
	w.Fire(storm...)
	w.Step(time.Second)
	w.broken = true
	if err := w.Flush(t.Context()); err == nil {
		t.Error("nobody is told that the count cannot be kept")
	}
	if _, err := w.Leases.End(t.Context(), w.Now, id, lease.Done, ""); err == nil {
		t.Error("an end that cannot be kept is acknowledged")
	}
	w.broken = false
	if l := w.get(id); l.Hidden != 4500 || !l.Open() {
		t.Errorf("%+v", l)
	}
	w.Restart()
	if l := w.get(id); l.Hidden != 4500 {
		t.Errorf("%d after a restart", l.Hidden)
	}
}

var errDisk = errors.New("the disk is full")

// store fails when it is told to.
type store struct {
	lease.Store
	w *world
}

func (s store) Save(ctx context.Context, leases []state.Lease, hidden []state.LeaseAlarm) error {
	if s.w.broken {
		return errDisk
	}
	return s.Store.Save(ctx, leases, hidden)
}
