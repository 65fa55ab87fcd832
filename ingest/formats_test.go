package ingest

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"
	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/golang/snappy"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
)

// pairs builds labels from name, value, name, value …
func pairs(s ...string) (labels []prompb.Label) {
	for i := 0; i < len(s); i += 2 {
		labels = append(labels, prompb.Label{Name: s[i], Value: s[i+1]})
	}
	return labels
}

func writeV1(series ...prompb.TimeSeries) string {
	wr := prompb.WriteRequest{Timeseries: series}
	return string(snappy.Encode(nil, wr.MarshalProtobuf(nil)))
}

func TestRemoteWriteV1(t *testing.T) {
	s := newServer(t, nil)
	code, answer := s.push("/api/v1/write", writeV1(
		prompb.TimeSeries{Labels: pairs("__name__", "load", "node", "n1"), Samples: []prompb.Sample{{Value: 1.5, Timestamp: 1795348800000}, {Value: 2, Timestamp: 1795348800001}}},
		prompb.TimeSeries{Labels: pairs("__name__", "gone"), Samples: []prompb.Sample{{Value: decimal.StaleNaN, Timestamp: 1795348800000}}},
		// No value is no fault of the sender: exporters write NaN for it.
		prompb.TimeSeries{Labels: pairs("__name__", "empty"), Samples: []prompb.Sample{{Value: math.NaN(), Timestamp: 1795348800000}}},
	), "Content-Encoding", "snappy", "Content-Type", "application/x-protobuf")
	if code != 204 {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{node="n1"} 1.5 @1795348800000`, `load{node="n1"} 2 @1795348800001`, `gone{} stale @1795348800000`)
	if got := s.metric(t, "headroom_ingest_rejected_samples_total", "nan"); got != 1 {
		t.Errorf("%v samples rejected as NaN, want 1", got)
	}
}

func TestRemoteWriteKeepsTheGoodPart(t *testing.T) {
	s := newServer(t, nil)
	code, answer := s.push("/api/v1/write", writeV1(
		prompb.TimeSeries{Labels: pairs("__name__", "good"), Samples: []prompb.Sample{{Value: 1, Timestamp: 1795348800000}}},
		prompb.TimeSeries{Labels: pairs("node", "n1"), Samples: []prompb.Sample{{Value: 1, Timestamp: 1795348800000}}},
		prompb.TimeSeries{Labels: pairs("__name__", "future"), Samples: []prompb.Sample{{Value: 1, Timestamp: 1895348800000}}},
	))
	if code != 400 || !strings.Contains(answer, `2 samples refused, the other 1 kept: series {node="n1"} has no metric name`) {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `good{} 1 @1795348800000`)
}

func TestRemoteWriteV2(t *testing.T) {
	wr := writev2.Request{
		Symbols: []string{"", "__name__", "load", "node", "n1"},
		Timeseries: []writev2.TimeSeries{
			{LabelsRefs: []uint32{1, 2, 3, 4}, Samples: []writev2.Sample{{Value: 1.5, Timestamp: 1795348800000}}},
			{LabelsRefs: []uint32{1, 2}, Histograms: []writev2.Histogram{{Timestamp: 1795348800000}}},
		},
	}
	raw, err := wr.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, nil)
	const v2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"
	code, answer := s.push("/api/v1/write", string(snappy.Encode(nil, raw)), "Content-Type", v2)
	if code != 400 || !strings.Contains(answer, "native histograms") {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{node="n1"} 1.5 @1795348800000`)

	// A reference behind the end must neither panic nor be guessed.
	wr.Timeseries = []writev2.TimeSeries{{LabelsRefs: []uint32{1, 9}, Samples: []writev2.Sample{{Timestamp: 1795348800000}}}}
	raw, _ = wr.Marshal()
	code, answer = s.push("/api/v1/write", string(snappy.Encode(nil, raw)), "Content-Type", v2)
	if code != 400 || !strings.Contains(answer, "label reference 9, but there are 5 symbols") {
		t.Fatalf("status %d: %s", code, answer)
	}
}

