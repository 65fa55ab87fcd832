package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"headroom/storage/embedded"
)

// storeStats shows the embedded store's state as metrics.
type storeStats struct{ store *embedded.Store }

var (
	activeSeries   = prometheus.NewDesc("headroom_storage_active_series", "Series with new samples.", nil, nil)
	pendingSamples = prometheus.NewDesc("headroom_storage_pending_samples", "Samples in the head and the log only.", nil, nil)
	diskBytes      = prometheus.NewDesc("headroom_storage_disk_bytes", "Size of samples and index, without the log.", nil, nil)
	walBytes       = prometheus.NewDesc("headroom_storage_wal_bytes", "Size of the write-ahead log.", nil, nil)
	storedSamples  = prometheus.NewDesc("headroom_storage_samples", "Samples on disk, counting copies that are not merged yet.", nil, nil)
	readOnly       = prometheus.NewDesc("headroom_storage_read_only", "1 while the disk is too full to take samples.", nil, nil)
	refusedSamples = prometheus.NewDesc("headroom_storage_refused_samples_total", "Samples that the store could not keep, by reason.", []string{"reason"}, nil)
)

// Describe implements prometheus.Collector.
func (s storeStats) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, c) }

// Collect implements prometheus.Collector.
func (s storeStats) Collect(c chan<- prometheus.Metric) {
	st := s.store.Stats()
	gauge := func(d *prometheus.Desc, v float64) { c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	gauge(activeSeries, float64(st.ActiveSeries))
	gauge(pendingSamples, float64(st.PendingSamples))
	gauge(diskBytes, float64(st.DiskBytes))
	gauge(walBytes, float64(st.WALBytes))
	gauge(storedSamples, float64(st.Samples))
	ro := 0.0
	if st.ReadOnly {
		ro = 1
	}
	gauge(readOnly, ro)
	refused := func(reason string, n uint64) {
		c <- prometheus.MustNewConstMetric(refusedSamples, prometheus.CounterValue, float64(n), reason)
	}
	refused("nan", st.NaNs)
	for reason, n := range st.Refused {
		refused(reason, n)
	}
}
