package embedded

import "github.com/prometheus/client_golang/prometheus"

// gauges and counters of Stats, read when they are asked for.
var (
	activeSeriesDesc = desc("headroom_storage_active_series", "Series that were written to lately.")
	pendingDesc      = desc("headroom_storage_pending_samples", "Samples that are in memory and in the write-ahead log only.")
	samplesDesc      = desc("headroom_storage_samples", "Samples in the storage.")
	diskBytesDesc    = desc("headroom_storage_disk_bytes", "Size of the samples and their index on disk.")
	walBytesDesc     = desc("headroom_storage_wal_bytes", "Size of the write-ahead log.")
	readOnlyDesc     = desc("headroom_storage_read_only", "Whether the store takes no writes because the disk is nearly full.")
	recoveredDesc    = desc("headroom_storage_recovered_samples", "Samples that the write-ahead log held at the start.")
	refusedDesc      = desc("headroom_storage_refused_samples_total", "Samples that the store could not keep.", "reason")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (s *Store) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, c) }

// Collect implements prometheus.Collector.
func (s *Store) Collect(c chan<- prometheus.Metric) {
	if s.closed.Load() {
		return
	}
	stats := s.Stats()
	gauge := func(d *prometheus.Desc, v float64) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	readOnly := 0.
	if stats.ReadOnly {
		readOnly = 1
	}
	gauge(activeSeriesDesc, float64(stats.ActiveSeries))
	gauge(pendingDesc, float64(stats.PendingSamples))
	gauge(samplesDesc, float64(stats.Samples))
	gauge(diskBytesDesc, float64(stats.DiskBytes))
	gauge(walBytesDesc, float64(stats.WALBytes))
	gauge(readOnlyDesc, readOnly)
	gauge(recoveredDesc, float64(stats.Recovered.Samples))
	refused := func(reason string, n uint64) {
		c <- prometheus.MustNewConstMetric(refusedDesc, prometheus.CounterValue, float64(n), reason)
	}
	refused("nan", stats.NaNs)
	for reason, n := range stats.Refused {
		refused(reason, n)
	}
}
