package ingest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/prometheus/client_golang/exp/api/remote"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"

	"headroom/storage"
)

// remoteWrite is Prometheus' remote write, 1.0 and 2.0 by the content type.
// The good part of a batch is kept, as both specifications want it.
var remoteWrite = format{protocol: "remote_write", encoding: "snappy", decode: decodeRemoteWrite, reply: replyRemoteWrite}

func messageType(r *http.Request) (remote.WriteMessageType, error) {
	contentType := r.Header.Get("Content-Type")
	if contentType == "" {
		return remote.WriteV1MessageType, nil
	}
	return remote.ParseProtoMsg(contentType)
}

func decodeRemoteWrite(r *request) error {
	version, err := messageType(r.Request)
	if err != nil {
		return &contentTypeError{err}
	}
	if version == remote.WriteV2MessageType {
		return decodeWriteV2(r)
	}
	return decodeWriteV1(r)
}

// A contentTypeError means that the body is in a format that is not taken.
type contentTypeError struct{ error }

// decodeWriteV1 passes the parsed series on without copying: their strings lie
// in the request's body.
func decodeWriteV1(r *request) error {
	u := prompb.GetWriteRequestUnmarshaler()
	defer prompb.PutWriteRequestUnmarshaler(u)
	wr, err := u.UnmarshalProtobuf(r.body)
	if err != nil {
		return fmt.Errorf("parse prometheus.WriteRequest: %w", err)
	}
	r.in.descriptions.tellAll(wr.Metadata)
	if len(r.extra) > 0 {
		for i := range wr.Timeseries {
			wr.Timeseries[i].Labels = addExtra(wr.Timeseries[i].Labels, r.extra)
		}
	}
	return r.write(wr.Timeseries, keepGood)
}

func decodeWriteV2(r *request) error {
	var wr writev2.Request
	if err := wr.Unmarshal(r.body); err != nil {
		return fmt.Errorf("parse io.prometheus.write.v2.Request: %w", err)
	}
	if len(wr.Symbols) == 0 || wr.Symbols[0] != "" {
		return fmt.Errorf("parse io.prometheus.write.v2.Request: the first symbol must be empty")
	}
	b := newBatch(r.extra)
	defer b.release()
	for i := range wr.Timeseries {
		if err := b.addV2(&wr.Timeseries[i], wr.Symbols, &r.tally); err != nil {
			return fmt.Errorf("time series %d: %w", i+1, err)
		}
		r.describeV2(&wr.Timeseries[i].Metadata, b.metric(), wr.Symbols)
	}
	return r.write(b.rows, keepGood)
}

// addV2 takes over the float samples of a series. Native histograms cannot be
// stored; exemplars are not kept.
func (b *batch) addV2(ts *writev2.TimeSeries, symbols []string, t *tally) error {
	if n := len(ts.Histograms); n > 0 {
		t.refuse(nativeHistogram, n, func() error {
			return fmt.Errorf("native histograms cannot be stored: send classic ones")
		})
	}
	if len(ts.LabelsRefs)%2 != 0 {
		return fmt.Errorf("%d label references, want pairs", len(ts.LabelsRefs))
	}
	b.first = len(b.labels)
	for i := 0; i < len(ts.LabelsRefs); i += 2 {
		name, value := ts.LabelsRefs[i], ts.LabelsRefs[i+1]
		if last := max(name, value); int(last) >= len(symbols) {
			return fmt.Errorf("label reference %d, but there are %d symbols", last, len(symbols))
		}
		b.label(symbols[name], symbols[value])
	}
	if len(ts.Samples) == 0 {
		b.drop()
		return nil
	}
	start := len(b.samples)
	for _, s := range ts.Samples {
		b.samples = append(b.samples, storage.Sample{Timestamp: s.Timestamp, Value: s.Value})
	}
	b.endFrom(start)
	return nil
}

// describeV2 keeps what a request of 2.0 tells about the metric of a series.
// That of a bucket or a sum is what its histogram or summary is called.
func (r *request) describeV2(m *writev2.Metadata, metric string, symbols []string) {
	if int(max(m.HelpRef, m.UnitRef)) >= len(symbols) {
		return
	}
	d := Description{Type: typeName(prompb.MetricType(m.Type)), Help: symbols[m.HelpRef], Unit: symbols[m.UnitRef]}
	switch m.Type {
	case writev2.Metadata_METRIC_TYPE_HISTOGRAM, writev2.Metadata_METRIC_TYPE_GAUGEHISTOGRAM, writev2.Metadata_METRIC_TYPE_SUMMARY:
		for _, suffix := range []string{"_bucket", "_count", "_sum"} {
			metric = strings.TrimSuffix(metric, suffix)
		}
	}
	r.in.descriptions.tell(metric, d)
}

// replyRemoteWrite adds what 2.0 wants to know: how many of which were written.
func replyRemoteWrite(w http.ResponseWriter, r *request, err error) int {
	if version, vErr := messageType(r.Request); vErr == nil && version == remote.WriteV2MessageType {
		h := w.Header()
		h.Set("X-Prometheus-Remote-Write-Samples-Written", strconv.Itoa(r.tally.kept))
		h.Set("X-Prometheus-Remote-Write-Histograms-Written", "0")
		h.Set("X-Prometheus-Remote-Write-Exemplars-Written", "0")
	}
	return replyPlain(w, r, err)
}
