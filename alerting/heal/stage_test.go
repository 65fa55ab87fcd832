package heal

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/state"
)

func TestARestartThatHelps(t *testing.T) {
	inVirtualTime(t, ladder("restart_process", "restart_workers"), func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.pass(10 * time.Second)
		w.wantOutcome(a, alarm.Waiting, "restart_process (shop/cart on n1): done in 2 s")
		w.end(a)
		w.wantOutcome(a, alarm.Healed, "restart_process helped: healed 10 s after it came")
		w.wantCalls("n1/7")
		w.wantHeals("restart_process done/helped")
		if len(w.went) > 0 || w.stage.live.Running() != 0 {
			t.Errorf("passed on %v, %d running", w.went, w.stage.live.Running())
		}
	})
}

func TestTheLadderGoesOnUntilNothingIsLeft(t *testing.T) {
	inVirtualTime(t, ladder("restart_process", "restart_workers"), func(t *testing.T, w *world) {
		w.act = func(_, process string) error {
			if process == "7" {
				return errors.New("no such binary")
			}
			return nil
		}
		a := w.fire("n1", "7")
		w.pass(3 * time.Second)
		w.wantCalls("n1/7", "n1/*") // the second at once, since the first failed
		w.pass(2 * time.Minute)
		w.wantCalls("n1/7", "n1/*")
		w.wantOutcome(a, alarm.Notified, "2 actions did not help, and nothing more can be done")
		want := "1. restart_process (shop/cart on n1): failed after 2 s: restart shop/cart on n1: no such binary; 2. restart_workers (shop/cart on n1): done in 2 s, and did not help within 1 min; not healed: 2 actions"
		if got := string(a.Annotations[Annotation]); !strings.HasPrefix(got, want) {
			t.Errorf("told: %s\nwant: %s", got, want)
		}
		w.wantHeals("restart_process failed/", "restart_workers done/helped not")
		if len(w.went) != 1 {
			t.Errorf("passed on %v", w.went)
		}

		// It is sent again: it goes on, with what was tried, and nothing is done.
		a.Annotations = nil
		w.fire("n1", "7")
		if got := string(a.Annotations[Annotation]); !strings.HasPrefix(got, want) {
			t.Errorf("told: %s", got)
		}
		w.wantCalls("n1/7", "n1/*")

		// Nor does a restart change what is told.
		said := a.Annotations[Annotation]
		a.Annotations = nil
		w.restart()
		if got := a.Annotations[Annotation]; got != said {
			t.Errorf("told: %s\nbefore: %s", got, said)
		}

		w.end(a)
		b := w.fire("n1", "7")
		if got := string(b.Annotations[Annotation]); got != "not healed: it came back, and all that can be done did not help before" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestAnActionThatHangsIsGivenUp(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		w.takes = time.Hour
		a := w.fire("n1", "7")
		w.pass(40 * time.Second)
		w.wantOutcome(a, alarm.Notified, "it took longer than its timeout")
	})
}

func TestWhatComesBackTooOftenIsPassedOn(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		began := time.Now()
		var waits []string
		for range 3 {
			n, from := len(w.calls), time.Now()
			a := w.fire("n1", "7")
			for len(w.calls) == n && !t.Failed() && time.Since(from) < time.Hour {
				w.pass(time.Second)
			}
			waits = append(waits, short(time.Since(from)))
			w.pass(5 * time.Second)
			w.end(a)
			w.wantOutcome(a, alarm.Healed, "helped")
			w.pass(5 * time.Second)
		}
		if got := strings.Join(waits, ", "); got != "0 s, 25 s, 55 s" {
			t.Errorf("waited %s", got)
		}
		a := w.fire("n1", "7")
		w.wantOutcome(a, alarm.Notified, fmt.Sprintf("it was healed 3 times in %s and came back", short(time.Since(began)-5*time.Second)))
		w.end(a)

		// An hour later that counts no more.
		w.pass(time.Hour)
		n := len(w.calls)
		w.fire("n1", "7")
		w.pass(3 * time.Second)
		if len(w.calls) != n+1 {
			t.Errorf("restarted %v", w.calls)
		}
	})
}

