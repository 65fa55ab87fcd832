package keda

import (
	"context"
	"path"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

type metrics struct {
	requests *prometheus.CounterVec
	streams  prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	return &metrics{
		requests: f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_keda_requests_total", Help: "Requests of KEDA that were answered, streams when they end, by method and gRPC code."}, []string{"method", "code"}),
		streams:  f.NewGauge(prometheus.GaugeOpts{Name: "headroom_keda_streams", Help: "ScaledObjects that KEDA listens for."}),
	}
}

func (m *metrics) count(method string, err error) {
	m.requests.WithLabelValues(path.Base(method), status.Code(err).String()).Inc()
}

func (m *metrics) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	answer, err := next(ctx, req)
	m.count(info.FullMethod, err)
	return answer, err
}

func (m *metrics) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	m.streams.Inc()
	defer m.streams.Dec()
	err := next(srv, ss)
	m.count(info.FullMethod, err)
	return err
}
