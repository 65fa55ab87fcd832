package heal_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/heal"
	"headroom/alerting/scenario"
	"headroom/internal/config"
)

// nodeDaemon restarts at once, and keeps what it was asked for.
type nodeDaemon struct{ asked []string }

func (d *nodeDaemon) Restart(_ context.Context, node, _, process string) error {
	d.asked = append(d.asked, node+"/"+process)
	return nil
}

// flapAndHeal is a pipeline of the two stages. An alarm that comes back a third time
// within ten minutes flaps, while it is healed.
func flapAndHeal(t *testing.T, d *nodeDaemon) *scenario.World {
	cfg := config.Default().Alerting.Heal
	cfg.DryRun = false
	within := config.HealVerify{Within: config.Duration(20 * time.Second)}
	cfg.Rules = []config.HealRule{{Name: "dead", Match: []string{"alertname=Dead"}, MaxHeals: 3, Actions: []config.HealAction{
		{Name: "restart", Kind: config.RestartWorkers, Timeout: config.Duration(10 * time.Second), Verify: within},
		{Name: "harder", Kind: "restart_server", Command: []string{"false"}, Timeout: config.Duration(10 * time.Second), Verify: within},
	}}}
	settings := flap.Settings{Changes: 5, Window: 10 * time.Minute, Stable: 10 * time.Minute}
	return scenario.New(t, func(w *scenario.World) []alarm.Stage {
		flaps, err := flap.New(t.Context(), w.Now, flap.Options{Settings: func() flap.Settings { return settings }, History: w.History()})
		if err != nil {
			t.Fatal(err)
		}
		heals, err := heal.New(t.Context(), heal.Options{
			Config: cfg, Store: w.DB.Heals(), Restarter: d, Now: func() time.Time { return w.Now },
			Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { heals.Close(t.Context()) })
		return []alarm.Stage{scenario.Facts{}, flaps, heals}
	})
}

func TestAProcessThatIsKilledThreeTimesInTenMinutesIsHealed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &nodeDaemon{}
		w := flapAndHeal(t, d)
		pass := func(length time.Duration) {
			for until := w.Now.Add(length); w.Now.Before(until); {
				w.Step(time.Second)
				time.Sleep(time.Second) // as what runs beside the pipeline sees it
				synctest.Wait()
			}
		}
		dead := scenario.Alarm("Dead", "n1", "shop/cart")
		for n := 1; n <= 3; n++ {
			w.Fire(dead)
			for len(d.asked) < n && w.Now.Before(scenario.Noon.Add(time.Hour)) {
				pass(time.Second)
			}
			pass(8 * time.Second)
			w.Recover(dead)
			pass(2 * time.Minute)
		}
		var outcomes []alarm.Outcome
		for _, a := range w.All() {
			outcomes = append(outcomes, a.Outcome)
		}
		if want := []alarm.Outcome{alarm.Healed, alarm.Healed, alarm.Healed}; !slices.Equal(outcomes, want) || len(w.Told) > 0 {
			t.Errorf("%s; told %v", outcomes, w.Told)
		}
		if want := []string{"n1/", "n1/", "n1/"}; !slices.Equal(d.asked, want) || w.Now.Sub(scenario.Noon) > 10*time.Minute {
			t.Errorf("restarted %q in %s", d.asked, w.Now.Sub(scenario.Noon))
		}

		// The fourth is for people: they are told once that it is dead, while it flaps.
		for range 3 {
			w.Fire(dead)
			pass(10 * time.Second)
			w.Recover(dead)
			pass(10 * time.Second)
		}
		if len(w.Told) != 1 || len(d.asked) != 3 || w.Told[0].Alarm.Annotations[heal.Annotation] != "not healed: it was healed 3 times in 6 min 18 s and came back" {
			t.Errorf("told %v, restarted %q", w.Told, d.asked)
		}
	})
}
