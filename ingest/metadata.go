package ingest

import (
	"maps"
	"strings"
	"sync"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Limits of what is kept about metrics, some 16 MB at most.
const (
	maxDescribed  = 10_000 // metrics
	maxDescribing = 500    // bytes of a metric's name and of its unit
	maxHelp       = 1_000  // bytes of a help text, the rest is cut off
)

// Description is what a sender told about a metric; what it did not tell is
// empty.
type Description struct {
	Type string // counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown
	Help string
	Unit string
}

// descriptions keeps what senders tell about their metrics, the newest of each,
// in memory only: senders repeat it.
type descriptions struct {
	mu   sync.RWMutex
	told map[string]Description

	dropped prometheus.Counter
}

func newDescriptions(r prometheus.Registerer) *descriptions {
	f := promauto.With(r)
	d := &descriptions{told: map[string]Description{}}
	d.dropped = f.NewCounter(prometheus.CounterOpts{
		Name: "headroom_ingest_metadata_dropped_total",
		Help: "Descriptions of metrics (type, help, unit) that were not kept: too many metrics, or too long a name.",
	})
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "headroom_ingest_metadata_metrics", Help: "Metrics with a description (type, help, unit) from their senders.",
	}, func() float64 { return float64(d.size()) })
	return d
}

func (d *descriptions) size() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.told)
}

// tell keeps what is not empty. The strings may lie in a request's buffer.
// Nearly always it is known already.
func (d *descriptions) tell(metric string, x Description) {
	if metric == "" || x == (Description{}) {
		return
	}
	x.Help = shortenTo(x.Help, maxHelp)
	d.mu.RLock()
	old, known := d.told[metric]
	full := len(d.told) >= maxDescribed
	d.mu.RUnlock()
	switch merged := old.with(x); {
	case known && merged == old:
	case !known && full, len(metric) > maxDescribing, len(x.Unit) > maxDescribing:
		d.dropped.Inc()
	default:
		d.mu.Lock()
		d.told[strings.Clone(metric)] = merged.clone()
		d.mu.Unlock()
	}
}

// with returns the description with what x knows.
func (d Description) with(x Description) Description {
	if x.Type != "" {
		d.Type = x.Type
	}
	if x.Help != "" {
		d.Help = x.Help
	}
	if x.Unit != "" {
		d.Unit = x.Unit
	}
	return d
}

func (d Description) clone() Description {
	return Description{Type: strings.Clone(d.Type), Help: strings.Clone(d.Help), Unit: strings.Clone(d.Unit)}
}

// of returns what is known about a metric, or about all if metric is empty.
func (d *descriptions) of(metric string) map[string]Description {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if metric == "" {
		return maps.Clone(d.told)
	}
	if x, known := d.told[metric]; known {
		return map[string]Description{metric: x}
	}
	return nil
}

// tellAll keeps what a request of remote write or OTLP holds.
func (d *descriptions) tellAll(all []prompb.MetricMetadata) {
	for i := range all {
		m := &all[i]
		d.tell(m.MetricFamilyName, Description{Type: typeName(m.Type), Help: m.Help, Unit: m.Unit})
	}
}

// typeName is a type as Prometheus writes it, empty if it was not told.
func typeName(t prompb.MetricType) string {
	switch {
	case t == prompb.MetricTypeUnknown || t > prompb.MetricTypeStateset:
		return ""
	case t == prompb.MetricTypeGaugeHistogram:
		return "gaugehistogram"
	}
	return t.String()
}

// Descriptions returns what senders have told about a metric, or about all
// metrics if metric is empty.
func (in *Ingest) Descriptions(metric string) map[string]Description {
	return in.descriptions.of(metric)
}

// Describe keeps what a sender tells about a metric, see [Description]. What is
// empty leaves what is known.
func (s Sink) Describe(metric, kind, help, unit string) {
	s.in.descriptions.tell(metric, Description{Type: kind, Help: help, Unit: unit})
}
