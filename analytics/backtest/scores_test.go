package backtest

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"headroom/analytics/band"
)

var nan = math.NaN()

func near(a, b float64) bool { return a != a && b != b || math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }

func want(t *testing.T, s Scores, name string, v float64) {
	t.Helper()
	if got := s.Get(name); !near(got, v) {
		t.Errorf("%s = %v, want %v (%v)", name, got, v, s)
	}
}

func TestIntervalScores(t *testing.T) {
	var y tally
	y.see(10, interval{11, 9, 13}, 0.9)       // inside; off by a tenth
	y.see(20, interval{10, 8, 12}, 0.9)       // 8 above the upper bound: 4 + 2/0.1 · 8
	y.see(0, interval{1, nan, nan}, 0.9)      // no percentage of 0, no interval
	y.see(nan, interval{1, 0, 2}, 0.9)        // nothing came
	y.see(5, interval{nan, nan, nan}, 0.9)    // nothing was said
	y.largest = &tally{inside: 3, bounded: 4} // of the largest
	s := y.scores()
	want(t, s, "values", 3)
	want(t, s, "mape_pct", 100*(0.1+0.5)/2)
	want(t, s, "coverage_pct", 50)
	want(t, s, "width_pct", 100*8.0/30)
	want(t, s, "interval_score_pct", 100*(4.0+4+160)/30)
	want(t, s, "max_coverage_pct", 75)
	want(t, s, "max_mape_pct", nan)
}

func TestAlarmScores(t *testing.T) {
	// One row a minute; loads of 9 are outside, L is labelled, ? has no band.
	values := "1111991111911111191119191111"
	labels := "...LL.......LL...L.........."
	r := &bandRows{placed: &placed{Series: &Series{}, length: 1}}
	for i, c := range values {
		r.Values = append(r.Values, float64(c-'0'))
		r.Labels = append(r.Labels, labels[i] == 'L')
		r.bands = append(r.bands, band.Band{Expected: 1, Lower: 0, Upper: 2})
		r.alarms = append(r.alarms, c == '9')
	}
	s := r.deviations().scores()
	want(t, s, "events", 3)
	want(t, s, "recall", 2.0/3)    // the second event was missed
	want(t, s, "precision", 2.0/4) // alarms at 4-5, 10, 17, 21-23: the last is one
	want(t, s, "f1", 2*(2.0/3*0.5)/(2.0/3+0.5))
	want(t, s, "alarms_week", 4*10080.0/28)
	want(t, s, "false_alarms_week", 2*10080.0/28)

	r.Labels = nil
	s = r.deviations().scores()
	want(t, s, "alarms_week", 4*10080.0/28)
	want(t, s, "precision", nan)
	want(t, s, "f1", nan)
}

// Every series weighs the same, however long; alarms are counted together.
func TestPool(t *testing.T) {
	a := tally{seen: 100, bounded: 100, inside: 100}
	b := tally{seen: 2, bounded: 2, inside: 1}
	s := pool([]tally{a, b})
	want(t, s, "coverage_pct", 75)
	want(t, s, "values", 102)
	want(t, s, "mape_pct", nan)

	e := tally{events: &events{events: 1, found: 1, alarms: 1, weeks: 1}}
	f := tally{events: &events{events: 3, found: 0, alarms: 3, false: 3, weeks: 3}}
	s = pool([]tally{e, f})
	want(t, s, "recall", 0.25)
	want(t, s, "precision", 0.25)
	want(t, s, "false_alarms_week", 0.75)
}

func TestResultText(t *testing.T) {
	r := &Result{Models: []ModelScores{{Model: "classic", Scores: Scores{{"values", 12345}, {"f1", nan}, {"mape_pct", 4.12345}}}}}
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(b.String()), " "); got != "model values f1 mape_pct classic 12345 - 4.123" {
		t.Errorf("got %q", got)
	}
	j, err := json.Marshal(r.Models[0].Scores)
	if err != nil || string(j) != `{"values":12345,"f1":null,"mape_pct":4.12345}` {
		t.Errorf("got %s, %v", j, err)
	}
	var back Scores
	if err := json.Unmarshal(j, &back); err != nil || len(back) != 3 || back[0] != (Score{"values", 12345}) || back[1].Value == back[1].Value || back[2].Name != "mape_pct" {
		t.Errorf("read back as %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"values":"many"}`), &back); err == nil {
		t.Error("a text was read as a number")
	}
}
