package analytics

import (
	"math"
	"strings"
	"testing"
	"time"

	"headroom/storage/fleet"
)

// Infinity, as of a division by zero, is no load: neither of a past minute nor of
// this one.
func TestInfiniteLoads(t *testing.T) {
	same := func(_ time.Time, v float64) float64 { return v }
	want, _, _ := learnedFrom(t, same, 1, plainModel)
	got, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if at.Equal(noon.AddDate(0, 0, -1)) {
			return math.Inf(1)
		}
		return v
	}, 1, plainModel)
	if !sameNumbers(got, want, 0.01) {
		t.Errorf("with one a day ago %+v\nwithout %+v", got, want)
	}
	if r := w.minute(noon.Add(time.Minute), math.Inf(1)); r.State != OK || r.Load != want.Load { // as if nothing had come
		t.Errorf("that minute %+v", r)
	}
}

// Loads beyond what can be reckoned with end nothing, and nothing is said of them.
func TestHugeLoads(t *testing.T) {
	_, g, _ := learnedFrom(t, func(_ time.Time, v float64) float64 { return v * 1e300 }, 1e300, plainModel)
	if g.State != Learning || g.DevicesNeeded.Known() {
		t.Errorf("%+v", g)
	}
}

// Marks may cover all that there is: then nothing is learned, and the explanation
// says so.
func TestMarksThatCoverEverything(t *testing.T) {
	r, g, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return v }, 1, func(m *Model) {
		m.Marks = []fleet.Mark{{From: noon.AddDate(-1, 0, 0), To: noon.AddDate(1, 0, 0), Kind: "other"}}
	})
	if r.State != Learning || r.Mean.Known() || g.State != Learning {
		t.Errorf("%+v, %+v", r, g)
	}
	steps := w.explain(r.ID, ModelCalibrated).Steps
	if last := steps[len(steps)-1]; last.Name != "growth" || last.Result != "learning" || !strings.Contains(last.Numbers, "without the marked intervals") {
		t.Errorf("explained by %+v", last)
	}
}
