package fold_test

import (
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// unmapped is the town with proxies of which nobody knows who is behind them.
type unmapped struct{ town }

func (u unmapped) FanIn(c alarm.Component) (n, devices int) {
	if c.Kind == "proxy" {
		return 0, 0
	}
	return u.town.FanIn(c)
}

// An estimate is good enough to decide by, but no number to tell people.
func TestACauseTellsNumbersThatAreKnown(t *testing.T) {
	const name = "CommonCause proxy px1"
	w := newWorld(t, unmapped{})
	for _, i := range behind("px1") {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	w.wantTold(name)
	a := w.find(name)
	if got := a.Annotations["summary"]; got != "proxy px1: 99 modules that share it ring: SlowAnswers" || a.Cause.Share != 0 {
		t.Errorf("%s; shared by %d", got, a.Cause.Share)
	}
	if got := a.Annotations["description"]; got != "most likely proxy px1 is why: what shares it rings, and little else like it; they are listed with this one" {
		t.Error(got)
	}
	for _, i := range behind("px1") {
		w.Recover(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	if got := w.find(name).Annotations["summary"]; got != "proxy px1: over: 99 modules rang: SlowAnswers" {
		t.Error(got)
	}
}

// What rang on devices is told so when it is over, too.
func TestTheEndOfACauseTellsWhatRang(t *testing.T) {
	const name = "CommonCause rack r5"
	w := newWorld(t, town{})
	for i := range 20 {
		w.Fire(down(100 + i))
	}
	w.Step(time.Minute)
	if got := w.find(name).Annotations["summary"]; got != "rack r5: 20 of 20 devices that share it ring: NodeDown" {
		t.Error(got)
	}
	for i := range 20 {
		w.Recover(down(100 + i))
	}
	w.Step(time.Minute)
	if got := w.find(name).Annotations["summary"]; got != "rack r5: over: 20 devices rang: NodeDown" {
		t.Error(got)
	}
}

// Without a declared owner, a cause is its members'.
func TestACauseIsItsMembersOwners(t *testing.T) {
	for teams, want := range map[int][2]string{1: {"team0", ""}, 3: {"", "team0, team1, team2"}, 7: {"", "team0, team1, team2, team3, team4 and 2 more"}} {
		w := newWorld(t, town{})
		for i := range 100 {
			w.Fire(down(100 + i).Merge(model.LabelSet{"team": model.LabelValue("team" + num(i%teams))}))
		}
		w.Step(time.Minute)
		w.wantTold("CommonCause site s1") // nobody is declared for sites
		told := w.Told[0].Alarm
		if got := string(told.Annotations["headroom_owner"]); told.Facts.Owner != want[0] || got != want[1] {
			t.Errorf("%d teams: owner %q, owners %q", teams, told.Facts.Owner, got)
		}
	}
}