// What was repaired and held may fail anew: that is healed as at first.
func TestALadderThatWasUsedUpBeginsAnewAfterARest(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.pass(20 * time.Minute)
		w.wantOutcome(a, alarm.Notified, "one action did not help")
		w.end(a)
		for range 3 { // it is not repaired yet
			w.pass(9 * time.Minute)
			b := w.fire("n1", "7")
			w.wantOutcome(b, alarm.Notified, "it came back, and all that can be done did not help before")
			w.end(b)
		}
		w.wantCalls("n1/7")
		w.pass(rest)
		b := w.fire("n1", "7")
		w.pass(5 * time.Second)
		w.wantCalls("n1/7", "n1/7")
		w.end(b)
		w.wantOutcome(b, alarm.Healed, "restart_process helped")
	})
}

func TestWhatEndsByItselfIsLeftAlone(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.MaxConcurrent = 1
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		w.fire("n1", "1")
		b := w.fire("n1", "2")
		w.pass(5 * time.Second)
		w.wantOutcome(b, alarm.Waiting, "up to 1 may")
		w.end(b)
		w.wantOutcome(b, alarm.Resolved, "it ended by itself")
		w.wantCalls("n1/1")
	})
}

func TestAnEndWhileTheActionRunsWaitsForIt(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		w.takes = 20 * time.Second
		a := w.fire("n1", "7")
		w.pass(5 * time.Second)
		w.end(a)
		if !a.Open() {
			t.Error("closed while its action runs")
		}
		w.pass(20 * time.Second)
		w.wantOutcome(a, alarm.Healed, "helped")

		// An action that fails did not help, even if the alarm ended.
		w.act = func(string, string) error { return errors.New("no") }
		b := w.fire("n2", "7")
		w.pass(5 * time.Second)
		w.end(b)
		w.pass(20 * time.Second)
		w.wantOutcome(b, alarm.Resolved, "it ended by itself")
	})
}

func TestAQueryTellsWhetherItHelped(t *testing.T) {
	cfg := ladder("restart_process", "restart_workers")
	for i := range cfg.Rules[0].Actions {
		cfg.Rules[0].Actions[i].Verify.Query = `up{node="{{ .Labels.node }}"} == 1`
	}
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		holds := false
		w.query = func() bool { return holds }
		a := w.fire("n1", "7")
		w.pass(70 * time.Second)
		w.wantCalls("n1/7", "n1/*")
		holds = true
		w.pass(15 * time.Second)
		w.wantOutcome(a, alarm.Waiting, "its query says that it is healed")
		w.end(a)
		w.wantOutcome(a, alarm.Healed, "restart_workers helped")

		// A query that says yes while the alarm goes on ringing swallows nothing.
		b := w.fire("n2", "7")
		w.pass(7 * time.Minute)
		w.wantOutcome(b, alarm.Notified, "says that it is healed, but the alarm still rings 5 min later")
	})
}

func TestAQueryCanBeNeededBesideTheEnd(t *testing.T) {
	cfg := ladder("restart_process", "restart_workers")
	cfg.Rules[0].Actions[0].Verify.Query, cfg.Rules[0].Actions[0].Verify.Resolved = "up == 1", true
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		holds := false
		w.query = func() bool { return holds }
		a := w.fire("n1", "7")
		w.pass(10 * time.Second)
		w.end(a) // it only stopped reporting
		w.pass(70 * time.Second)
		w.wantOutcome(a, alarm.Resolved, "the alarm ended, but the query never said yes")
		w.wantHeals("restart_process done/helped not")

		// It comes back: the ladder goes on.
		w.fire("n1", "7")
		w.pass(2 * time.Second)
		w.wantCalls("n1/7", "n1/*")

		holds = true
		b := w.fire("n2", "7")
		w.pass(10 * time.Second)
		w.end(b)
		w.pass(10 * time.Second)
		w.wantOutcome(b, alarm.Healed, "restart_process helped")
	})
}

