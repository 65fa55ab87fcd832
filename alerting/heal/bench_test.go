package heal

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// BenchmarkRun is a storm of 100,000 alarms that the stage looks at twice: those that
// no rule is for, and those that all want healing, which the brake stops.
func BenchmarkRun(b *testing.B) {
	const storm = 100_000
	for _, kind := range []string{"Other", "ProcessDown"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
				if err != nil {
					b.Fatal(err)
				}
				stage, err := New(b.Context(), Options{Config: ladder("restart_process"), Store: db.Heals(), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
				if err != nil {
					b.Fatal(err)
				}
				alarms := make([]*alarm.Alarm, storm)
				for i := range alarms {
					labels := model.LabelSet{"alertname": model.LabelValue(kind), "instance": model.LabelValue(fmt.Sprint(i))}
					alarms[i] = &alarm.Alarm{ID: fmt.Sprint(i), Key: alarm.KeyOf(labels), Labels: labels, Facts: alarm.Facts{Path: fleet.Path{"shop", fmt.Sprint(i % 2428)}, Node: fmt.Sprint(i)}}
				}
				started := time.Now()
				for range 2 {
					stage.Run(b.Context(), time.Now(), alarms)
				}
				b.ReportMetric(float64(time.Since(started).Nanoseconds())/(2*storm), "ns/alarm")
				stage.Close(b.Context())
				_ = db.Close()
			}
		})
	}
}
