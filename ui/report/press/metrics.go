package press

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	publications *prometheus.CounterVec // by result
	deliveries   *prometheus.CounterVec // by kind of way and result
	drafts       prometheus.Summary
}

func newMetrics(reg prometheus.Registerer) metrics {
	f := promauto.With(reg)
	return metrics{
		publications: f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_report_publications_total", Help: "Monthly reports that were to be published, by result."}, []string{"result"}),
		deliveries:   f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_report_deliveries_total", Help: "Attempts to deliver published reports, by way and result."}, []string{"way", "result"}),
		drafts:       f.NewSummary(prometheus.SummaryOpts{Name: "headroom_report_draft_seconds", Help: "How long it took to make the draft of the running month's report."}),
	}
}
