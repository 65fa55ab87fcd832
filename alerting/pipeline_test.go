package alerting

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/phrases/phrasestest"
)

func TestAnAlarmThatEndsUntoldIsResolved(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Hour, named("Dead")))
	w.step(time.Second)
	if a := w.only(); a.Outcome != alarm.Waiting || !a.Open() {
		t.Errorf("%+v", a)
	}
	must(t, w.send(0, named("Dead")))
	w.step(time.Second)
	a := w.only()
	if a.Outcome != alarm.Resolved || a.Open() || len(w.Pipeline.Open()) != 0 {
		t.Errorf("%+v", a)
	}
	if got := fmt.Sprint(whats(a)); got != "[received ended]" {
		t.Errorf("trail %s", got)
	}
}

func whats(a *alarm.Alarm) (all []string) {
	for _, e := range a.Trail {
		all = append(all, e.What)
	}
	return all
}

func TestAnAlarmEndsWhenItsSenderIsSilent(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(4*time.Minute, named("Dead")))
	w.step(3 * time.Minute)
	must(t, w.send(4*time.Minute, named("Dead"))) // repeated
	w.step(3 * time.Minute)
	if a := w.only(); a.Ended {
		t.Error("ended although it was repeated")
	}
	w.step(2 * time.Minute)
	if a := w.only(); !a.Ended || a.Open() {
		t.Errorf("%+v", a)
	}
}

func TestPairsOfSendersSendOneAlarm(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Hour, model.LabelSet{"alertname": "Dead", "replica": "a"}, model.LabelSet{"alertname": "Dead", "replica": "b"}))
	w.step(time.Second)
	w.only()
}

func TestTheEndOfAnUnknownAlarmIsNoAlarm(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(0, named("Dead")))
	w.step(time.Second)
	if all := w.all(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestAnAlarmThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	w := newWorld(t, noStages)
	w.keeper = brokenKeeper{}
	if err := w.send(time.Hour, named("Dead")); !errors.Is(err, errDisk) {
		t.Fatalf("%v", err)
	}
	w.keeper = nil
	w.step(time.Second) // written with the next step
	w.only()
}

func TestWhatCannotBeKeptForLongIsRememberedOnce(t *testing.T) {
	w := newWorld(t, noStages)
	w.keeper = brokenKeeper{}
	for i := range 100 { // each time with another value in its text
		alert := &amalert.Alert{Alert: model.Alert{Labels: named("Dead"), Annotations: model.LabelSet{"value": model.LabelValue(fmt.Sprint(i))}, EndsAt: w.now.Add(time.Hour)}}
		if err := w.Receive(t.Context(), alarm.FromAPI, alert); !errors.Is(err, errDisk) {
			t.Fatalf("%v", err)
		}
	}
	if n := len(w.unsaved); n != 1 {
		t.Errorf("one alarm is to be written %d times", n)
	}
	w.keeper = nil
	w.step(time.Second)
	if a := w.only(); a.Annotations["value"] != "99" || len(w.unsaved) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestARestartKeepsWhatItsSenderCouldNotRepeat(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Minute, named("Dead")))
	w.step(time.Second)
	w.now = w.now.Add(time.Hour)
	w.restart()
	w.step(time.Second)
	if a := w.only(); a.Ended {
		t.Error("held for ended although nobody could send")
	}
	w.step(restartGrace)
	if a := w.only(); !a.Ended {
		t.Error("held for firing for ever")
	}
}

func TestAnEndThatWasToldIsKnownAfterAKill(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Hour, named("Dead")))
	w.step(time.Second)
	must(t, w.send(0, named("Dead"))) // and killed before the next step
	w.restart()
	w.step(time.Second)
	if a := w.only(); !a.Ended || a.Open() {
		t.Errorf("%+v", a)
	}
}

func TestAnEndThatWasTakenBackIsKnownAfterAKill(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Hour, named("Dead")))
	w.step(time.Second)
	must(t, w.send(0, named("Dead"))) // no step sees that
	w.now = w.now.Add(time.Millisecond)
	must(t, w.send(time.Hour, named("Dead"))) // and killed at once
	w.restart()
	w.step(time.Second)
	if a := w.only(); a.Ended || !a.Open() {
		t.Errorf("%+v", a)
	}
}

func TestALongerTimeToFireIsKnownAfterAKill(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Minute, named("Dead")))
	w.step(time.Second)
	must(t, w.send(2*time.Hour, named("Dead"))) // and never again
	w.restart()
	w.step(time.Hour)
	if a := w.only(); a.Ended || !a.Open() {
		t.Errorf("%+v", a)
	}
}