func TestADryRunActsOnNothing(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.DryRun = true
	cfg.Rules[0].Actions[0].Command = []string{"systemctl", "restart", "{{ .Labels.process }}"}
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.wantOutcome(a, alarm.Notified, "a dry run: restart_process would have run: systemctl restart 7")
		if got := string(a.Annotations[Annotation]); !strings.Contains(got, "not healed: a dry run: restart_process would have run: systemctl restart 7") {
			t.Error(got)
		}
		w.wantHeals("restart_process would/")
		w.wantCalls()
		for i := range 60 { // the brake would hold, and needs nobody to release it
			w.fire(fmt.Sprint("m", i), "7")
		}
		w.fire("m60", "7")
		if n := len(w.went); n != 62 || w.stage.live.Stopped+w.stage.dry.Stopped != "" {
			t.Errorf("%d passed on", n)
		}
	})
}

func TestADryRunSaysWhatItWouldDo(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for want, act := range map[string]config.HealAction{
		"would have run: /usr/local/bin/restart.sh cart n1":   {Command: []string{"/usr/local/bin/restart.sh", "{{ index .Facts.Path 1 }}", "{{ .Facts.Node }}"}},
		"would have failed: argument 1: template: ":           {Command: []string{"restart", "{{ .Labels.unit }}"}},
		"would have asked https://infra.example.com":          {Webhook: config.HealWebhook{URL: "https://user:hush@infra.example.com/hush?token=hush"}},
		"would have had the node daemon restart shop/cart on": {},
		"would have run: " + long[:maxWould-30]:               {Command: []string{long}},
	} {
		cfg := ladder("restart_process")
		cfg.DryRun = true
		a := &cfg.Rules[0].Actions[0]
		a.Command, a.Webhook = act.Command, act.Webhook
		inVirtualTime(t, cfg, func(t *testing.T, w *world) {
			said := string(w.fire("n1", "7").Annotations[Annotation])
			if !strings.Contains(said, want) || strings.Contains(said, "hush") || len(said) > maxWould+100 {
				t.Errorf("told: %s\nwant: %s", said, want)
			}
		})
	}
}

func TestTheFleetIsCountedOnceInARun(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.DryRun = true // in which the brake, once on, keeps no alarm from asking
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		counted := 0
		w.stage.Fleet = func() Fleet { counted++; return Fleet{Modules: 300, Nodes: 50} }
		var alarms []*alarm.Alarm
		for i := range 1000 {
			labels := model.LabelSet{"alertname": "ProcessDown", "node": model.LabelValue(fmt.Sprint("n", i))}
			alarms = append(alarms, &alarm.Alarm{ID: fmt.Sprint(i), Key: alarm.KeyOf(labels), Labels: labels, Received: time.Now(), Facts: alarm.Facts{Node: fmt.Sprint("n", i)}})
		}
		for range 2 {
			w.stage.Run(t.Context(), time.Now(), alarms)
		}
		if counted > 2 {
			t.Errorf("counted %d times", counted)
		}
	})
}

func TestARuleCanBeADryRun(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.Rules[0].DryRun = true
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		w.wantOutcome(w.fire("n1", "7"), alarm.Notified, "a dry run")
	})
}

func TestWhoIsOnItIsNotDisturbed(t *testing.T) {
	inVirtualTime(t, ladder("restart_process", "restart_workers"), func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.pass(5 * time.Second)
		a.Acked, a.AckedBy = time.Now(), "ann"
		w.pass(2 * time.Minute)
		w.wantCalls("n1/7")
		w.wantOutcome(a, alarm.Notified, "ann has taken it on")
	})
}

