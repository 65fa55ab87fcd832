package watch

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/analytics"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage/fleet"
)

func labelName(s string) model.LabelName { return model.LabelName(s) }

func deviates(direction string) func(*analytics.Row, *analytics.Growth) {
	return func(r *analytics.Row, _ *analytics.Growth) {
		since := noon.Add(-5 * time.Minute)
		r.Alarm, r.Direction, r.Since = true, direction, &since
		r.Load, r.Mean, r.Lower, r.Upper, r.Score = 45.2, 30.6, 25.2, 36, 2.7
	}
}

func TestLoadDeviates(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1), node(2))
	w.minutes(2)
	w.want("")
	w.table = deviates("up")
	w.minutes(1)
	w.want("LoadDeviates b pay up")
	a := w.book.Open()[0]
	for name, want := range map[string]string{
		"summary":     "b/pay: load 45.2 % is above normal",
		"description": "The load of b → pay has been above its band since 11:55: 45.2 % at 12:02, where 25.2 % to 36.0 % is normal; that is 2.7 times the usual distance from 30.6 %. Devices that report: 2.",
		"load":        "45.2", "upper": "36",
	} {
		if got := string(a.Annotations[labelName(name)]); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if a.Source != alarm.FromWatch || a.Severity() != warning || a.GeneratorURL != "http://headroom:7480/module/b/pay" {
		t.Errorf("%+v", a)
	}
	w.table = deviates("") // back inside, but the alarm of the model goes on
	w.minutes(10)
	w.want("LoadDeviates b pay up")
	w.table = deviates("down")
	w.minutes(1)
	w.want("LoadDeviates b pay down")
	w.table = nil
	w.minutes(1)
	w.want("")
	if n := w.episodes(); n != 2 {
		t.Errorf("%d alarms", n)
	}
}

func peak(lower, value float64) func(*analytics.Row, *analytics.Growth) {
	return func(r *analytics.Row, _ *analytics.Growth) {
		r.PeakToday = analytics.Peak{Value: analytics.Number(value), Lower: analytics.Number(lower), Upper: 80, Seen: 40}
	}
}

func TestPeakAboveTarget(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	w.table = peak(55, 65)
	w.minutes(15)
	w.want("")
	w.minutes(1)
	w.want("PeakAboveTarget b pay")
	w.table = peak(61, 70)
	w.minutes(15) // what is critical has to last, too
	w.want("PeakAboveTarget b pay")
	w.minutes(1)
	w.want("PeakAboveTarget b pay, PeakAboveTarget b pay!")
	w.table = peak(59, 65) // not clear of the target by 3 %
	w.minutes(60)
	w.want("PeakAboveTarget b pay, PeakAboveTarget b pay!")
	w.table = peak(55, 65)
	w.minutes(31)
	w.want("PeakAboveTarget b pay")
	w.table = peak(50, 55)
	w.minutes(31)
	w.want("")
}

// What is over is told as what it was.
func TestThePeakIsToldInItsTense(t *testing.T) {
	at := noon.Add(-390 * time.Minute)
	r := &analytics.Row{ID: "b/pay", Path: fleet.Path{"b", "pay"}, At: noon, Devices: 12}
	f := func(p analytics.Peak, summary, description string) {
		t.Helper()
		r.PeakToday = p
		got := peakText(r, 60)
		if got.Summary != summary || got.Description != description {
			t.Errorf("%s\n%s", got.Summary, got.Description)
		}
		phrasestest.Check(t, got.Summary, got.Description)
	}
	f(analytics.Peak{Value: 97.5, Lower: 97.5, Upper: 98.6, Seen: 97.5, At: &at},
		"b/pay: today's peak was 97.5 %, the target is 60 %",
		"The load of b → pay reached 97.5 % today at 05:30; a device counts as full at 60 %. Devices: 12.")
	f(analytics.Peak{Value: 99, Lower: 97.5, Upper: 110, Seen: 97.5, At: &at}, // a higher one is still expected
		"b/pay: today's peak is expected at 99.0 %, the target is 60 %",
		"The load of b → pay is expected to reach 99.0 % today at about 05:30 (97.5 % to 110.0 %); a device counts as full at 60 %. Devices: 12. So far it was at most 97.5 %.")
}

func TestACriticalPeakIsOneAlarm(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	w.table = peak(61, 70)
	w.minutes(100)
	w.want("PeakAboveTarget b pay!")
}

func TestAPeakAtItsTargetDoesNotFlap(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	for i := range 300 {
		w.table = peak(50, 60+float64(i%7-3)/2)
		if i%50 >= 25 {
			w.table = peak(50, 61)
		}
		w.minutes(1)
	}
	if n := w.episodes(); n != 1 {
		t.Errorf("%d alarms of a peak that is about at the target", n)
	}
}

