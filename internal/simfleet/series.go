package simfleet

import (
	"slices"
	"strings"

	"headroom/storage"
)

// Emit takes series; their samples' memory is used again once it has returned.
type Emit func(rows []storage.Series) error

// labels returns the sorted labels of a series of a node of the tree.
func (f *Fleet) labels(path []string, metric string, extra ...storage.Label) []storage.Label {
	labels := append([]storage.Label{{Name: storage.MetricName, Value: metric}}, extra...)
	for i, name := range path {
		labels = append(labels, storage.Label{Name: f.options.Hierarchy[i], Value: name})
	}
	sortLabels(labels)
	return labels
}

func sortLabels(labels []storage.Label) {
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
}

// Metrics of devices and processes, as node daemons send them.
const (
	loadMetric     = "headroom_load_percent"
	busyMetric     = "headroom_busy_seconds_total"
	requestsMetric = "headroom_requests_total"
)

func (f *Fleet) loadLabels(m *Module, d *Device) []storage.Label {
	return f.labels(m.Path, loadMetric, storage.Label{Name: f.options.NodeLabel, Value: d.Node},
		storage.Label{Name: "site", Value: d.Site}, storage.Label{Name: "rack", Value: d.Rack})
}
