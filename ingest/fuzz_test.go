package ingest

import (
	"context"
	"math"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"

	"headroom/storage"
)

// fuzzBody sends any body to a path. Whatever it is, the answer is one of a
// few, and nothing gets to the store that readers could not cope with.
func fuzzBody(f *testing.F, path string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := newServer(t, nil)
		s.checker.limits.MaxLabelLength = 50
		s.Ingest.store = strict{t: t}
		code, answer := s.push(path, body)
		switch code {
		case http.StatusNoContent:
		case http.StatusBadRequest:
			if answer == "\n" {
				t.Errorf("%q is refused without a reason", body)
			}
		default:
			t.Errorf("%q is answered with %d: %s", body, code, answer)
		}
	})
}

// strict fails the test for a series that must not be stored.
type strict struct {
	storage.Store
	t *testing.T
}

func (s strict) Write(_ context.Context, rows []storage.Series) error {
	for _, row := range rows {
		if storage.Value(row.Labels, storage.MetricName) == "" {
			s.t.Errorf("%v has no name", row.Labels)
		}
		for _, l := range row.Labels {
			if l.Name == "" || len(l.Name) > 50 || len(l.Value) > 50 || !utf8.ValidString(l.Name+l.Value) {
				s.t.Errorf("label %q=%q", l.Name, l.Value)
			}
		}
		for _, p := range row.Samples {
			if math.IsNaN(p.Value) && !decimal.IsStaleNaN(p.Value) || p.Timestamp > testNow.UnixMilli()+3600_000 {
				s.t.Errorf("sample %v", p)
			}
		}
	}
	return nil
}

func FuzzFalcon(f *testing.F) {
	fuzzBody(f, "/v1/push",
		`[{"metric":"m","endpoint":"e","timestamp":1795348800,"step":60,"value":"1","counterType":"GAUGE","tags":"a=b,c="}]`,
		`[{"metric":"m","endpoint":"e","value":1e999,"tags":"__name__=x,endpoint=y,a=1,a=2"}]`,
		`[{"metric":"m","endpoint":"e","timestamp":9223372036854775807,"value":1}]`, `[null]`, `{}`)
}

func FuzzCSV(f *testing.F) {
	fuzzBody(f, "/api/v1/import/csv?format=1:time:rfc3339,2:metric:a,3:label:b",
		"time,a,b\n2026-11-22T12:00:00Z,1,x\n", "2026-11-22T12:00:00Z,NaN,\"x\ny\"\n", "\n\n,,\n")
}

func FuzzJSONLines(f *testing.F) {
	fuzzBody(f, "/api/v1/import",
		`{"metric":{"__name__":"m","a":"b"},"values":[1,null,"-Infinity"],"timestamps":[1795348800000,0,-1]}`+"\n\n",
		`{"metric":{"":"m"},"values":[1e999],"timestamps":[9e18]}`)
}

func FuzzInflux(f *testing.F) {
	fuzzBody(f, "/write?db=x", "m,a=b v=1,w=2i,s=\"x\ny\" 1795348800000000000\nbad\n", "m v=1e999\n", "# c\n\nm,\\ =b v=t 1\n")
}

func FuzzRemoteWriteV2(f *testing.F) {
	f.Add([]byte("\x22\x00\x22\x08__name__\x22\x01m\x2a\x06\x0a\x02\x01\x02\x12\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newServer(t, nil)
		s.checker.limits.MaxLabelLength = 50
		s.Ingest.store = strict{t: t}
		code, answer := s.push("/api/v1/write", string(body), "Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request", "Content-Encoding", "identity")
		if code != http.StatusNoContent && code != http.StatusBadRequest {
			t.Errorf("%x is answered with %d: %s", body, code, answer)
		}
	})
}

func FuzzExtraLabels(f *testing.F) {
	f.Add("a=b", "c=")
	f.Add("=", "__name__=x")
	f.Fuzz(func(t *testing.T, one, two string) {
		labels, err := extraLabels(map[string][]string{"extra_label": {one, two}})
		if err != nil {
			return
		}
		for i, arg := range []string{one, two} {
			name, value, _ := strings.Cut(arg, "=")
			if labels[i].Name != name || labels[i].Value != value || name == "" || name == storage.MetricName {
				t.Errorf("%q became %+v", arg, labels[i])
			}
		}
	})
}
