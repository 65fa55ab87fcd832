package keda

import (
	"strconv"
	"time"

	pb "github.com/kedacore/keda/v2/pkg/scalers/externalscaler"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	maxModule = 1 << 10 // bytes of a module's path
	maxTarget = 10_000  // workers a replica
	maxEcho   = 600     // bytes of a request's words in an error
)

// decision returns the decision about the module that a ScaledObject names, or
// why there is none that may be acted on.
func (s *scaler) decision(ref *pb.ScaledObjectRef) (Scale, error) {
	path, err := module(ref)
	if err != nil {
		return Scale{}, err
	}
	d, ok := s.Scales.Scale(path)
	age := s.Now().Sub(d.At)
	switch {
	case !ok:
		return Scale{}, status.Errorf(codes.NotFound, "%s: module %q has no scaling decision: it is unknown, is not scaled, or was not looked at yet", object(ref), path)
	case d.Stale != "":
		return Scale{}, status.Errorf(codes.Unavailable, "%s: the decision about module %q is stale: %s", object(ref), path, d.Stale)
	case age > s.MaxAge:
		return Scale{}, status.Errorf(codes.Unavailable, "%s: the newest decision about module %q is of %s, more than %v ago", object(ref), path, d.At.UTC().Format(time.RFC3339), s.MaxAge)
	case d.Desired < 0:
		return Scale{}, status.Errorf(codes.Internal, "%s: the decision about module %q wants %d workers", object(ref), path, d.Desired)
	}
	return d, nil
}

// module returns the path in a trigger's metadata.
func module(ref *pb.ScaledObjectRef) (string, error) {
	path := ref.GetScalerMetadata()["module"]
	if path == "" {
		return "", status.Errorf(codes.InvalidArgument, "%s: the trigger's metadata lacks module, a path as in Qzone/WNS/dispatch/SET_W13", object(ref))
	}
	if len(path) > maxModule {
		return "", status.Errorf(codes.InvalidArgument, "%s: the trigger's module has %d bytes; at most %d are possible", object(ref), len(path), maxModule)
	}
	return path, nil
}

// target returns how many workers run in a replica; one if the trigger does not say.
func target(ref *pb.ScaledObjectRef) (int64, error) {
	text, ok := ref.GetScalerMetadata()["targetValue"]
	if !ok {
		return 1, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > maxTarget {
		return 0, status.Errorf(codes.InvalidArgument, "%s: the trigger's targetValue is %q; it is the number of workers in a replica, from 1 to %d", object(ref), bounded(text), maxTarget)
	}
	return n, nil
}

func object(ref *pb.ScaledObjectRef) string {
	return "ScaledObject " + strconv.Quote(bounded(ref.GetNamespace()+"/"+ref.GetName()))
}

// bounded cuts what is repeated in an error, which travels in a header.
func bounded(text string) string {
	return text[:min(len(text), maxEcho)]
}
