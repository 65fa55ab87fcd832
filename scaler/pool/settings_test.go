package pool

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/policy"
)

// The configuration cannot import the policy, so it repeats keys, defaults and bounds.
func TestTheConfigurationSaysWhatThePolicyDoes(t *testing.T) {
	standard := config.Default().Pool.Policy
	if got, want := PolicyOf(standard), policy.Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("defaults %+v; the policy has %+v", got, want)
	}
	key := func(v any, i int) string { return reflect.TypeOf(v).Field(i).Tag.Get("yaml") }
	for i := range reflect.TypeFor[policy.Settings]().NumField() {
		if a, b := key(standard, i), key(policy.Settings{}, i); a != b {
			t.Errorf("key %d is %q; the policy has %q", i, a, b)
		}
	}
	for _, change := range []string{
		"target: 0", "target: 1", "target: 1.1", "scale_in: 0", "scale_in: 0.6", "minimum: -1", "minimum: 1000000", "minimum: 1000001", "maximum: 1000000",
		"maximum: 1000001", "step_out: 100", "step_out: 101", "step_in: 0", "step_in: 1", "step_in: 1.1", "cooldown_in: 1d", "cooldown_out: 25h", "stabilise: 6h",
		"stabilise: 7h", "startup: 1h", "startup: 2h", "keep_peak: 'off'", "keep_peak: today", "keep_peak: never", "stale_after: 1m", "stale_after: 59s", "stale_after: 2h",
	} {
		c, err := config.Parse([]byte("pool: {policy: {"+change+"}}"), "")
		if err == nil {
			if faults := PolicyOf(c.Pool.Policy).Faults(); len(faults) > 0 {
				t.Errorf("%s is taken, but the policy says %v", change, faults)
			}
			continue
		}
		s, name, found := policy.Default(), strings.Split(change, ":")[0], false
		reflect.ValueOf(&s).Elem().FieldByNameFunc(func(f string) bool {
			field, _ := reflect.TypeFor[policy.Settings]().FieldByName(f)
			found = found || field.Tag.Get("yaml") == name
			return false
		})
		if !found || !strings.Contains(err.Error(), "pool.policy."+name) {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestSchedule(t *testing.T) {
	c, err := config.Parse([]byte(strings.Replace(oneService, "services:", "timezone: Europe/Berlin\nhierarchy: [business, module]\nservices:", 1)+`
    schedule:
      - {minimum: 20, cron: "30 19 * * FRI", for: 4h}
      - {minimum: 5, times: [{times: [{start_time: "08:00", end_time: "20:00"}], weekdays: [monday:friday]}]}
      - {minimum: 7, cron: "30 2 * * *", for: 30m}
`), "")
	must(t, err)
	s, err := SettingsOf(c)
	must(t, err)
	f := func(at string, want int) {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04", at, c.Location())
		must(t, err)
		if got := s.Services[0].Scheduled(when.UTC()); got != want {
			t.Errorf("%s: %d; want %d", at, got, want)
		}
	}
	f("2026-11-27 07:59", 0) // a Friday
	f("2026-11-27 08:00", 5)
	f("2026-11-27 19:29", 5)
	f("2026-11-27 19:30", 20)
	f("2026-11-27 23:29", 20)
	f("2026-11-27 23:30", 0)
	f("2026-11-28 12:00", 0)
	f("2026-11-28 02:45", 7)
	f("2026-03-29 03:15", 0) // 02:30 does not come on this day
	f("2026-10-25 02:45", 7) // and twice on this one
}

func TestSpec(t *testing.T) {
	s := parse(t, strings.Replace(oneService, "mode: apply", `mode: apply
    env: {A: b}
    user: www
    mounts: [{source: /a, target: /b, writable: true}]
    limits: {memory: 1GiB, burst: 100ms}
    startup: 20s
    overload: {latency: 50ms}`, 1)).Services[0].Spec
	if s.Env["A"] != "b" || s.User != "www" || s.Mounts[0].Target != "/b" || !s.Mounts[0].Writable || s.Limits.Memory != 1<<30 ||
		time.Duration(s.Limits.Period) != time.Second || time.Duration(s.Limits.Burst) != 100*time.Millisecond || time.Duration(s.Startup) != 20*time.Second ||
		time.Duration(s.Overload.Latency) != 50*time.Millisecond || s.Log.Keep != 3 || s.Labels["module"] != "web" {
		t.Errorf("%+v", s)
	}
}
