package lease_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/lease"
	"headroom/alerting/scenario"
)

// Whatever changes do, however they end, whenever the server is killed: while no
// lease is about an alarm it is told if it fires, and when all are over nothing
// that fires is hidden.
func TestNoAlarmIsBothHiddenAndLost(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(t)
		var open []string
		firing := map[string]model.LabelSet{}
		for range 150 {
			switch rng.IntN(8) {
			case 0:
				open = append(open, w.open(anyRequest(rng)))
			case 1:
				if len(open) > 0 {
					_, err := w.End(t.Context(), w.Now, open[rng.IntN(len(open))], lease.Hows[rng.IntN(3)], "")
					must(t, err)
				}
			case 2:
				must(t, w.Flush(t.Context()))
				w.Restart()
			case 3, 4:
				set := anyAlarm(rng)
				if firing[set.String()] != nil {
					delete(firing, set.String())
					w.Recover(set)
				}
			default:
				set := anyAlarm(rng)
				firing[set.String()] = set
				w.Fire(set)
			}
			for _, id := range open {
				if rng.IntN(3) > 0 {
					_, _ = w.Beat(t.Context(), w.Now, id) // many are over
				}
			}
			w.Step(time.Duration(rng.IntN(40)) * time.Second)
			w.wantReasons(seed)
		}
		w.Step(5 * time.Minute) // nobody beats any more
		must(t, w.Flush(t.Context()))
		if active := w.Active(w.Now); len(active) > 0 {
			t.Fatalf("seed %d: %+v is active", seed, active)
		}
		for _, a := range w.Pipeline.Open() {
			if a.Outcome != alarm.Notified {
				t.Errorf("seed %d: %s fires and is %s", seed, a.Labels, a.Outcome)
			}
			delete(firing, a.Labels.String())
		}
		if len(firing) > 0 {
			t.Errorf("seed %d: lost %v", seed, firing)
		}
		w.wantSummaries(seed)
	}
}

// wantReasons checks that what is hidden is so by a lease that is active and about it.
func (w *world) wantReasons(seed uint64) {
	w.t.Helper()
	active := map[string]lease.Lease{}
	for _, l := range w.Active(w.Now) {
		active[l.ID] = l
	}
	hidden := map[string]int{}
	for _, a := range w.Pipeline.Open() {
		if a.Stage != lease.Stage {
			continue
		}
		l, ok := active[a.By]
		if !ok && !a.Due.After(w.Now.Add(10*time.Second)) {
			continue // it is about to be looked at again: no grace was given
		}
		if !ok || a.Received.Before(l.Started) || a.Due.After(w.Now.Add(2*time.Minute)) || a.Due.IsZero() {
			w.t.Fatalf("seed %d: %s is hidden by %q until %s: %+v", seed, a.Labels, a.By, a.Due, l)
		}
		hidden[a.By]++
	}
	for id, l := range active {
		if l.Fires != hidden[id] || l.Hidden > l.Expected {
			w.t.Fatalf("seed %d: %d alarms are hidden, the summary has %+v", seed, hidden[id], l)
		}
	}
}

// wantSummaries checks what was hidden against the trails of all alarms.
func (w *world) wantSummaries(seed uint64) {
	w.t.Helper()
	hidden := map[string]map[string]bool{}
	for _, a := range w.All() {
		for _, e := range a.Trail {
			if e.Stage == lease.Stage && e.What == string(alarm.Muted) {
				if hidden[e.By] == nil {
					hidden[e.By] = map[string]bool{}
				}
				hidden[e.By][a.ID] = true
			}
		}
	}
	all, err := w.List(w.t.Context(), w.Now, 1000)
	must(w.t, err)
	for _, l := range all {
		if l.Hidden != len(hidden[l.ID]) || l.Settled.IsZero() {
			w.t.Errorf("seed %d: %d alarms were hidden, the summary has %+v", seed, len(hidden[l.ID]), l)
		}
	}
}

func anyRequest(rng *rand.Rand) lease.Request {
	r := lease.Request{Kind: "deploy", TTL: []string{"10s", "1m", ""}[rng.IntN(3)], Limit: []string{"2m", "10m"}[rng.IntN(2)], Grace: []string{"0s", "5s", "2m"}[rng.IntN(3)]}
	if rng.IntN(3) > 0 {
		r.Nodes = []string{fmt.Sprint("n", rng.IntN(3)), fmt.Sprint("n", rng.IntN(3))}
	}
	if rng.IntN(3) == 0 || r.Nodes == nil {
		r.Paths = []string{[]string{"Qzone", "Qzone/WNS"}[rng.IntN(2)]}
	}
	if rng.IntN(2) == 0 {
		r.Effect = []string{`alertname=~"A|B"`}
	}
	if n := rng.IntN(6); rng.IntN(2) == 0 {
		r.Expected = &n
	}
	return r
}

func anyAlarm(rng *rand.Rand) model.LabelSet {
	return scenario.Alarm([]string{"A", "B", "C"}[rng.IntN(3)], fmt.Sprint("n", rng.IntN(3)), []string{"", "Qzone", "Qzone/WNS/dispatch", "QQ"}[rng.IntN(4)])
}

func BenchmarkStage(b *testing.B) {
	w := newWorld(b)
	for i := range 300 {
		r := deploy()
		r.Run, r.Nodes = fmt.Sprint(i), []string{fmt.Sprint("n", i), fmt.Sprint("n", i+1)}
		w.open(r)
		r.Run, r.Nodes, r.Paths = fmt.Sprint("p", i), nil, []string{fmt.Sprint("Qzone/m", i)}
		w.open(r)
	}
	const n = 100_000
	alarms := make([]*alarm.Alarm, n)
	for i := range alarms {
		a := &alarm.Alarm{ID: fmt.Sprint(i), Labels: scenario.Alarm("ProcessDead", fmt.Sprint("n", i%2000), ""), StartsAt: w.Now, Received: w.Now}
		a.Facts.Node, a.Facts.Path = fmt.Sprint("n", i%2000), []string{"Qzone", fmt.Sprint("m", i%3000), "x"}
		alarms[i] = a
	}
	for b.Loop() {
		w.Leases.Run(b.Context(), w.Now, alarms)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/alarm")
}
