package ingest

import (
	"fmt"
	"net/url"
	"strings"

	"headroom/storage"
)

// extraLabels reads the query arguments extra_label=name=value, which add a
// label to each series of the request.
func extraLabels(q url.Values) ([]storage.Label, error) {
	var labels []storage.Label
	for _, arg := range q["extra_label"] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" || name == storage.MetricName {
			return nil, fmt.Errorf("query argument extra_label: want name=value, got %q", shorten(arg))
		}
		labels = append(labels, storage.Label{Name: name, Value: value})
	}
	return labels, nil
}

// addExtra adds the extra labels to one series. They win over its own.
func addExtra(labels, extra []storage.Label) []storage.Label {
	for _, e := range extra {
		if i := indexOf(labels, e.Name); i >= 0 {
			labels[i].Value = e.Value
			continue
		}
		labels = append(labels, e)
	}
	return labels
}

func indexOf(labels []storage.Label, name string) int {
	for i := range labels {
		if labels[i].Name == name {
			return i
		}
	}
	return -1
}
