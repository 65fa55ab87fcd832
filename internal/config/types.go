package config

import "time"

// Duration is written as in Prometheus: 30s, 5m, 60d.
type Duration time.Duration

// Bytes is a size: 64MiB, 1GB or a plain number.
type Bytes int64

// Date is a day as YYYY-MM-DD, in the configured zone.
type Date string
