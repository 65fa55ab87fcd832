package heal

import (
	"strings"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

func TestADryRunIsEndedAndBegunByAReload(t *testing.T) {
	cfg := ladder("restart_process", "restart_workers")
	cfg.DryRun = true
	inVirtualTime(t, cfg, func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		w.wantOutcome(a, alarm.Notified, "a dry run")
		w.configure(ladder("restart_process", "restart_workers"))
		w.fire("n1", "7")
		w.pass(3 * time.Second)
		w.wantCalls() // who was told has it
		w.end(a)
		a = w.fire("n1", "7")
		w.pass(time.Second)
		w.wantCalls("n1/7")

		// What runs is seen to its end, and nothing more starts.
		w.configure(cfg)
		w.pass(10 * time.Second)
		w.wantOutcome(a, alarm.Waiting, "done in 2 s")
		w.pass(time.Minute)
		w.wantOutcome(a, alarm.Notified, "its rule was made a dry run")
		w.wantCalls("n1/7")
		w.wantHeals("restart_process would/", "restart_process done/helped not")
	})
}

func TestARuleThatIsTakenOutStartsNothingMore(t *testing.T) {
	inVirtualTime(t, ladder("restart_process", "restart_workers"), func(t *testing.T, w *world) {
		a := w.fire("n1", "7")
		none := ladder()
		none.Rules = nil
		none.Brake.Heals = 1
		w.configure(none)
		w.pass(2 * time.Minute)
		w.wantCalls("n1/7")
		w.wantOutcome(a, alarm.Notified, "its rule was taken out of the configuration")
		if got := w.stage.live.Limits.Brake.Heals; got != 1 {
			t.Errorf("the brake allows %d", got)
		}
	})
}

func TestAFaultyConfigurationChangesNothing(t *testing.T) {
	inVirtualTime(t, ladder("restart_process"), func(t *testing.T, w *world) {
		bad := ladder("restart_process")
		bad.DryRun, bad.Brake.Heals = true, 1
		bad.Rules[0].Actions[0].Webhook = config.HealWebhook{URL: "http://bot.example.com", SecretFile: "/no/such/file"}
		if err := w.stage.Configure(bad); err == nil || !strings.Contains(err.Error(), "/no/such/file") {
			t.Errorf("%v", err)
		}
		w.fire("n1", "7")
		w.pass(3 * time.Second)
		w.wantCalls("n1/7")
	})
}

func (w *world) configure(cfg config.Heal) {
	w.t.Helper()
	if err := w.stage.Configure(cfg); err != nil {
		w.t.Fatal(err)
	}
}
