package poll

import (
	"context"
	"fmt"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/promql"
)

// answers is a querier whose series have another process each hour.
type answers struct{ Querier }

func (answers) Instant(_ context.Context, _ string, at time.Time) ([]promql.Sample, error) {
	process := fmt.Sprint("pid-", at.Add(-time.Minute).Unix()/3600)
	return []promql.Sample{{Labels: []storage.Label{
		{Name: "module", Value: "m"}, {Name: "node", Value: "n"}, {Name: "process", Value: process},
	}, Value: float64(at.Unix())}}, nil
}

// Series that come and go do not pile up.
func TestSeriesThatLeftAreForgotten(t *testing.T) {
	const start = 1_800_000_000 - 1_800_000_000%3600
	signal := Signal{Name: Busy, Query: "busy"}
	tree := fleet.NewTree([]string{"module"})
	r := rollup.New(rollup.Options{Tree: tree, NodeLabel: "node", ProcessLabel: "process", Busy: signal.Matchers(), DeviceTimeout: 3 * time.Minute}, time.Unix(start, 0))
	p := New(answers{}, []Signal{signal}, r)
	for minute := int64(start); minute < start+24*3600; minute += 60 {
		if err := p.Feed(context.Background(), minute); err != nil {
			t.Fatal(err)
		}
		f := r.Close(minute)
		if len(p.cells) > 3 {
			t.Fatalf("after %s there are %d series, of which one is answered", time.Duration(minute-start)*time.Second, len(p.cells))
		}
		if busy := f.At(tree.Find("m").Index).Busy; minute%3600 >= 5*60 && busy != 60 {
			t.Fatalf("minute %d of the hour: %v busy seconds, want 60", minute%3600/60, busy)
		}
	}
}
