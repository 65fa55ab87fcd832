package mute_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/mute"
	"headroom/alerting/scenario"
	"headroom/internal/calendar"
	"headroom/internal/phrases/phrasestest"
)

// world is a pipeline with mutes.
type world struct {
	*scenario.World
	*mute.Mutes
	t          testing.TB
	configured []mute.Request
	silences   silences
}

func newWorld(t testing.TB, configured ...mute.Request) *world {
	w := &world{t: t, configured: configured}
	w.World = scenario.New(t, func(s *scenario.World) []alarm.Stage {
		var err error
		w.Mutes, err = mute.New(t.Context(), mute.Options{
			Store: s.DB.Mutes(), Silences: &w.silences, History: s.History(), Location: func() *time.Location { return time.UTC },
			Logger: slog.New(slog.DiscardHandler),
		})
		must(t, err)
		must(t, w.Configure(w.configured))
		return []alarm.Stage{scenario.Facts{}, w.Mutes}
	})
	w.silences.now = func() time.Time { return w.Now }
	return w
}

// silences are silences of alertnames, as they end.
type silences struct {
	now  func() time.Time
	ends map[string]time.Time
}

func (s *silences) Muting(set model.LabelSet) ([]string, time.Time) {
	name := string(set["alertname"])
	if end := s.ends[name]; end.After(s.now()) {
		return []string{"silence of " + name}, end
	}
	return nil, time.Time{}
}

func (*silences) Comment(string) (who, why string) { return "li", "network work" }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func named(name string) model.LabelSet { return scenario.Alarm(name, "", "") }

func (w *world) wantTold(names ...string) {
	w.t.Helper()
	got := w.Names(false)
	for i, name := range names {
		names[i] = named(name).String()
	}
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		w.t.Errorf("told of %v, want %v", got, names)
	}
}

// lunch is from 12:30 to 13:00 on weekdays; scenarios begin on a Friday at noon.
func lunch() mute.Request {
	return mute.Request{
		Name: "lunch", Matchers: []string{`alertname=~"Backup.*"`}, Comment: "backups run", Who: "ann",
		Times: []calendar.Times{{Times: []calendar.Range{{Start: "12:30", End: "13:00"}}, Weekdays: []string{"monday:friday"}}},
	}
}

func TestAMuteThatComesAgain(t *testing.T) {
	w := newWorld(t, lunch())
	w.Fire(named("BackupSlow"))
	w.Step(29 * time.Minute)
	w.Recover(named("BackupSlow"))
	w.Step(time.Minute) // half past
	w.Fire(named("BackupDead"), named("BackupLate"), named("Other"))
	w.Step(time.Second)
	w.wantTold("BackupSlow", "Other")
	w.Step(10 * time.Minute)
	w.Recover(named("BackupLate"))
	w.Step(20*time.Minute - 2*time.Second)
	w.wantTold("BackupSlow", "Other")
	w.Step(time.Second) // one o'clock
	w.wantTold("BackupSlow", "Other", "BackupDead")
	last := w.Told[len(w.Told)-1]
	if last.Reason() != "was muted by lunch (backups run) by ann until 2026-11-27 13:00:00 UTC and still fires" {
		t.Error(last.Reason())
	}
	for _, a := range w.All() {
		if a.Kind() == "BackupLate" && (a.Outcome != alarm.Muted || a.Open() || a.By != "config:lunch") {
			t.Errorf("%+v", a)
		}
		if want := "was muted by lunch (backups run) by ann until 2026-11-27 13:00:00 UTC; it ended meanwhile"; a.Kind() == "BackupLate" && a.Reason != want {
			t.Error(a.Reason)
		}
	}
	w.Now = w.Now.Add(23*time.Hour + 45*time.Minute) // Saturday
	w.Fire(named("BackupLate"))
	w.Step(time.Second)
	w.wantTold("BackupSlow", "Other", "BackupDead", "BackupLate")
}

func TestAMuteOfTheAPI(t *testing.T) {
	w := newWorld(t)
	r := lunch()
	r.Times, r.To = nil, "2026-11-27T14:00:00Z"
	m, err := w.Add(t.Context(), w.Now, r)
	must(t, err)
	w.Fire(named("BackupDead"))
	w.Step(time.Minute)
	w.Restart()
	w.Step(time.Minute)
	w.wantTold()
	if list := w.List(w.Now, false); len(list) != 1 || !list[0].Active || !list[0].Change.Equal(m.To) || list[0].Who != "ann" {
		t.Errorf("%+v", list)
	}
	must(t, w.Mutes.End(t.Context(), w.Now, m.ID, "li"))
	w.Step(15 * time.Second) // no later than that after it was taken away
	w.wantTold("BackupDead")
	if err := w.Mutes.End(t.Context(), w.Now, m.ID, "li"); !errors.Is(err, mute.ErrNoMute) {
		t.Errorf("%v", err)
	}
	w.Restart()
	if list := w.List(w.Now, true); len(w.List(w.Now, false)) != 0 || len(list) != 1 || list[0].EndedBy != "li" || list[0].Active {
		t.Errorf("%+v", list)
	}
}