func TestPromText(t *testing.T) {
	s := newServer(t, nil)
	code, answer := s.push("/api/v1/import/prometheus?extra_label=job=x&extra_label=node=n9",
		"# TYPE load gauge\nload{node=\"n1\"} 1.5\nload{module=\"a b\\n\"} +Inf 1795348700000\n")
	if code != 204 {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{job="x",node="n9"} 1.5 @1795348800000`, `load{job="x",module="a b\n",node="n9"} +Inf @1795348700000`)
}

func TestPromTextIsRefusedAsAWhole(t *testing.T) {
	f := func(body, want string) {
		t.Helper()
		s := newServer(t, nil)
		if code, answer := s.push("/api/v1/import/prometheus", body); code != 400 || !strings.Contains(answer, want) {
			t.Fatalf("status %d: %s", code, answer)
		}
		s.want(t)
	}

	f("good 1\nbad\n", `line 2: missing value: "bad"`)
	f("good 1\nload{node=} 1\n", `line 2: `)
	f("good 1\nfuture 1 1895348800000\n", "too far in the future")
	f("good 1\nfuture 1 1895348800000\n", "2 samples refused, none kept")
}

func TestInflux(t *testing.T) {
	s := newServer(t, nil)
	body := "cpu,host=a\\ b usage=1.5,n=3i,on=true,name=\"x\" 1795348800000000000\nmem free=2u\n"
	for _, path := range []string{"/write?db=telegraf", "/api/v2/write?bucket=telegraf&org=o", "/influx/write?db=telegraf", "/influx/api/v2/write?bucket=telegraf"} {
		if code, answer := s.push(path, body); code != 204 {
			t.Fatalf("%s: status %d: %s", path, code, answer)
		}
	}
	s.want(t, `cpu_usage{db="telegraf",host="a b"} 1.5 @1795348800000`, `cpu_n{db="telegraf",host="a b"} 3 @1795348800000`,
		`cpu_on{db="telegraf",host="a b"} 1 @1795348800000`, `mem_free{db="telegraf"} 2 @1795348800000`)
}

func TestInfluxPartialWrite(t *testing.T) {
	s := newServer(t, nil)
	code, answer := s.push("/write?precision=s", "good v=1 1795348800\nbad v=\ngood v=2 1795348801\n")
	if code != 400 || !strings.Contains(answer, "partial write: point 2: at line 2:") {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `good_v{} 1 @1795348800000`, `good_v{} 2 @1795348801000`)
	if code, answer := s.push("/write?precision=fortnight", "good v=1\n"); code != 400 || !strings.Contains(answer, "fortnight") {
		t.Fatalf("status %d: %s", code, answer)
	}
}

func TestFalcon(t *testing.T) {
	s := newServer(t, nil)
	code, answer := s.push("/v1/push", `[{"metric":"cpu.idle","endpoint":"n1","timestamp":1795348800,"step":60,"value":97.5,"counterType":"GAUGE","tags":"module=a, idc=sz"},
		{"metric":"net.bytes","endpoint":"n1","timestamp":1795348800,"step":60,"value":"12","counterType":"COUNTER","tags":""}]`)
	if code != 204 {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `cpu.idle{endpoint="n1",idc="sz",module="a"} 97.5 @1795348800000`, `net.bytes{endpoint="n1"} 12 @1795348800000`)
}

func TestFalconNamesTheBadItem(t *testing.T) {
	f := func(item, want string) {
		t.Helper()
		s := newServer(t, nil)
		code, answer := s.push("/openfalcon/push", `[{"metric":"good","endpoint":"n1","value":1},`+item+`]`)
		if code != 400 || !strings.Contains(answer, "item 2: "+want) {
			t.Fatalf("status %d: %s", code, answer)
		}
		s.want(t, `good{endpoint="n1"} 1 @1795348800000`)
	}

	f(`{"endpoint":"n1","value":1}`, "metric is empty")
	f(`{"metric":"m","value":1}`, `metric "m": endpoint is empty`)
	f(`{"metric":"m","endpoint":"n1","value":"x"}`, `metric "m": value is "x", want a number`)
	f(`{"metric":"m","endpoint":"n1"}`, `metric "m": value is `)
	f(`{"metric":"m","endpoint":"n1","value":1,"counterType":"RATE"}`, `metric "m": counterType is "RATE"`)
	f(`{"metric":"m","endpoint":"n1","value":1,"tags":"a"}`, `metric "m": tag "a" of tags "a": want name=value`)
	f(`{"metric":"m","endpoint":"n1","value":1,"timestamp":-1}`, `metric "m": timestamp -1`)

	s := newServer(t, nil)
	if code, answer := s.push("/v1/push", `[{"metric":}]`); code != 400 || !strings.Contains(answer, "at byte 12") {
		t.Fatalf("status %d: %s", code, answer)
	}
}

func TestCSV(t *testing.T) {
	s := newServer(t, nil)
	const path = "/api/v1/import/csv?format=1:time:unix_s,2:metric:load,3:label:module,4:metric:busy"
	if code, answer := s.push(path, "time,load,module,busy\n1795348800,1.5,\"a,b\",3\n1795348860,,c,4\n"); code != 204 {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{module="a,b"} 1.5 @1795348800000`, `busy{module="a,b"} 3 @1795348800000`, `busy{module="c"} 4 @1795348860000`)
}

func TestCSVNamesTheBadLine(t *testing.T) {
	f := func(format, body, want string) {
		t.Helper()
		s := newServer(t, nil)
		if code, answer := s.push("/api/v1/import/csv?format="+format, body); code != 400 || !strings.Contains(answer, want) {
			t.Fatalf("status %d: %s", code, answer)
		}
		s.want(t)
	}

	f("1:time:unix_s,2:metric:load", "1795348800,1\n1795348860,x\n", `line 2: column 2: "x" is no number`)
	f("1:time:unix_s,2:metric:load", "1795348800,1\nyesterday,1\n", `line 2: column 1: "yesterday" is no time`)
	f("1:time:unix_s,2:metric:load", "1795348800,1\n1\n", `line 2: 1 columns, want at least 2`)
	f("1:time:unix_s,2:metric:load", "1795348800,1\n1,\"\n", `line 2, column`)
	// A first line with a number in it is data, not a header.
	f("1:time:unix_s,2:metric:load", "1795348800,x\n", `line 1: column 2: "x" is no number`)
	f("load", "1\n", "query argument format")
}

