package keda

import (
	"context"
	"log/slog"

	pb "github.com/kedacore/keda/v2/pkg/scalers/externalscaler"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Metric is the only metric of a ScaledObject's trigger. KEDA puts the trigger's
// number before it, so that several triggers of one object stay apart.
const Metric = "headroom-desired-workers"

// scaler has the methods that KEDA calls.
type scaler struct {
	pb.UnimplementedExternalScalerServer
	Options
	streams  chan struct{} // holds a value for each open stream
	stopping <-chan struct{}
}

// GetMetricSpec needs no decision: without a spec KEDA makes no autoscaler, and
// then has nothing to give its fallback to.
func (s *scaler) GetMetricSpec(_ context.Context, ref *pb.ScaledObjectRef) (*pb.GetMetricSpecResponse, error) {
	if _, err := module(ref); err != nil {
		return nil, err
	}
	target, err := target(ref)
	if err != nil {
		return nil, err
	}
	return &pb.GetMetricSpecResponse{MetricSpecs: []*pb.MetricSpec{
		{MetricName: Metric, TargetSize: target, TargetSizeFloat: float64(target)},
	}}, nil
}

// GetMetrics tells the desired workers.
func (s *scaler) GetMetrics(ctx context.Context, req *pb.GetMetricsRequest) (*pb.GetMetricsResponse, error) {
	if name := req.GetMetricName(); name != Metric && name != "" {
		return nil, status.Errorf(codes.InvalidArgument, "there is no metric %q, only %s", bounded(name), Metric)
	}
	d, err := s.decision(req.GetScaledObjectRef())
	if err != nil {
		return nil, err
	}
	s.Logger.LogAttrs(ctx, slog.LevelDebug, "told KEDA", slog.String("object", object(req.GetScaledObjectRef())),
		slog.String("module", d.Module), slog.Int("desired", d.Desired), slog.Int("current", d.Current),
		slog.Bool("held", d.Held), slog.String("reason", d.Reason))
	return &pb.GetMetricsResponse{MetricValues: []*pb.MetricValue{
		{MetricName: Metric, MetricValue: int64(d.Desired), MetricValueFloat: float64(d.Desired)},
	}}, nil
}

// IsActive tells whether any worker is desired. KEDA asks since an autoscaler
// does nothing at zero replicas: KEDA itself goes to zero, and back to one.
func (s *scaler) IsActive(_ context.Context, ref *pb.ScaledObjectRef) (*pb.IsActiveResponse, error) {
	d, err := s.decision(ref)
	if err != nil {
		return nil, err
	}
	return &pb.IsActiveResponse{Result: d.Desired > 0}, nil
}

// StreamIsActive tells it at once, and again whenever it changes. It is silent
// while there is no decision: an error would make KEDA wait longer and longer
// before it listens again, and KEDA hears the reason as the answer to GetMetrics.
func (s *scaler) StreamIsActive(ref *pb.ScaledObjectRef, stream grpc.ServerStreamingServer[pb.IsActiveResponse]) error {
	if _, err := module(ref); err != nil {
		return err
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return status.Errorf(codes.ResourceExhausted, "%d streams are open, which is the limit", cap(s.streams))
	}
	changed, done := s.Scales.Changed()
	defer done()
	return s.follow(ref, changed, stream)
}

func (s *scaler) follow(ref *pb.ScaledObjectRef, changed <-chan struct{}, stream grpc.ServerStreamingServer[pb.IsActiveResponse]) error {
	told, was := false, false
	for {
		if d, err := s.decision(ref); err == nil && (!told || was != (d.Desired > 0)) {
			told, was = true, d.Desired > 0
			if err := stream.Send(&pb.IsActiveResponse{Result: was}); err != nil {
				return err
			}
		}
		select {
		case _, more := <-changed:
			if !more {
				return nil
			}
		case <-s.stopping:
			return nil // a clean end: KEDA listens again after 2 s
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		}
	}
}
