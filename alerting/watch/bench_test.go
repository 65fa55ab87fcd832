package watch

import (
	"fmt"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// A minute of 100,000 modules, one in a hundred of which has something to tell.
func BenchmarkStep(b *testing.B) {
	tree := fleet.NewTree([]string{"business", "module"})
	for i := range 100_000 {
		tree.Add(fleet.Path{"b", fmt.Sprint("module", i)})
	}
	s := analytics.NewSnapshot(tree, noon, "calibrated")
	for i, n := range s.Nodes() {
		s.Rows[i] = analytics.Row{ID: n.ID, Path: n.Path, Level: s.Levels[n.Level()], At: noon, State: analytics.OK, PeakToday: analytics.Peak{Value: 40, Lower: 30}}
		s.Growth[i] = analytics.Growth{State: analytics.OK, TargetLoad: 60}
		if i%100 == 7 {
			s.Rows[i].Alarm, s.Rows[i].Direction = true, "up"
		}
	}
	in := &Input{Config: config.Default().Alerting.Watch, Lead: 30 * 24 * time.Hour, Settled: true, Snapshot: s,
		Reports: func(*fleet.Node, string, string) bool { return true }, Stopped: map[sender]rollup.Stopped{}}
	state := State{}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Now = noon.Add(time.Duration(i) * time.Minute)
		state, _ = step(tableRules, state, in)
	}
}
