package scenario_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/alerting/scenario"
	"headroom/internal/calendar"
)

// world is a pipeline with all stages that hide alarms.
type world struct {
	*scenario.World
	leases *lease.Leases
	mutes  *mute.Mutes
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB) *world {
	w := &world{}
	quiet := slog.New(slog.DiscardHandler)
	w.World = scenario.New(t, func(s *scenario.World) []alarm.Stage {
		var err error
		w.leases, err = lease.New(t.Context(), s.Now, lease.Options{
			Store: s.DB.Leases(), Location: time.UTC, Logger: quiet,
			Defaults: func() lease.Defaults {
				return lease.Defaults{TTL: time.Minute, Limit: time.Hour, Grace: time.Minute, Expected: 3, Least: 3}
			},
		})
		must(t, err)
		w.mutes, err = mute.New(t.Context(), mute.Options{
			Store: s.DB.Mutes(), History: s.History(), Location: func() *time.Location { return time.UTC }, Logger: quiet,
			Recheck: func() {
				if s.Pipeline != nil {
					s.Pipeline.Recheck()
				}
			},
		})
		must(t, err)
		must(t, w.mutes.Configure([]mute.Request{{Name: "odd", Matchers: []string{`alertname="B"`}, Times: someTimes()}}))
		f, err := flap.New(t.Context(), s.Now, flap.Options{
			Settings: func() flap.Settings {
				return flap.Settings{Changes: 5, Window: 5 * time.Minute, Stable: 3 * time.Minute}
			}, History: s.History(),
		})
		must(t, err)
		return []alarm.Stage{scenario.Facts{}, w.leases, w.mutes, f}
	})
	return w
}

// someTimes are five of every ten minutes of the afternoon.
func someTimes() (times []calendar.Times) {
	for m := 12 * 60; m < 14*60; m += 10 {
		times = append(times, calendar.Times{Times: []calendar.Range{{
			Start: fmt.Sprintf("%02d:%02d", m/60, m%60), End: fmt.Sprintf("%02d:%02d", (m+5)/60, (m+5)%60),
		}}})
	}
	return times
}

// What is hidden makes no noise, however it flaps: each episode is muted and closed.
func TestWhatFlapsWhileItIsHiddenStaysMuted(t *testing.T) {
	w := newWorld(t)
	r := mute.Request{Matchers: []string{`alertname="A"`}, Comment: "x", To: "2026-11-28"}
	_, err := w.mutes.Add(t.Context(), w.Now, r)
	must(t, err)
	set := scenario.Alarm("A", "n1", "")
	for range 6 {
		w.Fire(set)
		w.Step(10 * time.Second)
		w.Recover(set)
		w.Step(10 * time.Second)
	}
	all := w.All()
	if len(all) != 6 || len(w.Told) > 0 {
		t.Errorf("%d episodes, told %+v", len(all), w.Told)
	}
	for _, a := range all {
		if a.Open() || a.Outcome != alarm.Muted {
			t.Errorf("%s at %q", a.Outcome, a.Stage)
		}
	}
}

// Whatever hides an alarm, alone or with others, and whenever the server is
// killed: in the end what fires is told, what does not is closed, and nothing was
// told while everything hid it.
func TestNothingIsHiddenAndLost(t *testing.T) {
	for seed := range uint64(7) {
		rng := rand.New(rand.NewPCG(seed, 11))
		w := newWorld(t)
		firing := map[string]model.LabelSet{}
		var open []string
		for range 150 {
			set := scenario.Alarm([]string{"A", "B", "C"}[rng.IntN(3)], fmt.Sprint("n", rng.IntN(3)), "")
			switch name := set.String(); rng.IntN(9) {
			case 0:
				r := lease.Request{Kind: "deploy", Nodes: []string{fmt.Sprint("n", rng.IntN(3))}}
				l, err := w.leases.Open(t.Context(), w.Now, r)
				must(t, err)
				open = append(open, l.ID)
			case 1:
				if len(open) > 0 {
					_, err := w.leases.End(t.Context(), w.Now, open[rng.IntN(len(open))], lease.Done, "")
					must(t, err)
				}
			case 2:
				r := mute.Request{Matchers: []string{`alertname="C"`}, Comment: "x", To: w.Now.Add(time.Duration(1+rng.IntN(200)) * time.Second).Format(time.RFC3339)}
				_, err := w.mutes.Add(t.Context(), w.Now, r)
				must(t, err)
			case 3:
				must(t, w.leases.Flush(t.Context()))
				w.Restart()
			case 4, 5:
				if firing[name] != nil {
					delete(firing, name)
					w.Recover(set)
				}
			default:
				firing[name] = set
				w.Fire(set)
			}
			w.Step(time.Duration(1+rng.IntN(45)) * time.Second)
		}
		w.Now = w.Now.Truncate(10 * time.Minute).Add(15 * time.Minute) // "odd" does not hide from five past on
		w.Step(4 * time.Minute)
		for _, a := range w.Pipeline.Open() {
			if a.Ended || a.Outcome != alarm.Notified || firing[a.Labels.String()] == nil {
				t.Errorf("seed %d: %s, ended %v, is %s at %q", seed, a.Labels, a.Ended, a.Outcome, a.Stage)
			}
			delete(firing, a.Labels.String())
		}
		if len(firing) > 0 {
			t.Errorf("seed %d: lost %v", seed, firing)
		}
	}
}