func TestAMuteToCome(t *testing.T) {
	w := newWorld(t)
	r := lunch()
	r.Times, r.From, r.To = nil, "2026-11-27T12:10:00Z", "2026-11-27"
	_, err := w.Add(t.Context(), w.Now, r)
	must(t, err)
	if list := w.List(w.Now, false); len(list) != 1 || list[0].Active || list[0].Change.Format("15:04") != "12:10" || list[0].To.Format("02 15:04") != "28 00:00" {
		t.Errorf("%+v", list)
	}
	w.Fire(named("BackupDead"))
	w.Step(10 * time.Minute)
	w.Fire(named("BackupSlow"))
	w.Step(time.Minute)
	w.wantTold("BackupDead")
}

func TestTheConfigurationKeepsItsMutes(t *testing.T) {
	w := newWorld(t, lunch())
	if err := w.Mutes.End(t.Context(), w.Now, "config:lunch", "li"); !errors.Is(err, mute.ErrConfigured) {
		t.Errorf("%v", err)
	}
	bad := lunch()
	bad.Matchers = nil
	if err := w.Configure([]mute.Request{bad}); err == nil || len(w.List(w.Now, true)) != 1 {
		t.Errorf("%v: a bad configuration came into force", err)
	}
	must(t, w.Configure(nil))
	if list := w.List(w.Now, true); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestASilence(t *testing.T) {
	w := newWorld(t, lunch())
	w.silences.ends = map[string]time.Time{"BackupDead": w.Now.Add(40 * time.Minute), "Other": w.Now.Add(time.Hour)}
	w.Fire(named("BackupDead"), named("Other"))
	w.Step(41 * time.Minute) // lunch goes on where the silence ends
	w.wantTold()
	w.silences.ends["Other"] = time.Time{} // somebody ends it
	w.Step(time.Minute)
	w.wantTold("Other")
	if got := w.Told[0].Reason(); !strings.HasPrefix(got, "was silenced (silence of Other) until") {
		t.Error(got)
	}
	w.Step(20 * time.Minute)
	w.wantTold("Other", "BackupDead")
}

func TestFaultsAreTold(t *testing.T) {
	w := newWorld(t)
	f := func(change func(*mute.Request), wants ...string) {
		t.Helper()
		r := lunch()
		r.To = "2026-12-24"
		change(&r)
		_, err := w.Add(t.Context(), w.Now, r)
		phrasestest.Refusal(t, err)
		for _, want := range wants {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v; want %q", err, want)
			}
		}
		if len(wants) == 0 && err != nil {
			t.Error(err)
		}
	}

	f(func(*mute.Request) {})
	f(func(r *mute.Request) { r.Matchers, r.Comment, r.To = nil, "", "" }, "matchers: want at least one", "comment: want the reason", "to: want when it ends")
	f(func(r *mute.Request) { r.Timezone = "Mars/Base"; r.Times[0].Weekdays = []string{"mon"} }, "timezone: want", `times[0].weekdays: want days as monday or monday:friday, got "mon"`)
	f(func(r *mute.Request) { r.From, r.To = "soon", "2026-11-26" }, "from: want a time", "to: want a time to come")
	f(func(r *mute.Request) { r.From, r.To = "2026-12-24", "2026-12-23" }, "to: want a time after 2026-12-24")
	f(func(r *mute.Request) { r.To = "2028-01-01" }, "at most 400 days ahead")
	f(func(r *mute.Request) { r.Matchers = []string{`alertname=~".*"`} }, "matchers: want a matcher")
	f(func(r *mute.Request) { r.Who = "a\x1b" }, "who: want a text")
}

