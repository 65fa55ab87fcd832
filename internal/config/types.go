package config

import (
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"headroom/internal/yamlfile"
)

// Duration is written as in Prometheus: 30s, 5m, 1h30m, 60d.
type Duration time.Duration

// String writes the duration as in Prometheus.
func (d Duration) String() string { return model.Duration(d).String() }

// MarshalYAML writes the duration as in Prometheus.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// UnmarshalYAML reads the duration as Prometheus does.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	v, err := model.ParseDuration(node.Value)
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// Wanted says how it is written.
func (Duration) Wanted() string { return "a duration such as 30s, 5m or 60d" }

// Bytes is a size: 64MiB, 1GB or a plain number.
type Bytes = yamlfile.Bytes

// Date is a day as YYYY-MM-DD, in the configured zone.
type Date string

// UnmarshalYAML reads a day.
func (d *Date) UnmarshalYAML(node *yaml.Node) error {
	if _, err := time.Parse(time.DateOnly, node.Value); err != nil {
		return err
	}
	*d = Date(node.Value)
	return nil
}

// Wanted says how it is written.
func (Date) Wanted() string { return "a day as YYYY-MM-DD" }
