package alerting

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// manyAlerts makes alerts as Prometheus sends them.
func manyAlerts(from, n int, now time.Time) []*amalert.Alert {
	alerts := make([]*amalert.Alert, n)
	for i := range alerts {
		id := from + i
		alerts[i] = &amalert.Alert{UpdatedAt: now, Alert: model.Alert{
			Labels: model.LabelSet{
				"alertname": "InstanceDown", "severity": "critical", "job": "node", "business": "Qzone", "product": "WNS", "service": "dispatch",
				"module": model.LabelValue(fmt.Sprint("SET_W", id%2428)), "instance": model.LabelValue(fmt.Sprintf("10.0.%d.%d:9100", id/250, id%250)),
			},
			Annotations: model.LabelSet{"summary": "Instance is down", "description": "It has been down for more than 5 minutes.", "runbook_url": "http://wiki.example.com/instance-down"},
			StartsAt:    now.Add(-5 * time.Minute), EndsAt: now.Add(4 * time.Minute),
			GeneratorURL: "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
		}}
	}
	return alerts
}

// BenchmarkReceive is a storm of 100,000 alarms in requests of 64, each of which is
// answered once it is on the disk, while the pipeline runs: time of one alarm, how
// long the slowest of 100 requests takes, and what an open alarm holds in memory.
func BenchmarkReceive(b *testing.B) {
	const storm, request = 100_000, 64
	for b.Loop() {
		db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
		if err != nil {
			b.Fatal(err)
		}
		p, err := New(b.Context(), Options{
			Stages: nil, Keeper: History{db.Alarms()}, IgnoreLabels: func() []string { return []string{"replica"} },
			Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		})
		if err != nil {
			b.Fatal(err)
		}
		go func() { _ = p.Run(b.Context()) }()
		before := memory()
		var took []time.Duration
		for from := 0; from < storm; from += request {
			started := time.Now()
			if err := p.Receive(b.Context(), alarm.FromAPI, manyAlerts(from, request, started)...); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(started))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "ms-p99/request")
		b.ReportMetric(float64(memory()-before)/storm, "B/alarm")
		_ = db.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*storm), "µs/alarm")
}

func memory() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
