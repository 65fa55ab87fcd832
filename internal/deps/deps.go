//go:build deps

// Package deps keeps the modules of packages under way in go.mod.
package deps

import (
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/csvimport/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/graphite/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/influx/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/opentelemetry/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/prometheus/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/promremotewrite/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/vmimport/stream"
	_ "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"
	_ "github.com/alecthomas/kingpin/v2"
	_ "github.com/gin-gonic/gin"
	_ "github.com/oklog/run"
	_ "github.com/prometheus/client_golang/exp/api/remote"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/prometheus/exporter-toolkit/web"
	_ "github.com/prometheus/exporter-toolkit/web/kingpinflag"
	_ "github.com/prometheus/prometheus/model/textparse"
	_ "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	_ "github.com/prometheus/prometheus/promql"
	_ "go.yaml.in/yaml/v3"
	_ "gonum.org/v1/gonum/stat"
	_ "gonum.org/v1/gonum/stat/distuv"
	_ "modernc.org/sqlite"
)