func TestJSONLines(t *testing.T) {
	s := newServer(t, nil)
	if code, answer := s.push("/api/v1/import", `{"metric":{"__name__":"load","node":"n1"},"values":[1,null,"Infinity"],"timestamps":[1795348800000,1795348801000,1795348802000]}
{"metric":{"__name__":"busy"},"values":[2.5],"timestamps":[1795348800000]}
`); code != 204 {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{node="n1"} 1 @1795348800000`, `load{node="n1"} +Inf @1795348802000`, `busy{} 2.5 @1795348800000`)

	f := func(line, want string) {
		t.Helper()
		s := newServer(t, nil)
		body := `{"metric":{"__name__":"good"},"values":[1],"timestamps":[1795348800000]}` + "\n" + line
		if code, answer := s.push("/api/v1/import", body); code != 400 || !strings.Contains(answer, want) {
			t.Fatalf("status %d: %s", code, answer)
		}
		s.want(t)
	}
	f(`{"metric":{"__name__":"m"},"values":[1],"timestamps":[]}`, "line 2: 1 values but 0 timestamps")
	f(`{"metric":{"__name__":1},"values":[1],"timestamps":[1795348800000]}`, `line 2: label "__name__"`)
	f(`{"metric":{"__name__":"m"},"values":["x"],"timestamps":[1795348800000]}`, "line 2: value 1")
	f(`{"values":[1],"timestamps":[1795348800000]}`, `line 2: field "metric"`)
	f(`{`, "line 2: ")
}

func TestOTLPAsJSON(t *testing.T) {
	s := newServer(t, nil)
	body := `{"resourceMetrics":[{"resource":{"attributes":[{"key":"module","value":{"stringValue":"a"}}]},"scopeMetrics":[{"metrics":[
		{"name":"load","gauge":{"dataPoints":[{"asDouble":1.5,"timeUnixNano":"1795348800000000000","attributes":[{"key":"node","value":{"stringValue":"n1"}}]},
		{"asDouble":1.5,"timeUnixNano":"1895348800000000000"}]}}]}]}]}`
	code, answer := s.push("/api/v1/otlp/v1/metrics", body, "Content-Type", "application/json")
	if code != 200 || !strings.Contains(answer, `"rejectedDataPoints":"1"`) {
		t.Fatalf("status %d: %s", code, answer)
	}
	s.want(t, `load{module="a",node="n1"} 1.5 @1795348800000`)
	if code, answer := s.push("/opentelemetry/v1/metrics", "{", "Content-Type", "application/json"); code != 400 {
		t.Fatalf("status %d: %s", code, answer)
	}
	if code, answer := s.push("/opentelemetry/v1/metrics", "\x0a\xff"); code != 400 {
		t.Fatalf("status %d: %s", code, answer)
	}
	if code, answer := s.push("/opentelemetry/v1/metrics", "{", "Content-Type", "text/html"); code != 415 {
		t.Fatalf("status %d: %s", code, answer)
	}
}

func TestEncodings(t *testing.T) {
	const body = "load 1\n"
	var gz, zl bytes.Buffer
	g, z := gzip.NewWriter(&gz), zlib.NewWriter(&zl)
	_, _ = g.Write([]byte(body))
	_, _ = z.Write([]byte(body))
	_, _ = g.Close(), z.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, compressed := range map[string]string{
		"": body, "identity": body, "gzip": gz.String(), "deflate": zl.String(),
		"snappy": string(snappy.Encode(nil, []byte(body))), "zstd": string(enc.EncodeAll([]byte(body), nil)),
	} {
		for range 3 { // the second and third take a used reader
			s := newServer(t, nil)
			if code, answer := s.push("/api/v1/import/prometheus", compressed, "Content-Encoding", name); code != 204 {
				t.Fatalf("%s: status %d: %s", name, code, answer)
			}
			s.want(t, `load{} 1 @1795348800000`)
		}
		if name == "" || name == "identity" {
			continue
		}
		s := newServer(t, nil)
		if code, answer := s.push("/api/v1/import/prometheus", compressed[:len(compressed)/2], "Content-Encoding", name); code != 400 {
			t.Fatalf("%s cut in half: status %d: %s", name, code, answer)
		}
	}
	s := newServer(t, nil)
	if code, _ := s.push("/api/v1/import/prometheus", body, "Content-Encoding", "br"); code != 415 {
		t.Fatalf("status %d for an unknown encoding, want 415", code)
	}
}

func TestInfluxDialogue(t *testing.T) {
	s := newServer(t, nil)
	if code, answer := s.push("/query?q=CREATE+DATABASE+x", ""); code != 200 || answer != `{"results":[{"statement_id":0}]}`+"\n" {
		t.Fatalf("status %d: %s", code, answer)
	}
}
