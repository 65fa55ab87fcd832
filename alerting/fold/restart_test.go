package fold_test

import (
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

func (w *world) wantNoneOpen() {
	w.t.Helper()
	for _, a := range w.All() {
		if a.Open() {
			w.t.Errorf("%s is open: %s, %s", title(a), a.Outcome, a.Reason)
		}
	}
}

// The alarm of a cause may not come by after a restart since somebody has silenced it.
// Its members know what they are in all the same.
func TestAMutedCauseIsFoundAgainByItsMembers(t *testing.T) {
	mute := &muting{}
	w := newWorld(t, town{}, mute)
	var all []model.LabelSet
	for _, i := range behind("px1") {
		all = append(all, ring("SlowAnswers", i))
	}
	w.Fire(all...)
	w.Step(15 * time.Second)
	w.wantTold("CommonCause proxy px1")

	mute.mutes = func(a *alarm.Alarm) bool { return a.Cause != nil }
	w.Restart()
	w.Step(time.Minute)
	w.Recover(all[:60]...)
	w.Step(time.Minute)
	w.wantTold("CommonCause proxy px1")

	mute.mutes = nil
	w.Step(5 * time.Second)
	w.Recover(all[60:]...)
	w.Step(5 * time.Second)
	w.wantTold("CommonCause proxy px1")
	w.wantNoneOpen()
}

func TestAWiderCauseSurvivesARestart(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 20 {
		w.Fire(down(100 + i))
	}
	w.Step(12 * time.Second)
	for i := range 80 {
		w.Fire(down(120 + i))
	}
	w.Step(12 * time.Second)
	w.wantTold("CommonCause rack r5", "CommonCause site s1")
	w.Restart()
	w.Step(time.Minute)
	late := ring("NodeDown", 103).Merge(model.LabelSet{"node": "n103b"})
	w.Fire(late)
	w.Step(time.Second)
	if a := w.find("NodeDown m103"); a.By == "" {
		t.Errorf("the late one is %s: %s", a.Outcome, a.Reason)
	}
	w.Recover(late)
	for i := range 100 {
		w.Recover(down(100 + i))
	}
	w.Step(5 * time.Second)
	w.wantTold("CommonCause rack r5", "CommonCause site s1")
	w.wantNoneOpen()
}

// What a mute has kept for long is as new when it comes.
func TestWhatAMuteLetsGoIsJudgedTogether(t *testing.T) {
	muted := true
	w := newWorld(t, town{}, &muting{func(*alarm.Alarm) bool { return muted }})
	for _, i := range behind("px1") {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(10 * time.Minute)
	muted = false
	w.Step(15 * time.Second)
	w.wantTold("CommonCause proxy px1")
}

// A member that somebody silences is no alarm that rings, and comes back into its cause.
func TestAMemberMayBeMuted(t *testing.T) {
	pool := behind("px1")
	mute := &muting{}
	w := newWorld(t, town{}, mute)
	var all []model.LabelSet
	for _, i := range pool {
		all = append(all, ring("SlowAnswers", i))
	}
	w.Fire(all...)
	w.Step(15 * time.Second)
	who := title(w.find("SlowAnswers m" + num(pool[3])))
	mute.mutes = func(a *alarm.Alarm) bool { return title(a) == who }
	w.Restart()
	w.Step(10 * time.Second)
	if a := w.find(who); a.Outcome != alarm.Muted {
		t.Errorf("%s is %s", who, a.Outcome)
	}
	mute.mutes = nil
	w.Step(5 * time.Second)
	if a := w.find(who); a.Outcome != alarm.Folded || a.By != w.find("CommonCause proxy px1").ID {
		t.Errorf("%s is %s by %q", who, a.Outcome, a.By)
	}
	w.Recover(all...)
	w.Step(5 * time.Second)
	w.wantTold("CommonCause proxy px1")
	w.wantNoneOpen()
}

// What somebody does not want to hear is no evidence.
func TestWhatIsMutedDoesNotCount(t *testing.T) {
	mute := &muting{}
	w := newWorld(t, town{}, mute)
	apart := which(func(i int) bool { return string(at(i)["proxy"]) == "px2" && i%61 < 9 })[:12]
	for _, i := range apart {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(5 * time.Second)
	muted := map[string]bool{}
	for _, i := range apart[5:] {
		muted["SlowAnswers m"+num(i)] = true
	}
	mute.mutes = func(a *alarm.Alarm) bool { return muted[title(a)] }
	w.Step(time.Minute)
	for _, who := range w.told() {
		if muted[who] || who == "CommonCause proxy px2" {
			t.Errorf("told of %s", who)
		}
	}
	if len(w.told()) != 5 {
		t.Errorf("told of %q", w.told())
	}
}

// Where nobody knows how many share a component, a few alarms prove nothing.
func TestWithoutAFleetManyAreNeeded(t *testing.T) {
	w := newWorld(t, nil)
	for _, i := range behind("px1")[:3] {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	if len(w.told()) != 3 {
		t.Errorf("told of %q", w.told())
	}

	w = newWorld(t, nil)
	for _, i := range behind("px1") {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause proxy px1")
}

func TestWithoutADeclaredOwnerItIsThatOfAllMembers(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 100 {
		w.Fire(down(100 + i).Merge(model.LabelSet{"team": "night"}))
	}
	w.Step(15 * time.Second)
	w.wantTold("CommonCause site s1")
	if a := w.find("CommonCause site s1"); a.Facts.Owner != "night" || a.Labels["owner"] != "" {
		t.Errorf("owner %q, labels %v", a.Facts.Owner, a.Labels)
	}
}

// Somebody may end the alarm of a cause by the labels that tell causes apart: its
// members go their way.
func TestACauseMayBeEndedFromOutside(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 20 {
		w.Fire(down(100 + i))
	}
	w.Step(15 * time.Second)
	w.Recover(model.LabelSet{"alertname": "CommonCause", "component_kind": "rack", "component": "r5"})
	w.Step(5 * time.Second)
	if n := len(w.told()); n != 21 {
		t.Errorf("told of %d: %q", n, w.told())
	}
}
