package fold_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/scenario"
)

func TestAProxyThatFailsIsOneAlarmForItsOwner(t *testing.T) {
	w := newWorld(t, town{})
	pool := behind("px1")
	for n, i := range pool {
		w.Fire(ring("SlowAnswers", i))
		if n%5 == 4 {
			w.Step(time.Second)
		}
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause proxy px1")
	a := w.Told[0].Alarm
	if a.Labels["owner"] != "proxy-team" || a.Labels["severity"] != "warning" || a.Labels["component"] != "px1" {
		t.Errorf("labels %v", a.Labels)
	}
	a = w.find("CommonCause proxy px1")
	if len(a.Cause.Members) != len(pool) || a.Cause.Share != 100 || a.Cause.Kinds[0] != "SlowAnswers" {
		t.Errorf("%d members of %d: %+v", len(a.Cause.Members), len(pool), a.Cause.Kinds)
	}
	if delay := w.Told[0].At.Sub(scenario.Noon); delay > 12*time.Second { // the wait, and two runs, which are a second apart here
		t.Errorf("told after %v", delay)
	}
	for _, m := range w.All() {
		if m.Cause == nil && (m.Outcome != alarm.Folded || m.By != a.ID) {
			t.Errorf("%s is %s by %q", title(m), m.Outcome, m.By)
		}
	}
}

func TestSingleAlarmsGoTheirWay(t *testing.T) {
	w := newWorld(t, town{})
	w.Fire(ring("SlowAnswers", 3), ring("DiskFull", 7), ring("SlowAnswers", 250))
	w.Step(9 * time.Second)
	w.wantTold()
	w.Step(2 * time.Second)
	w.wantTold("SlowAnswers m3", "DiskFull m7", "SlowAnswers m250")
}

func TestARackIsToldAsARackAndASiteAsASite(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 20 {
		w.Fire(down(100 + i))
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause rack r5")

	w = newWorld(t, town{})
	for i := range 100 {
		w.Fire(down(100 + i*37%100)) // in no order
		if i%10 == 9 {
			w.Step(time.Second)
		}
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause site s1")
}

func TestAnUnrelatedAlarmIsNotSwallowed(t *testing.T) {
	w := newWorld(t, town{})
	long := behind("px1")[7]
	w.Fire(ring("SlowAnswers", long)) // rang long before
	w.Step(5 * time.Minute)
	for n, i := range behind("px1") {
		if i != long {
			w.Fire(ring("SlowAnswers", i))
		}
		if n == 20 {
			w.Fire(ring("DiskFull", i))                   // of another kind, on a module that shares the proxy
			w.Fire(ring("SlowAnswers", behind("px2")[3])) // of the kind, on one that does not
		}
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause proxy px1", title(w.find("DiskFull m"+num(behind("px1")[20]))),
		"SlowAnswers m"+num(long), "SlowAnswers m"+num(behind("px2")[3]))
}

// Alarms of other names that only happen to ring in a site that is down are no part
// of it, until they ring in volume.
func TestOtherKindsOfAlarmsNeedMoreToBeFolded(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 100 {
		w.Fire(down(100 + i))
	}
	w.Step(15 * time.Second)
	w.wantTold("CommonCause site s1")
	odd := []int{103, 131, 187} // of three racks, products and proxies
	for _, i := range odd {
		w.Fire(ring("DiskFull", i))
	}
	w.Step(15 * time.Second)
	w.wantTold("CommonCause site s1", "DiskFull m103", "DiskFull m131", "DiskFull m187")

	for i := range 40 {
		w.Fire(ring("SlowAnswers", 110+2*i))
	}
	w.Step(15 * time.Second)
	w.wantTold("CommonCause site s1", "DiskFull m103", "DiskFull m131", "DiskFull m187")
}

// wide is a town whose modules have twelve devices each, three to a rack.
type wide struct{ town }

func (w wide) FanIn(c alarm.Component) (modules, devices int) {
	if n, _ := w.town.FanIn(c); c.Kind != "rack" && c.Kind != "node" {
		return n, 12 * n
	}
	return w.town.FanIn(c)
}

// The first alarms of a module that crashes may come from one rack.
func TestAModuleThatCrashesIsNoRack(t *testing.T) {
	w := newWorld(t, wide{})
	crash := func(device int) model.LabelSet {
		return ring("CrashLoop", 7).Merge(model.LabelSet{
			"node": model.LabelValue(fmt.Sprint("n", device)), "rack": model.LabelValue(fmt.Sprint("r", device/3)),
		})
	}
	w.Fire(crash(0), crash(1), crash(2))
	w.Step(12 * time.Second)
	for i := 3; i < 12; i++ {
		w.Fire(crash(i))
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause module b3/p1/m7")
	if l := w.Told[0].Alarm.Labels; l["business"] != "b3" || l["module"] != "m7" {
		t.Errorf("labels %v", l)
	}
}

func num(i int) string { return string(at(i)["module"])[1:] }

func TestLateOnesJoinAtOnceAndTheLastOnesGoTheirWay(t *testing.T) {
	w := newWorld(t, town{})
	pool := behind("px0")
	var first []model.LabelSet
	for _, i := range pool[:30] {
		first = append(first, ring("SlowAnswers", i))
	}
	w.Fire(first...)
	w.Step(10 * time.Minute)
	late := ring("SlowAnswers", pool[40])
	w.Fire(late)
	w.Step(time.Second)
	w.wantTold("CommonCause proxy px0")
	if a := w.find("SlowAnswers m" + num(pool[40])); a.Outcome != alarm.Folded {
		t.Errorf("the late one is %s: %s", a.Outcome, a.Reason)
	}

	w.Recover(first...)
	w.Step(time.Second)
	if a := w.find("CommonCause proxy px0"); a.Ended {
		t.Error("ended without a grace")
	}
	w.Step(3 * time.Minute)
	w.wantTold("CommonCause proxy px0", "SlowAnswers m"+num(pool[40]))
	if a := w.find("CommonCause proxy px0"); !a.Ended || a.Open() {
		t.Errorf("the cause is %+v", a)
	}
}

func TestWhoWasToldStaysTold(t *testing.T) {
	w := newWorld(t, town{})
	pool := behind("px0")
	w.Fire(ring("SlowAnswers", pool[0]))
	w.Step(20 * time.Second)
	for _, i := range pool[1:40] {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	w.wantTold("SlowAnswers m"+num(pool[0]), "CommonCause proxy px0")
	a := w.find("SlowAnswers m" + num(pool[0]))
	if a.Outcome != alarm.Notified {
		t.Errorf("%s", a.Outcome)
	}
	if c := w.find("CommonCause proxy px0"); len(c.Cause.Members) != 40 {
		t.Errorf("the list has %d of 40", len(c.Cause.Members))
	}
}

func TestAWiderCauseTakesThePlaceOfANarrowOne(t *testing.T) {
	w := newWorld(t, town{})
	for i := range 20 {
		w.Fire(down(100 + i))
	}
	w.Step(12 * time.Second)
	w.wantTold("CommonCause rack r5")
	for i := range 80 {
		w.Fire(down(120 + i))
	}
	w.Step(12 * time.Second)
	w.wantTold("CommonCause rack r5", "CommonCause site s1")
	site, rack := w.find("CommonCause site s1"), w.find("CommonCause rack r5")
	if rack.By != site.ID || rack.Stage != "fold" || len(site.Cause.Members) != 100 {
		t.Errorf("the rack is at %s by %s; the site has %d members", rack.Stage, rack.By, len(site.Cause.Members))
	}
	for i := range 100 {
		w.Recover(down(100 + i))
	}
	w.Step(12 * time.Second)
	for _, a := range w.All() {
		if a.Open() {
			t.Errorf("%s is open", title(a))
		}
	}
	w.wantTold("CommonCause rack r5", "CommonCause site s1")
}

// Six of a proxy's hundred modules may be chance, of a rack's twenty they are not.
func TestTheThresholdScalesWithTheFanIn(t *testing.T) {
	w := newWorld(t, town{})
	apart := which(func(i int) bool { return string(at(i)["proxy"]) == "px2" && i%61 < 4 })[:6] // hardly anything else in common
	for _, i := range apart {
		w.Fire(ring("SlowAnswers", i))
	}
	w.Step(time.Minute)
	if got := len(w.told()); got != 6 {
		t.Errorf("told of %v", w.told())
	}

	w = newWorld(t, town{})
	for i := range 6 {
		w.Fire(ring("SlowAnswers", 60+i*3))
	}
	w.Step(time.Minute)
	w.wantTold("CommonCause rack r3")
}

func TestASeverityRisesWithTheMembers(t *testing.T) {
	w := newWorld(t, town{})
	for n, i := range behind("px2") {
		l := ring("SlowAnswers", i)
		if n > 50 {
			l["severity"] = "critical"
			w.Step(time.Second)
		}
		w.Fire(l)
	}
	w.Step(time.Minute)
	if a := w.find("CommonCause proxy px2"); a.Severity() != "critical" {
		t.Errorf("%v", a.Labels)
	}
}
