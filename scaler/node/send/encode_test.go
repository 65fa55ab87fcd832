package send

import (
	"math"
	"testing"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/golang/snappy"
	"google.golang.org/protobuf/encoding/protowire"
)

// The reference is a decoder of the protocol's own field.
func TestEncode(t *testing.T) {
	var e encoder
	long := make([]byte, 300)
	for i := range long {
		long[i] = 'x'
	}
	series := []Series{
		{Name: "unknown", Value: math.NaN()},
		{Name: "load", Labels: []Label{{"Zone", "z"}, {"node", "n1"}}, Value: 12.5},
		{Name: "long", Labels: []Label{{"v", string(long)}}, Value: math.Inf(1)},
	}
	for range 2 { // the memory is used again
		plain, err := snappy.Decode(nil, e.encode(series, noon))
		if err != nil {
			t.Fatal(err)
		}
		var wru prompb.WriteRequestUnmarshaler
		wr, err := wru.UnmarshalProtobuf(plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(wr.Timeseries) != 2 {
			t.Fatalf("%d series", len(wr.Timeseries))
		}
		ts := wr.Timeseries[0]
		if len(ts.Labels) != 3 || ts.Labels[0].Name != "Zone" || ts.Labels[1].Value != "load" || ts.Labels[2].Value != "n1" {
			t.Errorf("%+v", ts.Labels)
		}
		if s := ts.Samples[0]; s.Value != 12.5 || s.Timestamp != noon.UnixMilli() {
			t.Errorf("%+v", s)
		}
		if ts := wr.Timeseries[1]; ts.Labels[1].Value != string(long) || !math.IsInf(ts.Samples[0].Value, 1) {
			t.Errorf("%+v", ts)
		}
	}
	if e.encode(series[:1], noon) != nil {
		t.Error("a request of nothing")
	}
}

func FuzzVarintLen(f *testing.F) {
	f.Add(uint64(127))
	f.Add(uint64(1 << 63))
	f.Fuzz(func(t *testing.T, v uint64) {
		if varintLen(v) != protowire.SizeVarint(v) {
			t.Errorf("%d: %d", v, varintLen(v))
		}
	})
}

func BenchmarkEncode1400(b *testing.B) {
	labels := []Label{{"business", "Qzone"}, {"module", "SET_W13"}, {"node", "node-1"}, {"process", "w-123456"}, {"product", "WNS"}, {"service", "dispatch"}}
	series := make([]Series, 1400)
	for i := range series {
		series[i] = Series{Name: "headroom_process_cpu_seconds_total", Labels: labels, Value: float64(i)}
	}
	var e encoder
	e.encode(series, noon)
	b.ReportAllocs()
	for b.Loop() {
		e.encode(series, noon)
	}
}