func runwayOf(day string) func(*analytics.Row, *analytics.Growth) {
	return func(_ *analytics.Row, g *analytics.Growth) {
		g.FullOn = analytics.Dates{Value: day, Lower: day}
		g.DevicesToRequest, g.SlopePerDay, g.PeakNow = 3, 0.5, 51
	}
}

func TestRunwayShort(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	w.table = runwayOf("2027-01-15") // in 49 days
	w.minutes(60)
	w.want("")
	w.table = runwayOf("2026-12-10")
	w.minutes(31)
	w.want("RunwayShort b pay")
	a := w.book.Open()[0]
	want := "The daily peak of b → pay reaches 60 % in 13 days, on 2026-12-10 (2026-12-10 at the earliest, perhaps never); a machine that is asked for today is in service in 30 days. The peak grows by 0.50 points a day from 51.0 % now. To request: 3 devices."
	if got := string(a.Annotations["description"]); got != want {
		t.Errorf("description %q", got)
	}
	w.table = runwayOf("2026-12-29") // in 32 days: clear of 30, but not by a tenth
	w.minutes(400)
	w.want("RunwayShort b pay")
	w.table = runwayOf("")
	w.minutes(361)
	w.want("")
}

func TestDeviceSilent(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1), node(2), "b/shop/n2")
	w.minutes(10)
	w.stop(node(2))
	w.minutes(3)
	w.want("")
	w.minutes(4)
	w.want("DeviceSilent b pay n2")
	w.begin(node(2))
	w.minutes(1)
	w.want("DeviceSilent b pay n2")
	w.minutes(2)
	w.want("")
}

func TestASilentModuleIsOneAlarm(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1), node(2), node(3), "b/shop/n2")
	w.minutes(10)
	w.stop(node(1), node(2), node(3))
	w.minutes(20)
	w.want("ModuleSilent b pay!")
	a := w.book.Open()[0]
	if got := string(a.Annotations["description"]); !strings.Contains(got, "Silent: n1, n2, n3.") {
		t.Errorf("description %q", got)
	}
	w.begin(node(1), node(2), node(3))
	w.minutes(4)
	w.want("")
}

func TestProcessDead(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1), "b/pay/n1/p1", "b/pay/n1/p2")
	w.minutes(10)
	w.stop("b/pay/n1/p2")
	w.minutes(3)
	w.want("ProcessDead b pay n1 p2")
	w.begin("b/pay/n1/p2")
	w.minutes(3)
	w.want("")
	w.stop("b/pay/n1/p1")
	w.minutes(3)
	w.want("ProcessDead b pay n1 p1")
	w.begin("b/pay/n1/p3") // healed under another name
	w.minutes(3)
	w.want("")
	w.stop("b/pay/n1/p2", "b/pay/n1/p3", node(1))
	w.minutes(20)
	w.want("ModuleSilent b pay!") // the whole device is gone: nothing is known of its processes
}

// Whenever the server is restarted, and however long it takes to know everything
// again, the alarms that hold stay the same episodes, and none is added.
func TestARestartChangesNothing(t *testing.T) {
	for _, down := range []int{0, 2, 10} {
		w := newWorld(t)
		w.begin(node(1), node(2), node(3), "b/pay/n1/p1", "b/pay/n1/p2", "b/shop/n9", "b/old/n5", "b/fine/n7", "b/fine/n7/p1")
		w.minutes(10)
		w.stop(node(3), "b/pay/n1/p2", "b/old/n5")
		bad := func(r *analytics.Row, g *analytics.Growth) {
			if r.ID == "b/pay" {
				deviates("up")(r, g)
				peak(61, 70)(r, g)
				runwayOf("2026-12-10")(r, g)
			}
		}
		w.table = bad
		w.minutes(60)
		const all = "DeviceSilent b pay n3, LoadDeviates b pay up, ModuleSilent b old!, PeakAboveTarget b pay!, ProcessDead b pay n1 p2, RunwayShort b pay"
		w.want(all)
		before := w.episodes()

		w.now = w.now.Add(time.Duration(down) * time.Minute)
		w.start()
		senders := w.senders
		w.table = func(r *analytics.Row, _ *analytics.Growth) {
			if r.State == analytics.OK {
				r.State = analytics.Learning
			}
		}
		for i := range 12 { // some need their time to notice that we are back
			w.senders = nil
			if i >= 4 {
				w.senders = senders
			}
			w.minutes(1)
			w.want(all)
		}
		w.table = bad
		w.minutes(60)
		w.want(all)
		if n := w.episodes(); n != before {
			t.Errorf("down for %d minutes: %d alarms became %d", down, before, n)
		}

		w.table = nil
		w.begin(node(3), "b/pay/n1/p2", "b/old/n5")
		w.minutes(400)
		w.want("")
	}
}

