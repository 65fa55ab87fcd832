package flap_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/scenario"
	"headroom/internal/matchers"
)

var usual = flap.Settings{Changes: 5, Window: 10 * time.Minute, Stable: 10 * time.Minute}

func newWorld(t testing.TB, settings *flap.Settings) *scenario.World {
	return scenario.New(t, func(w *scenario.World) []alarm.Stage {
		s, err := flap.New(t.Context(), w.Now, flap.Options{
			Settings: func() flap.Settings { return *settings }, History: w.History(),
		})
		must(t, err)
		return []alarm.Stage{s}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var slow = scenario.Alarm("Slow", "n1", "")

// blip fires for a time and is quiet for another.
func blip(w *scenario.World, set model.LabelSet, fires, quiet time.Duration) {
	w.Fire(set)
	w.Step(fires)
	w.Recover(set)
	w.Step(quiet)
}

func TestAFlappingAlarmIsToldOnce(t *testing.T) {
	w := newWorld(t, &usual)
	for range 30 {
		blip(w, slow, time.Minute, time.Minute)
	}
	// Two episodes are told as any; the third begins with the fifth change, and stays.
	if fires, ends := len(w.Names(false)), len(w.Names(true)); fires != 3 || ends != 2 {
		t.Errorf("told %d times that it fires and %d times that it ended: %+v", fires, ends, w.Told)
	}
	a := w.Pipeline.Open()[0]
	if got := flap.Text(a); got != "changed state 5 times in 10m" {
		t.Errorf("%q", got)
	}
	if !strings.HasPrefix(a.Reason, "flaps: changed state 11 times in 10m; held for firing until it has been quiet for 10m") {
		t.Error(a.Reason)
	}
	w.Step(9 * time.Minute)
	if len(w.Names(true)) != 2 {
		t.Error("told that it ended before it was stable")
	}
	w.Step(time.Second)
	if len(w.Names(true)) != 3 || len(w.Pipeline.Open()) != 0 {
		t.Errorf("%+v", w.Told)
	}
	all := w.All()
	if len(all) != 3 || flap.Text(all[2]) != "" || all[2].Outcome != alarm.Notified {
		t.Errorf("%d episodes, the last %+v", len(all), all[len(all)-1])
	}
}

func TestAnAlarmThatComesNowAndThenDoesNotFlap(t *testing.T) {
	w := newWorld(t, &usual)
	for range 10 {
		blip(w, slow, time.Minute, 9*time.Minute)
	}
	if len(w.Names(false)) != 10 || len(w.Names(true)) != 10 {
		t.Errorf("%+v", w.Told)
	}
}

func TestWhatGoesOnFiringIsStableAgain(t *testing.T) {
	w := newWorld(t, &usual)
	for range 6 {
		blip(w, slow, 30*time.Second, 30*time.Second)
	}
	w.Fire(slow)
	w.Step(11 * time.Minute)
	w.Recover(slow)
	w.Step(time.Second)
	if len(w.Pipeline.Open()) != 0 || len(w.Names(true)) != 3 {
		t.Errorf("held although it was stable: %+v", w.Told)
	}
}

func TestARestartKnowsWhatFlaps(t *testing.T) {
	w := newWorld(t, &usual)
	for range 20 {
		w.Fire(slow)
		w.Step(20 * time.Second)
		w.Restart()
		w.Step(10 * time.Second)
		w.Recover(slow)
		w.Step(20 * time.Second)
		w.Restart()
		w.Step(10 * time.Second)
	}
	if fires, ends := len(w.Names(false)), len(w.Names(true)); fires != 3 || ends != 2 {
		t.Errorf("told %d times that it fires and %d times that it ended: %+v", fires, ends, w.Told)
	}
	w.Step(10 * time.Minute)
	if ends := len(w.Names(true)); ends != 3 {
		t.Errorf("told %d times that it ended", ends)
	}
}

func TestAnAlarmMayHaveToLast(t *testing.T) {
	ms, err := matchers.Parse(`alertname="Slow"`)
	must(t, err)
	settings := usual
	settings.Delays = []flap.Delay{{Matchers: ms, For: 30 * time.Second}}
	w := newWorld(t, &settings)
	blip(w, slow, 29*time.Second, time.Minute)
	blip(w, scenario.Alarm("Other", "n1", ""), 5*time.Second, time.Minute)
	if got := w.Names(false); len(got) != 1 || !strings.Contains(got[0], "Other") {
		t.Errorf("%v", got)
	}
	if a := w.All()[0]; a.Outcome != alarm.Resolved {
		t.Errorf("%+v", a)
	}
	w.Now = w.Now.Add(time.Hour)
	w.Fire(slow)
	w.Step(30 * time.Second)
	w.Restart()
	w.Step(time.Second)
	if got := w.Names(false); len(got) != 2 {
		t.Errorf("%v", got)
	}
	// What flaps is told of, however short it is each time.
	w.Recover(slow)
	w.Step(time.Hour)
	for range 5 {
		blip(w, slow, 10*time.Second, 10*time.Second)
	}
	if got := w.Names(false); len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// However alarms come and go: one that fires steadily is told as firing and not
// told as ended, one that is quiet for long enough is closed, and no state is told
// twice in a row.
func TestWhatIsToldIsTrueInTheEnd(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 9))
		w := newWorld(t, &usual)
		firing := map[string]bool{}
		for range 150 {
			set := scenario.Alarm(fmt.Sprint("A", rng.IntN(4)), "", "")
			switch name := set.String(); {
			case rng.IntN(12) == 0:
				w.Restart()
			case firing[name]:
				w.Recover(set)
				firing[name] = false
			default:
				w.Fire(set)
				firing[name] = true
			}
			w.Step(time.Duration(1+rng.IntN(90)) * time.Second)
		}
		w.Step(11 * time.Minute)
		told := map[string]bool{}
		for _, one := range w.Told {
			if told[one.Name()] == !one.Ended {
				t.Fatalf("seed %d: %s is told twice: %+v", seed, one.Name(), w.Told)
			}
			told[one.Name()] = !one.Ended
		}
		for name, fires := range firing {
			if told[name] != fires {
				t.Errorf("seed %d: %s fires: %v, told: %v", seed, name, fires, told[name])
			}
		}
		open := w.Pipeline.Open()
		if slices.ContainsFunc(open, func(a *alarm.Alarm) bool { return a.Ended }) {
			t.Errorf("seed %d: an alarm is held for ever", seed)
		}
	}
}

func BenchmarkStage(b *testing.B) {
	const n = 100_000
	alarms := make([]*alarm.Alarm, n)
	now := scenario.Noon
	for i := range alarms {
		a := &alarm.Alarm{ID: fmt.Sprint(i), Key: alarm.Key(i), Labels: slow, Outcome: alarm.Waiting}
		for _, what := range []string{alarm.Received, "muted", alarm.Passed, alarm.Ended} {
			a.Note(alarm.Event{At: now, Stage: "x", What: what})
		}
		a.Ended = true
		alarms[i] = a
	}
	w := newWorld(b, &usual)
	s, err := flap.New(b.Context(), now, flap.Options{Settings: func() flap.Settings { return usual }, History: w.History()})
	must(b, err)
	for b.Loop() {
		now = now.Add(time.Millisecond)
		s.Run(b.Context(), now, alarms)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/alarm")
}

// healer is a later stage that holds what fires until it has ended, as healing does
// which looks whether it has helped.
type healer struct{ ends int }

func (*healer) Name() string { return "heal" }

func (h *healer) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) (passed []*alarm.Alarm) {
	for _, a := range alarms {
		if a.Ended {
			h.ends++
			passed = append(passed, a)
			continue
		}
		a.Stay(now, "heal", alarm.Waiting, "", "restart_process is running", time.Time{})
	}
	return passed
}

func TestHealingSeesTheEndsOfWhatFlaps(t *testing.T) {
	h := &healer{}
	w := scenario.New(t, func(w *scenario.World) []alarm.Stage {
		s, err := flap.New(t.Context(), w.Now, flap.Options{Settings: func() flap.Settings { return usual }, History: w.History()})
		must(t, err)
		return []alarm.Stage{s, h}
	})
	for range 8 {
		blip(w, slow, time.Minute, time.Minute)
	}
	if h.ends != 8 || len(w.Told) != 0 || len(w.Pipeline.Open()) != 0 {
		t.Errorf("%d of 8 ends reached healing; told %+v", h.ends, w.Told)
	}
}
