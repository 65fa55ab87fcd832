package fold_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// odd is an alarm that has nothing in common with others: its kind is its own.
func odd(i int) model.LabelSet { return ring(fmt.Sprintf("Odd%d", i), i%modules) }

func (w *world) storms() (n int) {
	for _, t := range w.Told {
		if t.Alarm.Kind() == "AlarmStorm" && !t.Ended {
			n++
		}
	}
	return n
}

func TestAStormIsSummedUpByNode(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 400 {
		w.Fire(odd(i))
		if i%10 == 9 {
			w.Step(time.Second)
		}
	}
	critical := odd(401)
	critical["severity"] = "critical"
	w.Fire(critical)
	w.Step(30 * time.Second)
	if w.storms() != 4 || len(w.told()) != 60+4+1 {
		t.Fatalf("told of %d, of them %d storms: %v", len(w.told()), w.storms(), w.told())
	}
	if a := w.find("Odd401 m1"); a.Outcome != alarm.Notified {
		t.Errorf("the critical one is %s", a.Outcome)
	}
	storm := w.find("AlarmStorm business b1")
	if n := len(storm.Cause.Members); n < 80 || storm.Labels["business"] != "b1" {
		t.Errorf("%d members, %v", n, storm.Labels)
	}

	// All but 20 end; when it is calm these are told one by one.
	for i := range 380 {
		w.Recover(odd(i))
	}
	w.Recover(critical)
	w.Step(5 * time.Minute)
	if len(w.told()) != 60+4+1+20 {
		t.Errorf("told of %d", len(w.told()))
	}
	for _, a := range w.All() {
		if a.Kind() == "AlarmStorm" && a.Open() {
			t.Errorf("%s is open", title(a))
		}
	}
}

func TestAStormThatGoesOnRingingStaysSummedUp(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 300 {
		w.Fire(odd(i))
	}
	w.Step(20 * time.Minute)
	if len(w.told()) != 60+4 {
		t.Errorf("told of %d", len(w.told()))
	}
	w.Fire(odd(350)) // the storm is over: a new one is told
	w.Step(20 * time.Second)
	if len(w.told()) != 60+4+1 {
		t.Errorf("told of %d after the storm", len(w.told()))
	}
}

func TestACauseIsToldInAStorm(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 200 {
		w.Fire(odd(i))
	}
	w.Step(12 * time.Second)
	for _, i := range behind("px3") {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(12 * time.Second)
	if a := w.find("CommonCause proxy px3"); a.Outcome != alarm.Notified || len(a.Cause.Members) != 100 {
		t.Errorf("the cause is %s with %d members", a.Outcome, len(a.Cause.Members))
	}
}

func TestAlarmsOfUnknownPlaceAreSummedUpToo(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 100 {
		w.Fire(model.LabelSet{"alertname": model.LabelValue(fmt.Sprintf("Lost%d", i))})
	}
	w.Step(2 * time.Second)
	if len(w.told()) != 61 || w.storms() != 1 {
		t.Errorf("told of %d", len(w.told()))
	}
}