func TestAStageThatHasNotDoneKeepsAnEndedAlarmOpen(t *testing.T) {
	until := noon.Add(10 * time.Minute)
	w := newWorld(t, func() []alarm.Stage {
		return []alarm.Stage{stageFunc(func(now time.Time, alarms []*alarm.Alarm) (passed []*alarm.Alarm) {
			for _, a := range alarms {
				a.Linger = now.Before(until)
				if a.Linger {
					a.Stay(now, "test", alarm.Waiting, "", "watching whether it stays so", until)
				}
			}
			return nil
		})}
	})
	must(t, w.send(time.Minute, named("Dead")))
	w.step(2 * time.Minute)
	if a := w.only(); !a.Ended || !a.Open() {
		t.Errorf("%+v", a)
	}
	must(t, w.send(time.Minute, named("Dead"))) // the same episode goes on
	w.step(time.Second)
	if a := w.only(); a.Ended || whats(a)[len(a.Trail)-1] != alarm.Fired {
		t.Errorf("%+v", a)
	}
	w.step(time.Minute)
	w.step(8 * time.Minute)
	if a := w.only(); a.Open() {
		t.Error("open although the stage has done")
	}
}

func TestAStageMayMakeAlarms(t *testing.T) {
	made := &alarm.Alarm{ID: "cause", Key: 1, Labels: named("CommonCause"), Source: alarm.FromFold, Received: noon, Outcome: alarm.Waiting}
	w := newWorld(t, func() []alarm.Stage {
		return []alarm.Stage{stageFunc(func(now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			for _, a := range alarms {
				a.Stay(now, "test", alarm.Folded, made.ID, "part of a common cause", time.Time{})
			}
			return []*alarm.Alarm{made}
		})}
	})
	must(t, w.send(time.Hour, named("Dead")))
	w.step(time.Second)
	if all := w.all(); len(all) != 2 || w.Find("cause") == nil {
		t.Errorf("%+v", all)
	}
}

func TestARecheckLooksAtAllOpenAlarms(t *testing.T) {
	seen := 0
	w := newWorld(t, func() []alarm.Stage {
		return []alarm.Stage{stageFunc(func(_ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			seen += len(alarms)
			return alarms
		})}
	})
	must(t, w.send(time.Hour, named("Dead"), named("Slow")))
	w.step(time.Second)
	w.step(time.Second)
	if seen != 2 {
		t.Errorf("looked at %d alarms without need", seen-2)
	}
	w.Recheck()
	w.step(time.Second)
	w.step(time.Second)
	if seen != 4 {
		t.Errorf("looked at %d alarms, want each once more", seen)
	}
}

func TestAcknowledging(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Hour, named("Dead")))
	w.step(time.Second)
	must(t, w.Ack(t.Context(), w.only().ID, "ann", "on it", time.Time{}))
	must(t, w.Ack(t.Context(), w.only().ID, "bob", "", time.Time{})) // which ann has done
	if a := w.only(); a.AckedBy != "ann" || a.Trail[1].Reason != "on it" || len(a.Trail) != 2 {
		t.Errorf("%+v", a)
	}
	if err := w.Ack(t.Context(), "nothing", "ann", "", time.Time{}); !errors.Is(err, ErrNotOpen) {
		t.Errorf("%v", err)
	}
}

// An acknowledgement with an end ends then, also when the server was killed meanwhile:
// the alarm goes through the stages as one that nobody has taken on.
func TestAcknowledgementEnds(t *testing.T) {
	runs := 0
	w := newWorld(t, func() []alarm.Stage {
		return []alarm.Stage{stageFunc(func(_ time.Time, all []*alarm.Alarm) []*alarm.Alarm { runs += len(all); return all })}
	})
	must(t, w.send(100*time.Hour, named("Dead")))
	w.step(time.Second)
	id := w.only().ID
	must(t, w.Ack(t.Context(), id, "ann", "on it", w.now.Add(time.Hour)))
	w.step(time.Second)
	must(t, w.Ack(t.Context(), id, "ann", "", w.now.Add(2*time.Hour))) // it takes longer
	w.step(time.Hour)
	w.restart()
	w.step(time.Second)
	if a := w.only(); a.AckedBy != "ann" || a.Trail[1].Reason != "until 2026-11-27 13:00 UTC: on it" || a.Trail[2].Reason != "until 2026-11-27 14:00 UTC" {
		t.Errorf("%+v", a)
	}
	runs = 0
	w.step(time.Hour)
	w.step(time.Second)
	a := w.only()
	last := a.Trail[len(a.Trail)-1]
	if !a.Acked.IsZero() || a.AckedBy != "" || !a.AckedUntil.IsZero() || last.What != alarm.AckOver || last.By != "ann" {
		t.Errorf("%+v", a)
	}
	if want := "ann had taken it on until 2026-11-27 14:00 UTC, and it still fires: whoever was told is told again"; last.Reason != want {
		t.Error(last.Reason)
	}
	phrasestest.Check(t, last.What, last.Reason, a.Trail[2].Reason)
	if runs != 1 {
		t.Errorf("the stages saw it %d times", runs)
	}
	must(t, w.Ack(t.Context(), id, "bob", "", time.Time{}))
	w.step(1000 * time.Hour)
	if a := w.only(); a.AckedBy != "bob" || !a.Ended {
		t.Errorf("one without an end holds until it is over: %+v", a)
	}
}

