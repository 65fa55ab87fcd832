package prom

import (
	"encoding/json"
	"net/http"

	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/util/stats"

	"headroom/storage/promql"
)

// result is a query's answer on its way to the client.
type result struct {
	answer   *promql.Answer
	warnings []string
	stats    []byte // JSON, nil for none
}

func newResult(a *promql.Answer, limit int, withStats bool) *result {
	r := &result{answer: a, warnings: a.Warnings}
	if truncate(a, limit) {
		r.warnings = append(r.warnings, truncated)
	}
	if withStats {
		r.stats, _ = json.Marshal(stats.NewQueryStats(a.Stats)) // numbers only
	}
	return r
}

// truncated is Prometheus' warning that a limit of the request cut something.
const truncated = "results truncated due to limit"

func truncate(a *promql.Answer, limit int) bool {
	switch v := a.Value.(type) {
	case prom.Matrix:
		if limit > 0 && len(v) > limit {
			a.Value = v[:limit]
			return true
		}
	case prom.Vector:
		if limit > 0 && len(v) > limit {
			a.Value = v[:limit]
			return true
		}
	}
	return false
}

// flushAt is the size, in bytes, at which a part of the answer is sent: the
// whole of a large one is never held as text.
const flushAt = 64 << 10

func (r *result) write(w http.ResponseWriter) error {
	defer r.answer.Close()
	s := &stream{w: w, buf: make([]byte, 0, flushAt+4<<10)}
	s.text(`{"status":"success","data":{"resultType":"`)
	s.text(string(r.answer.Value.Type()))
	s.text(`","result":`)
	s.value(r.answer.Value)
	if r.stats != nil {
		s.text(`,"stats":`)
		s.buf = append(s.buf, r.stats...)
	}
	s.text(`}`)
	s.texts(`,"warnings":`, r.warnings)
	s.texts(`,"infos":`, r.answer.Infos)
	s.text("}\n")
	s.flush()
	return s.err
}
