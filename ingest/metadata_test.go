package ingest

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/golang/snappy"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	colmetricpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	metricpb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"
)

func (s *server) wantDescriptions(t *testing.T, want map[string]Description) {
	t.Helper()
	if got := s.Descriptions(""); !maps.Equal(got, want) {
		t.Fatalf("told\n%+v\nwant\n%+v", got, want)
	}
}

func (s *server) mustPush(t *testing.T, path, body string, header ...string) {
	t.Helper()
	if code, answer := s.push(path, body, header...); code/100 != 2 {
		t.Fatalf("%s: status %d: %s", path, code, answer)
	}
}

func TestMetadataOfText(t *testing.T) {
	s := newServer(t, nil)
	const path = "/api/v1/import/prometheus"
	s.mustPush(t, path, "# HELP load Busy\\nshare.\n# TYPE load gauge\nload 1\n# TYPE bad nonsense\n# a comment\n# HELP alone Only help.\n")
	want := map[string]Description{"load": {Type: "gauge", Help: "Busy\nshare."}, "alone": {Help: "Only help."}}
	s.wantDescriptions(t, want)

	// What a later page leaves out stays, what it changes is changed.
	s.mustPush(t, path, "# HELP load Other.\nload 1\n")
	want["load"] = Description{Type: "gauge", Help: "Other."}
	s.wantDescriptions(t, want)
	if got := s.Descriptions("load"); len(got) != 1 || got["load"] != want["load"] {
		t.Errorf("of load: %v", got)
	}
	if got := s.Descriptions("none"); len(got) != 0 {
		t.Errorf("of none: %v", got)
	}
}

func TestMetadataOfRemoteWrite(t *testing.T) {
	s := newServer(t, nil)
	v1 := prompb.WriteRequest{Metadata: []prompb.MetricMetadata{
		{MetricFamilyName: "load", Type: prompb.MetricTypeGauge, Help: "Load.", Unit: "percent"},
		{MetricFamilyName: "sizes", Type: prompb.MetricTypeGaugeHistogram},
	}}
	s.mustPush(t, "/api/v1/write", string(snappy.Encode(nil, v1.MarshalProtobuf(nil))))

	v2 := writev2.Request{
		Symbols: []string{"", "__name__", "took_seconds_bucket", "How long.", "seconds"},
		Timeseries: []writev2.TimeSeries{{
			LabelsRefs: []uint32{1, 2}, Samples: []writev2.Sample{{Value: 1, Timestamp: testNow.UnixMilli()}},
			Metadata: writev2.Metadata{Type: writev2.Metadata_METRIC_TYPE_HISTOGRAM, HelpRef: 3, UnitRef: 4},
		}, {
			// A reference behind the end is no reason to lose the sample.
			LabelsRefs: []uint32{1, 4}, Samples: []writev2.Sample{{Value: 1, Timestamp: testNow.UnixMilli()}},
			Metadata: writev2.Metadata{Type: writev2.Metadata_METRIC_TYPE_GAUGE, HelpRef: 9},
		}},
	}
	raw, err := v2.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s.mustPush(t, "/api/v1/write", string(snappy.Encode(nil, raw)), "Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
	s.wantDescriptions(t, map[string]Description{
		"load":         {Type: "gauge", Help: "Load.", Unit: "percent"},
		"sizes":        {Type: "gaugehistogram"},
		"took_seconds": {Type: "histogram", Help: "How long.", Unit: "seconds"},
	})
}

func TestMetadataOfOTLP(t *testing.T) {
	s := newServer(t, nil)
	raw, err := proto.Marshal(&colmetricpb.ExportMetricsServiceRequest{ResourceMetrics: []*metricpb.ResourceMetrics{{
		ScopeMetrics: []*metricpb.ScopeMetrics{{Metrics: []*metricpb.Metric{{
			Name: "load", Description: "Load.", Unit: "%",
			Data: &metricpb.Metric_Gauge{Gauge: &metricpb.Gauge{DataPoints: []*metricpb.NumberDataPoint{{
				TimeUnixNano: uint64(testNow.UnixNano()), Value: &metricpb.NumberDataPoint_AsDouble{AsDouble: 1},
			}}}},
		}}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.mustPush(t, "/opentelemetry/v1/metrics", string(raw), "Content-Type", protobufType)
	s.wantDescriptions(t, map[string]Description{"load": {Type: "gauge", Help: "Load.", Unit: "%"}})
}

func TestMetadataIsBounded(t *testing.T) {
	s := newServer(t, nil)
	sink := s.Sink("test")
	for i := range maxDescribed - 1 {
		sink.Describe(fmt.Sprint("metric_", i), "gauge", "", "")
	}
	sink.Describe(strings.Repeat("n", maxDescribing+1), "gauge", "", "")
	sink.Describe("last", "gauge", strings.Repeat("h", 2*maxHelp), "")
	sink.Describe("last", "gauge", strings.Repeat("h", 2*maxHelp), "") // the same again
	sink.Describe("too_many", "gauge", "", "")
	sink.Describe("last", "counter", "", "") // known ones can change

	if n := len(s.Descriptions("")); n != maxDescribed {
		t.Errorf("%d metrics described, want %d", n, maxDescribed)
	}
	if d := s.Descriptions("last")["last"]; d.Type != "counter" || len(d.Help) > maxHelp+len("…") {
		t.Errorf("last: type %q and %d bytes of help", d.Type, len(d.Help))
	}
	if n := s.metric(t, "headroom_ingest_metadata_dropped_total"); n != 2 {
		t.Errorf("%v dropped, want 2", n)
	}
}