// What is given back goes through the stages at once, as one that nobody has taken on.
func TestAcknowledgementIsGivenBack(t *testing.T) {
	runs := 0
	w := newWorld(t, func() []alarm.Stage {
		return []alarm.Stage{stageFunc(func(_ time.Time, all []*alarm.Alarm) []*alarm.Alarm { runs += len(all); return all })}
	})
	must(t, w.send(100*time.Hour, named("Dead")))
	w.step(time.Second)
	id := w.only().ID
	must(t, w.Unack(t.Context(), id, "ann", "")) // which nobody has taken on
	must(t, w.Ack(t.Context(), id, "ann", "on it", w.now.Add(time.Hour)))
	w.step(time.Second)
	runs = 0
	must(t, w.Unack(t.Context(), id, "bob", "she is away"))
	w.restart()
	w.step(time.Second)
	a := w.only()
	last := a.Trail[len(a.Trail)-1]
	if !a.Acked.IsZero() || a.AckedBy != "" || !a.AckedUntil.IsZero() || last.What != alarm.AckOver || last.By != "bob" || len(a.Trail) != 3 {
		t.Errorf("%+v", a)
	}
	if want := "bob gave it back, and it still fires: whoever was told is told again: she is away"; last.Reason != want {
		t.Error(last.Reason)
	}
	phrasestest.Check(t, strings.TrimSuffix(last.Reason, ": she is away"), last.Reason)
	if runs != 1 {
		t.Errorf("the stages saw it %d times", runs)
	}
	w.step(2 * time.Hour)
	if a := w.only(); len(a.Trail) != 3 {
		t.Errorf("its time is up although it was given back: %+v", a.Trail)
	}
	w.step(100 * time.Hour)
	if err := w.Unack(t.Context(), id, "ann", ""); !errors.Is(err, ErrNotOpen) {
		t.Errorf("of what is over: %v", err)
	}
}

// What is over keeps who had taken it on.
func TestAcknowledgementOfWhatIsOver(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Minute, named("Dead")))
	w.step(time.Second)
	must(t, w.Ack(t.Context(), w.only().ID, "ann", "", w.now.Add(time.Hour)))
	w.step(2 * time.Hour)
	if a := w.only(); a.AckedBy != "ann" || a.Trail[len(a.Trail)-1].What != alarm.Ended {
		t.Errorf("%+v", a)
	}
}

// Whatever comes, whatever stages decide and whenever the server is killed: every
// alarm that was received has exactly one outcome.
func TestEveryAlarmHasOneOutcome(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, func() []alarm.Stage { return []alarm.Stage{moody(rng), moody(rng), moody(rng)} })
		began := map[string]bool{}
		for range 150 {
			switch rng.IntN(10) {
			case 0:
				w.restart()
			case 1:
				w.step(time.Duration(rng.IntN(600)) * time.Second)
			default:
				must(t, w.send(time.Duration(rng.IntN(4))*time.Minute, named(fmt.Sprint("A", rng.IntN(12)))))
				for _, a := range w.Pipeline.Open() {
					began[a.ID] = true
				}
				w.step(time.Second)
			}
			w.balance()
		}
		kept := map[alarm.Outcome]int{}
		for _, a := range w.all() {
			kept[a.Outcome]++
			delete(began, a.ID)
		}
		if len(began) > 0 {
			t.Fatalf("seed %d: lost %v", seed, began)
		}
	}
}

// moody is a stage that decides by chance.
func moody(rng *rand.Rand) stageFunc {
	outcomes := []alarm.Outcome{alarm.Waiting, alarm.Muted, alarm.Folded, alarm.Healed, alarm.Notified}
	return func(now time.Time, alarms []*alarm.Alarm) (passed []*alarm.Alarm) {
		for _, a := range alarms {
			if a.Linger = a.Ended && rng.IntN(4) == 0; rng.IntN(3) == 0 {
				passed = append(passed, a)
				continue
			}
			a.Stay(now, "test", outcomes[rng.IntN(len(outcomes))], fmt.Sprint(rng.IntN(3)), "a mood", now.Add(time.Duration(rng.IntN(120))*time.Second))
		}
		return passed
	}
}

