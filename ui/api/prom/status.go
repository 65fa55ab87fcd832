package prom

import (
	"fmt"
	"maps"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/common/model"
)

func (a *api) runtimeInfo(*gin.Context) (any, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("name of this host: %w", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("working directory: %w", err)
	}
	keep := ""
	if a.Keep > 0 {
		keep = model.Duration(a.Keep).String()
	}
	return gin.H{
		"startTime":        a.Started.UTC(),
		"CWD":              dir,
		"hostname":         host,
		"serverTime":       a.Now().UTC(),
		"goroutineCount":   runtime.NumGoroutine(),
		"GOMAXPROCS":       runtime.GOMAXPROCS(0),
		"GOMEMLIMIT":       debug.SetMemoryLimit(-1), // a negative limit only asks
		"GOGC":             os.Getenv("GOGC"),
		"GODEBUG":          os.Getenv("GODEBUG"),
		"storageRetention": keep,
	}, nil
}

func (a *api) flags(*gin.Context) (any, error) { return a.Flags(), nil }

func (a *api) config(*gin.Context) (any, error) { return gin.H{"yaml": a.Config()}, nil }

func (a *api) metadata(c *gin.Context) (any, error) {
	limit, err := countParam(c, "limit")
	if err != nil {
		return nil, err
	}
	perMetric, err := countParam(c, "limit_per_metric")
	if err != nil {
		return nil, err
	}
	out := map[string][]Metadata{}
	if a.Metadata == nil {
		return out, nil
	}
	all := a.Metadata.Metadata(c.Request.Form.Get("metric"))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(out) >= limit {
			break
		}
		out[name] = all[name]
		if perMetric > 0 && len(out[name]) > perMetric {
			out[name] = out[name][:perMetric]
		}
	}
	return out, nil
}

// countParam reads a count; absent or negative it is unlimited.
func countParam(c *gin.Context, name string) (int, error) {
	s := c.Request.Form.Get(name)
	if s == "" {
		return math.MaxInt, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, badData{fmt.Errorf("%s must be a number", name)}
	}
	if n < 0 {
		return math.MaxInt, nil
	}
	return n, nil
}
