package alarm

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestKeyLeavesOutWhatTellsSendersApart(t *testing.T) {
	a := model.LabelSet{"alertname": "Dead", "node": "n1", "replica": "a"}
	b := model.LabelSet{"alertname": "Dead", "node": "n1", "replica": "b"}
	if KeyOf(a, "replica") != KeyOf(b, "replica") {
		t.Error("replicas tell the same alarm apart")
	}
	if KeyOf(a) == KeyOf(b) {
		t.Error("labels do not tell alarms apart")
	}
	if a["replica"] != "a" {
		t.Error("KeyOf changed the labels")
	}
}

func TestWhoWasToldStaysTold(t *testing.T) {
	a := &Alarm{Outcome: Notified}
	a.Stay(noon, "mute", Muted, "m1", "silenced by ann", time.Time{})
	if a.Outcome != Notified || a.Stage != "mute" || len(a.Trail) != 1 {
		t.Errorf("%+v", a)
	}
}

func TestStayNotesOnlyWhatIsNew(t *testing.T) {
	a := &Alarm{}
	for range 3 {
		a.Stay(noon, "mute", Muted, "m1", "silenced by ann", noon.Add(time.Minute))
	}
	if len(a.Trail) != 1 {
		t.Errorf("%d events of one stay", len(a.Trail))
	}
	a.Pass(noon, "mute", "the silence has ended")
	a.Pass(noon, "mute", "the silence has ended")
	if len(a.Trail) != 2 || a.Outcome != Waiting || !a.Due.IsZero() {
		t.Errorf("%+v", a)
	}
}

func TestTrailIsBounded(t *testing.T) {
	a := &Alarm{}
	for i := range 3 * MaxTrail {
		a.Note(Event{At: noon.Add(time.Duration(i) * time.Second), What: Fired})
	}
	if len(a.Trail) != MaxTrail {
		t.Errorf("%d events", len(a.Trail))
	}
	if !a.Trail[0].At.Equal(noon) || !a.Trail[MaxTrail-1].At.Equal(noon.Add((3*MaxTrail-1)*time.Second)) {
		t.Error("the first or the last event was left out")
	}
}

func TestAlarmSurvivesJSON(t *testing.T) {
	a := &Alarm{Key: KeyOf(model.LabelSet{"a": "b"}), Labels: model.LabelSet{"a": "b"}, Outcome: Folded, StartsAt: noon, Cause: &Cause{Members: []string{"x"}}}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b Alarm
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if b.Key != a.Key || b.Outcome != Folded || !b.StartsAt.Equal(noon) || b.Cause.Members[0] != "x" {
		t.Errorf("%+v became %+v", a, b)
	}
}