// balance checks that what the metrics say was received is what they say became of it.
func (w *world) balance() {
	w.t.Helper()
	sum := 0.0
	for _, o := range alarm.Outcomes {
		sum += testutil.ToFloat64(w.metrics.settled.WithLabelValues(string(o)))
	}
	for _, n := range w.counts() {
		sum += float64(n)
	}
	if received := testutil.ToFloat64(w.metrics.received); received != sum {
		w.t.Fatalf("received %v, but %v came out or are open", received, sum)
	}
}

func TestExplainTellsTheWholeWay(t *testing.T) {
	w := newWorld(t, noStages)
	must(t, w.send(time.Minute, model.LabelSet{"alertname": "Dead", "node": "n1"}))
	w.step(2 * time.Minute)
	e := Explain(w.only(), time.UTC)
	var text []string
	for _, s := range e.Steps {
		text = append(text, s.Name+" = "+s.Result+" "+s.Numbers)
	}
	got := strings.Join(text, "\n")
	want := "fires = no since 2026-11-27 11:59:00 until 2026-11-27 12:01:00\nlabels = 2 \n2026-11-27 12:00:00  receive = received received from a sender of alarms\n" +
		"2026-11-27 12:02:00  receive = ended its sender said so\noutcome = resolved ended before anybody was told"
	if got != want || e.Title != "Dead: resolved since 2026-11-27 12:02:00" {
		t.Errorf("%s\n%s", e.Title, got)
	}
}

// A stage that raises an alarm again while the end of the last episode is still
// to be told raises the same alarm: only one is open.
func TestAnAlarmOfAStageThatComesAgainTakesThePlaceOfItsLastEpisode(t *testing.T) {
	raise := func(now time.Time) *alarm.Alarm {
		key := alarm.KeyOf(named("Cause"))
		a := &alarm.Alarm{ID: alarm.ID(key, now), Key: key, Labels: named("Cause"), StartsAt: now, Received: now, Outcome: alarm.Waiting}
		a.Note(alarm.Event{At: now, Stage: "test", What: alarm.Received})
		return a
	}
	var next *alarm.Alarm
	var shown [][]*alarm.Alarm
	w := newWorld(t, func() []alarm.Stage {
		makes := stageFunc(func(_ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			if next != nil {
				alarms, next = append(alarms, next), nil
			}
			return alarms
		})
		lingers := stageFunc(func(now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			shown = append(shown, alarms)
			for _, a := range alarms {
				a.Linger = a.Ended
				a.Stay(now, "last", alarm.Notified, "", "told", now.Add(time.Second))
			}
			return nil
		})
		return []alarm.Stage{makes, lingers}
	})
	first := raise(w.now)
	next = first
	w.step(time.Second)
	w.step(time.Second)
	first.EndsAt = w.now
	w.step(time.Second)
	if open := w.Pipeline.Open(); len(open) != 1 || !open[0].Linger {
		t.Fatalf("%+v", open)
	}
	second := raise(w.now)
	next, shown = second, nil
	w.step(time.Second) // the first is due, too
	w.step(time.Second)
	if open := w.Pipeline.Open(); len(open) != 1 || open[0].ID != second.ID {
		t.Errorf("%d are open: %+v", len(open), open)
	}
	if len(shown) != 2 || len(shown[0]) != 0 || len(shown[1]) != 1 || shown[1][0] != second {
		t.Errorf("later stages saw %+v", shown)
	}
	w.step(time.Minute)
	if w.book.byKey[second.Key] != second {
		t.Error("the open one is not found by its labels")
	}
	outcomes := map[string]int{}
	for _, a := range w.all() {
		outcomes[fmt.Sprint(a.Outcome, a.Open())]++
	}
	if got := fmt.Sprint(outcomes); got != "map[notifiedfalse:1 notifiedtrue:1]" {
		t.Error(got)
	}
}

// What mutes stands before what makes alarms of common causes.
func TestAnAlarmOfAStageGoesThroughTheStagesBeforeIt(t *testing.T) {
	made := false
	w := newWorld(t, func() []alarm.Stage {
		mutes := stageFunc(func(now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			for _, a := range alarms {
				a.Stay(now, "mute", alarm.Muted, "m1", "muted", time.Time{})
			}
			return nil
		})
		makes := stageFunc(func(now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			if made {
				return alarms
			}
			made = true
			return append(alarms, &alarm.Alarm{ID: "1", Key: 1, Labels: named("Cause"), Received: now, Outcome: alarm.Waiting})
		})
		tells := stageFunc(func(_ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
			if len(alarms) > 0 {
				t.Error("it was told")
			}
			return alarms
		})
		return []alarm.Stage{mutes, makes, tells}
	})
	w.step(time.Second)
	w.step(time.Second)
	if a := w.only(); a.Outcome != alarm.Muted {
		t.Errorf("%+v", a)
	}
}