func TestLimitsHoldHealsBack(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.MaxPerNode, cfg.MaxPerModule = 2, 3
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		for i, want := range []string{"", "", "node n1 had 2 actions within 1 h, which is the most", "", "module shop/cart had 3 actions"} {
			node := "n1"
			if i > 2 {
				node = fmt.Sprint("n", i)
			}
			a := w.fire(node, fmt.Sprint(i))
			w.pass(3 * time.Second)
			if want == "" {
				w.wantOutcome(a, alarm.Waiting, "done in 2 s")
			} else {
				w.wantOutcome(a, alarm.Notified, want)
			}
		}
	})
}

func TestTooMuchAtOnceStopsHealing(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		w.fleet = Fleet{Modules: 300, Nodes: 50}
		var last *alarm.Alarm
		for i := range 8 {
			last = w.fire(fmt.Sprint("n", i), "7")
		}
		w.pass(3 * time.Second)
		if len(w.calls) != 5 { // 6 of 50 nodes are more than a tenth
			t.Errorf("restarted %v", w.calls)
		}
		w.wantOutcome(last, alarm.Notified, "healing is stopped: 6 of 50 nodes (12 %) wanted it within 10 min; up to 10 % may")
		stopped := w.theStopped(1)
		w.wantOutcome(w.fire("n9", "7"), alarm.Notified, "healing is stopped: 6 of 50 nodes")

		w.restart() // it holds, and is told once
		w.pass(3 * time.Second)
		w.wantOutcome(w.fire("n10", "7"), alarm.Notified, "healing is stopped: 6 of 50 nodes")
		w.theStopped(1)
		if len(w.calls) != 5 {
			t.Errorf("restarted %v", w.calls)
		}
		if err := w.stage.Release(t.Context(), "ann", " "); !errors.Is(err, ErrNoReason) {
			t.Errorf("released without a reason: %v", err)
		}
		if err := w.stage.Release(t.Context(), "ann", "the rack has power again"); err != nil {
			t.Fatal(err)
		}
		if err := w.stage.Release(t.Context(), "ann", "again"); err == nil {
			t.Error("released twice")
		}
		w.pass(time.Second)
		if stopped.Firing(time.Now()) {
			t.Error("the alarm that healing is stopped still rings")
		}
		w.fire("n11", "7")
		w.pass(3 * time.Second)
		if w.calls[len(w.calls)-1] != "n11/7" {
			t.Errorf("restarted %v", w.calls)
		}
		b, err := w.stage.Brake(t.Context())
		if err != nil || b.By != "ann" || b.Why != "the rack has power again" {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

// Modules that only send alarms are not in the table: 8 of 1 are no share.
func TestAFleetThatIsNotKnownHasNoShare(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		w.fleet = Fleet{Modules: 1, Nodes: 1}
		w.cfg.Brake.Heals = 8
		w.restart()
		for i := range 8 {
			w.fire(fmt.Sprint("n", i), "7")
		}
		w.theStopped(0)
		w.wantOutcome(w.fire("n8", "7"), alarm.Notified, "healing is stopped: 9 alarms wanted it within 10 min; up to 8 may")
	})
}

// theStopped returns the alarm that healing is stopped, of which there must be n.
func (w *world) theStopped(n int) (found *alarm.Alarm) {
	w.t.Helper()
	have := 0
	for _, a := range w.open {
		if a.Kind() == stoppedName {
			have++
			found = a
		}
	}
	if have != n {
		w.t.Fatalf("%d alarms that healing is stopped", have)
	}
	return found
}

