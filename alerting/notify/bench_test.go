package notify_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/notify"
	"headroom/internal/config"
	"headroom/storage/state"
)

// The stage's time and memory for an alarm of 100,000, in 2,400 groups.
func BenchmarkRun(b *testing.B) {
	const open = 100_000
	w := &world{dir: b.TempDir(), sink: &sink{}, conf: config.Default().Alerting}
	w.conf.ConfigFile = filepath.Join("testdata", "groups.yml")
	conf, err := notify.Load(w.conf, "x.yml")
	must(b, err)
	db, err := state.Open(filepath.Join(w.dir, "state.db"))
	must(b, err)
	s, err := notify.New(b.Context(), notify.Options{
		Config: conf, DB: db.Notifications(), Wake: func() {}, IgnoreLabels: func() []string { return []string{"replica"} },
		Logger: quiet, Registerer: prometheus.NewRegistry(),
	})
	must(b, err)
	now := time.Now()
	alarms := make([]*alarm.Alarm, open)
	for i := range alarms {
		labels := model.LabelSet{
			"alertname": "Dead", "module": model.LabelValue(fmt.Sprintf("module%d", i%2400)), "node": model.LabelValue(fmt.Sprintf("node%d", i)),
			"severity": "warning", "replica": "a",
		}
		key := alarm.KeyOf(labels, "replica")
		alarms[i] = &alarm.Alarm{
			ID: alarm.ID(key, now), Key: key, Labels: labels, Annotations: model.LabelSet{"summary": "it is dead"}, StartsAt: now, EndsAt: now.Add(time.Hour), Received: now,
			Facts: alarm.Facts{Path: []string{"a", "b", "c"}, Owner: "ann"}, Outcome: alarm.Waiting,
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	started := time.Now()
	s.Run(b.Context(), now, s.Watch().Run(b.Context(), now, alarms))
	b.ReportMetric(float64(time.Since(started).Nanoseconds())/open, "ns/first")
	started = time.Now()
	for b.Loop() {
		now = now.Add(time.Second)
		s.Run(b.Context(), now, s.Watch().Run(b.Context(), now, alarms))
	}
	b.ReportMetric(float64(time.Since(started).Nanoseconds())/open/float64(b.N), "ns/again")
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/open, "B/alarm")
	s.Close()
	must(b, db.Close())
}