func TestPreview(t *testing.T) {
	w := newWorld(t)
	fire := func(at time.Duration, lasts time.Duration, name string) {
		w.Now = scenario.Noon.Add(at)
		w.Fire(named(name))
		w.Step(time.Second)
		w.Now = w.Now.Add(lasts - time.Second)
		w.Recover(named(name))
		w.Step(time.Second)
	}
	fire(0, time.Hour, "BackupDead")                         // began before
	fire(35*time.Minute+2*time.Hour*12, time.Minute, "Left") // another day, another name
	day := 72 * time.Hour                                    // Monday
	fire(day+31*time.Minute, 10*time.Minute, "BackupDead")
	fire(day+45*time.Minute, time.Hour, "BackupSlow") // outlives it
	w.Now = scenario.Noon.Add(2 * day)
	r := lunch()
	p, err := w.Preview(t.Context(), w.Now, mute.Try{Mute: &r})
	must(t, err)
	if p.Alarms != 4 || p.Matched != 3 || p.Hidden != 1 || p.Late != 1 || p.Told != 1 || p.Outcomes["notified"] != 1 || p.Cut {
		t.Errorf("%+v", p)
	}
	if len(p.Examples) != 2 || p.Examples[0].Until.Format("15:04") != "13:00" || fmt.Sprint(p.Kinds) != "[{BackupDead 1}]" {
		t.Errorf("%+v", p)
	}
	var next []string
	for _, s := range p.Next {
		next = append(next, s.From.In(scenario.Noon.Location()).Format("Mon 15:04")+s.To.In(scenario.Noon.Location()).Format("–15:04"))
	}
	if want := "Thu 12:30–13:00, Fri 12:30–13:00, Mon 12:30–13:00, Tue 12:30–13:00, Wed 12:30–13:00"; strings.Join(next, ", ") != want {
		t.Errorf("next %v, want %s", next, want)
	}
	for try, want := range map[*mute.Try]string{
		{}:                                   "mute: want either",
		{Mute: &r, Days: 91}:                 "days: want 1 to 90",
		{Mute: &mute.Request{}}:              "matchers: want",
		{Silence: &mute.Silence{}}:           "matchers: want",
		{Mute: &r, Silence: &mute.Silence{}}: "either",
	} {
		_, err := w.Preview(t.Context(), w.Now, *try)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", try, err)
		}
		phrasestest.Refusal(t, err)
	}
}

// Whatever is muted when and however often the server is killed: an alarm is
// hidden only while something hides it, and told when it still fires after that.
func TestNoAlarmIsBothHiddenAndLost(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(t, lunch())
		w.silences.ends = map[string]time.Time{}
		names := []string{"BackupA", "BackupB", "C", "D", "E"}
		var made []string
		for range 120 {
			name := names[rng.IntN(len(names))]
			switch rng.IntN(7) {
			case 0:
				r := mute.Request{Name: "m", Matchers: []string{fmt.Sprintf(`alertname="%s"`, name)}, Comment: "x", To: w.Now.Add(time.Duration(1+rng.IntN(300)) * time.Second).Format(time.RFC3339)}
				m, err := w.Add(t.Context(), w.Now, r)
				must(t, err)
				made = append(made, m.ID)
			case 1:
				if len(made) > 0 {
					_ = w.Mutes.End(t.Context(), w.Now, made[rng.IntN(len(made))], "li") // may be over
				}
			case 2:
				w.silences.ends[name] = w.Now.Add(time.Duration(rng.IntN(300)) * time.Second)
			case 3:
				w.Restart()
			case 4:
				w.Recover(named(name))
			default:
				w.Fire(named(name))
			}
			w.Step(time.Duration(1+rng.IntN(60)) * time.Second)
			for _, a := range w.Pipeline.Open() {
				if (a.Stage == mute.Stage) != (a.Due != time.Time{}) || a.Due.After(w.Now.Add(time.Minute)) {
					t.Fatalf("seed %d: %s is at %q until %s", seed, a.Labels, a.Stage, a.Due)
				}
			}
		}
		clear(w.silences.ends)
		w.Step(time.Minute)
		w.Now = scenario.Noon.Add(4 * time.Hour)
		w.Step(time.Minute)
		for _, a := range w.Pipeline.Open() {
			if a.Outcome != alarm.Notified || a.Stage == mute.Stage {
				t.Errorf("seed %d: %s fires and is %s at %s", seed, a.Labels, a.Outcome, a.Stage)
			}
		}
	}
}

func BenchmarkStage(b *testing.B) {
	w := newWorld(b)
	for i := range 3000 {
		r := mute.Request{Name: fmt.Sprint(i), Matchers: []string{fmt.Sprintf(`module="m%d"`, i), `alertname=~"A.*"`}}
		if i%30 == 0 {
			r.Matchers = r.Matchers[1:]
		}
		r.Times = []calendar.Times{{Times: []calendar.Range{{Start: fmt.Sprintf("%02d:00", i%24), End: fmt.Sprintf("%02d:30", i%24)}}}}
		w.configured = append(w.configured, r)
	}
	must(b, w.Configure(w.configured))
	const n = 100_000
	alarms := make([]*alarm.Alarm, n)
	for i := range alarms {
		alarms[i] = &alarm.Alarm{ID: fmt.Sprint(i), Labels: model.LabelSet{"alertname": "B", "module": model.LabelValue(fmt.Sprint("m", i%5000)), "node": "n1", "severity": "page", "job": "x"}}
	}
	for _, c := range []struct {
		name string
		step time.Duration
	}{{"cached", time.Second}, {"fresh", time.Hour}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				w.Now = w.Now.Add(c.step)
				w.Mutes.Run(b.Context(), w.Now, alarms)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/alarm")
		})
	}
}