func TestAKillDoesNotRestartTwice(t *testing.T) {
	inVirtualTime(t, ladder("restart_process", "restart_workers"), func(t *testing.T, w *world) {
		w.takes = 20 * time.Second
		a := w.fire("n1", "7")
		w.pass(5 * time.Second)
		w.restart()
		w.pass(30 * time.Second)
		w.wantCalls("n1/7")
		w.wantHeals("restart_process unknown/")
		w.wantOutcome(a, alarm.Waiting, "it must help until")
		w.end(a)
		w.wantOutcome(a, alarm.Healed, "restart_process helped")

		// Not healed: the ladder goes on after the restart.
		b := w.fire("n2", "7")
		w.pass(5 * time.Second)
		w.restart()
		w.pass(62 * time.Second)
		w.wantCalls("n1/7", "n2/7", "n2/*")
		w.pass(10 * time.Second)
		w.restart()
		w.pass(2 * time.Minute)
		w.wantOutcome(b, alarm.Notified, "tried restart_process (shop/cart on n2): its end was not seen, since Headroom was restarted, and did not help within 1 min")
		want := "1. restart_process (shop/cart on n2): its end was not seen, since Headroom was restarted, and did not help within 1 min; " +
			"2. restart_workers (shop/cart on n2): its end was not seen, since Headroom was restarted, and did not help within 1 min; not healed: 2 actions did not help, and nothing more can be done"
		if got := string(b.Annotations[Annotation]); got != want {
			t.Errorf("told: %s\nwant: %s", got, want)
		}
		w.wantCalls("n1/7", "n2/7", "n2/*")
		w.restart()
		w.pass(2 * time.Minute)
		w.wantCalls("n1/7", "n2/7", "n2/*")
	})
}

func TestWhatAnEarlierStageSettlesGivesItsPlaceFree(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.pass(5 * time.Second)
		delete(w.open, a.ID) // folded into another
		w.pass(2 * time.Minute)
		if w.stage.live.Running() != 0 {
			t.Error("a heal is under way for ever")
		}
	})
}

func TestARestartByHand(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		told, err := w.stage.Restart(t.Context(), Target{Module: "shop/cart", Node: "n1"}, "ann", "it is slow")
		if err != nil || told != "restart_workers of shop/cart on n1: done in 2 s" {
			t.Errorf("%q, %v", told, err)
		}
		w.wantCalls("n1/*")
		if _, err := w.stage.Restart(t.Context(), Target{Module: "shop/cart"}, "ann", ""); err == nil || !strings.Contains(err.Error(), "does not tell the node") {
			t.Error(err)
		}
		w.wantHeals("restart_workers done/", "restart_workers failed/")
		if list, err := w.stage.Heals(t.Context(), state.HealFilter{Result: state.HealDone}); err != nil || list[0].Who != "ann" || list[0].Reason != "it is slow; done in 2 s" {
			t.Errorf("%v: %+v", err, list)
		}
		if w.stage.live.Running() != 0 {
			t.Error("it runs for ever")
		}
	})
}

func TestNewTellsEveryFault(t *testing.T) {
	cfg := ladder("restart_process")
	cfg.Rules[0].Match = []string{"=="}
	cfg.Rules[0].Actions[0].Command = []string{"{{"}
	cfg.Rules[0].Actions[0].Webhook = config.HealWebhook{SecretFile: "/no/such/file"}
	_, err := New(t.Context(), Options{Config: cfg})
	for _, want := range []string{`match "=="`, "unclosed action", "/no/such/file"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
	cfg = ladder("restart_process")
	cfg.Rules[0].Actions[0].Verify.Query = "up"
	if _, err := New(t.Context(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "queries cannot be asked") {
		t.Error(err)
	}
}

// The alarm of the last stop may be open so that its end is told. That must not hide
// that healing is stopped again.
func TestAStopSoonAfterAReleaseIsToldAgain(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		w.fleet = Fleet{Modules: 300, Nodes: 50}
		for i := range 8 {
			w.fire(fmt.Sprint("n", i), "7")
		}
		first := w.theStopped(1)
		if err := w.stage.Release(t.Context(), "ann", "the rack has power again"); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Second)
		first.Linger = true // as the stage that tells people of its end has it
		w.end(first)
		for i := range 8 {
			w.changed = append(w.changed, first)
			w.fire(fmt.Sprint("m", i), "7")
		}
		if again := w.theStopped(2); w.stage.live.Stopped == "" || w.stage.stopped == nil || w.stage.stopped == first || again == nil {
			t.Errorf("stopped: %q, told by %+v", w.stage.live.Stopped, w.stage.stopped)
		}
	})
}
