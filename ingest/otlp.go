package ingest

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/opentelemetry/stream"
	colmetricpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// otlp is OpenTelemetry's metrics over HTTP, as protobuf or JSON. What was
// refused is told as the protocol's "partial success"; the rest is kept.
var otlp = format{protocol: "otlp", decode: decodeOTLP, reply: replyOTLP}

const (
	protobufType = "application/x-protobuf"
	jsonType     = "application/json"
)

func decodeOTLP(r *request) error {
	body := r.body
	switch contentType(r.Request) {
	case protobufType, "":
	case jsonType:
		var err error
		if body, err = protobufOfJSON(r.body); err != nil {
			return err
		}
	default:
		return &contentTypeError{fmt.Errorf("content type %q: want %s or %s", r.Header.Get("Content-Type"), protobufType, jsonType)}
	}
	var writeErr error
	err := stream.ParseStream(bytes.NewReader(body), "", nil, func(tss []prompb.TimeSeries, told []prompb.MetricMetadata) error {
		r.in.descriptions.tellAll(told)
		if writeErr != nil {
			return writeErr
		}
		for i := range tss {
			tss[i].Labels = addExtra(tss[i].Labels[:len(tss[i].Labels):len(tss[i].Labels)], r.extra)
		}
		writeErr = r.write(tss, keepGood)
		return writeErr
	})
	if writeErr != nil {
		return writeErr
	}
	if err != nil {
		return fmt.Errorf("parse ExportMetricsServiceRequest: %w", err)
	}
	return nil
}

func contentType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return r.Header.Get("Content-Type")
	}
	return t
}

// protobufOfJSON rewrites the JSON form, which the parser does not know.
func protobufOfJSON(body []byte) ([]byte, error) {
	var req colmetricpb.ExportMetricsServiceRequest
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &req); err != nil {
		return nil, fmt.Errorf("parse ExportMetricsServiceRequest as JSON: %w", err)
	}
	return proto.Marshal(&req)
}

// replyOTLP answers as the protocol wants it: 200 with an empty message, or
// with how many points were refused and why. Errors are plain text, which all
// senders log.
func replyOTLP(w http.ResponseWriter, r *request, err error) int {
	if err != nil {
		return replyPlain(w, r, err)
	}
	var answer colmetricpb.ExportMetricsServiceResponse
	if err := r.tally.err(); err != nil {
		answer.PartialSuccess = &colmetricpb.ExportMetricsPartialSuccess{
			RejectedDataPoints: int64(r.tally.bad()), ErrorMessage: err.Error(),
		}
	}
	t, marshal := protobufType, proto.Marshal
	if contentType(r.Request) == jsonType {
		t, marshal = jsonType, protojson.Marshal
	}
	body, err := marshal(&answer)
	if err != nil {
		return r.fail(w, http.StatusInternalServerError, fmt.Errorf("write the answer: %w", err))
	}
	w.Header().Set("Content-Type", t)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
	return http.StatusOK
}