// What was said long ago with the same words is said anew at a start, before
// anything is seen.
func TestARestartHoldsOldAlarms(t *testing.T) {
	w := newWorld(t)
	register := func() {
		full := prometheus.NewGauge(prometheus.GaugeOpts{Name: "headroom_storage_read_only"})
		full.Set(1)
		w.reg.MustRegister(full)
	}
	pass := func(n int, watch bool) {
		for range n {
			w.now = w.now.Add(time.Minute)
			if watch {
				w.watch.watchSelf(t.Context())
			}
			must(t, w.book.Step(t.Context(), w.now))
		}
	}
	register()
	pass(25*60, true)
	w.start()
	register()
	pass(20, false)
	w.want("HeadroomStorageFull!")
	pass(20, true)
	w.want("HeadroomStorageFull!")
	if n := w.episodes(); n != 1 {
		t.Errorf("%d alarms", n)
	}
}

// A process that died before the start is unknown to this run: what ends its alarm
// is a new process, not one that was there all the time.
func TestARestartThenAProcessIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1), "b/pay/n1/p1", "b/pay/n1/p2")
	w.minutes(10)
	w.stop("b/pay/n1/p2")
	w.minutes(3)
	w.want("ProcessDead b pay n1 p2")
	w.start()
	w.minutes(20)
	w.want("ProcessDead b pay n1 p2")
	w.begin("b/pay/n1/p3")
	w.minutes(3)
	w.want("")
}

func TestWhatHasOnlyComeTodayIsNotMissed(t *testing.T) {
	w := newWorld(t)
	w.table = func(_ *analytics.Row, g *analytics.Growth) { g.Days = 0 }
	w.begin(node(1), node(2), "b/shop/n1", "b/pay/n1/p1", "b/pay/n1/p2")
	w.minutes(10)
	w.stop("b/shop/n1", node(2), "b/pay/n1/p2")
	w.minutes(20)
	w.want("")
}

func TestARuleThatIsSwitchedOffEndsItsAlarms(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	w.table = deviates("up")
	w.minutes(1)
	w.want("LoadDeviates b pay up")
	w.cfg.Alerting.Watch.LoadDeviates.Enabled = false
	w.minutes(1)
	w.want("")
}

func TestOtherLevels(t *testing.T) {
	w := newWorld(t)
	w.cfg.Alerting.Watch.Levels = []string{"business"}
	w.begin(node(1))
	w.table = deviates("up") // of modules
	w.minutes(2)
	w.want("")
}

func TestAlarmsThatAreNotTakenAreSaidAgain(t *testing.T) {
	w := newWorld(t)
	w.begin(node(1))
	w.table, w.broken = deviates("up"), true
	w.minutes(3)
	w.want("")
	w.broken = false
	w.minutes(1)
	w.want("LoadDeviates b pay up")
	w.table, w.broken = nil, true
	w.minutes(3)
	w.want("LoadDeviates b pay up")
	w.broken = false
	w.minutes(1)
	w.want("")
	if n := testutil.ToFloat64(w.watch.failedSends); n != 6 {
		t.Errorf("%v sends failed", n)
	}
}

func TestHeadroomWatchesItself(t *testing.T) {
	w := newWorld(t)
	rejected := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "headroom_ingest_rejected_samples_total"}, []string{"reason"})
	full := prometheus.NewGauge(prometheus.GaugeOpts{Name: "headroom_storage_read_only"})
	table := prometheus.NewGauge(prometheus.GaugeOpts{Name: "headroom_table_minute_timestamp_seconds"})
	w.reg.MustRegister(rejected, full, table)
	rejected.WithLabelValues("too_old").Add(100)
	pass := func(n int, growing bool) {
		t.Helper()
		for range n {
			if growing {
				rejected.WithLabelValues("labels").Inc()
			}
			w.now = w.now.Add(time.Minute)
			w.watch.watchSelf(t.Context())
			must(t, w.book.Step(t.Context(), w.now))
		}
	}
	fresh := func() { table.Set(float64(w.now.Unix())) }
	fresh()
	pass(3, false)
	w.want("")
	full.Set(1)
	for range 6 {
		pass(1, true)
		fresh()
	}
	w.want("HeadroomRejectsSamples labels, HeadroomStorageFull!")
	full.Set(0)
	pass(8, false)
	w.want("HeadroomRejectsSamples labels, HeadroomStorageFull!") // kept; the table begins to be late
	pass(8, false)
	w.want("HeadroomTableLate!")
	fresh()
	for range 17 {
		fresh()
		pass(1, false)
	}
	w.want("")
}
