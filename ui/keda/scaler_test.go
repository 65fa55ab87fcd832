package keda

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestKEDAHearsTheDesiredWorkers(t *testing.T) {
	b := newBoard(wants(12))
	s := serve(t, Options{Scales: b})
	c := dial(t, s.addr, nil)

	spec := c.must("GetMetricSpec", ref("module", dispatch), "GetMetricSpecResponse").only(t, "metricSpecs")
	if spec.get("metricName") != Metric || spec.get("targetSize") != int64(1) || spec.get("targetSizeFloat") != 1.0 {
		t.Errorf("spec: %v; want one worker a replica", spec)
	}
	for _, n := range []int{12, 1, 0} {
		b.put(wants(n))
		value := c.must("GetMetrics", metricsOf(ref("module", dispatch)), "GetMetricsResponse").only(t, "metricValues")
		if value.get("metricName") != Metric || value.get("metricValue") != int64(n) || value.get("metricValueFloat") != float64(n) {
			t.Errorf("value: %v; want %d", value, n)
		}
		if active := c.must("IsActive", ref("module", dispatch), "IsActiveResponse").get("result"); active != (n > 0) {
			t.Errorf("%d workers: active is %v", n, active)
		}
	}
	if got := testutil.CollectAndCount(s.reg, "headroom_keda_requests_total"); got != 3 {
		t.Errorf("%d pairs of method and code were counted; want 3", got)
	}
}

func TestSeveralWorkersInAReplica(t *testing.T) {
	c := dial(t, serve(t, Options{Scales: newBoard(wants(12))}).addr, nil)
	spec := c.must("GetMetricSpec", ref("module", dispatch, "targetValue", "4"), "GetMetricSpecResponse").only(t, "metricSpecs")
	if spec.get("targetSize") != int64(4) || spec.get("targetSizeFloat") != 4.0 {
		t.Errorf("spec: %v; want 4 workers a replica", spec)
	}
}

func TestSpecIsThereWithoutADecision(t *testing.T) {
	c := dial(t, serve(t, Options{Scales: newBoard()}).addr, nil)
	c.must("GetMetricSpec", ref("module", dispatch), "GetMetricSpecResponse").only(t, "metricSpecs")
}

func TestWhatIsNotKnownIsAnErrorAndNoNumber(t *testing.T) {
	named := func(name string, change func(*Scale)) Scale {
		s := wants(12)
		s.Module = name
		change(&s)
		return s
	}
	c := dial(t, serve(t, Options{Scales: newBoard(
		named("stale", func(s *Scale) { s.Stale = "no busy seconds for 7 min" }),
		named("old", func(s *Scale) { s.At = minute.Add(-DefaultMaxAge) }),
		named("never", func(s *Scale) { s.At = time.Time{} }),
		named("broken", func(s *Scale) { s.Desired = -1 }),
	)}).addr, nil)
	f := func(module string, code codes.Code, words string) {
		t.Helper()
		_, ofMetrics := c.call("GetMetrics", metricsOf(ref("module", module)), "GetMetricsResponse")
		_, ofActive := c.call("IsActive", ref("module", module), "IsActiveResponse")
		for _, err := range []error{ofMetrics, ofActive} {
			if status.Code(err) != code || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "qzone/dispatch") {
				t.Errorf("module %.20q: %v; want %v with %q and the object's name", module, err, code, words)
			}
		}
	}
	f("", codes.InvalidArgument, "lacks module")
	f(strings.Repeat("x", maxModule+1), codes.InvalidArgument, "1025 bytes")
	f("Qzone/\xe5\xbe\xae/", codes.NotFound, "no scaling decision")
	f("stale", codes.Unavailable, "no busy seconds for 7 min")
	f("old", codes.Unavailable, "more than 5m0s ago")
	f("never", codes.Unavailable, "0001-01-01")
	f("broken", codes.Internal, "-1 workers")
}

func TestFaultyTriggers(t *testing.T) {
	c := dial(t, serve(t, Options{Scales: newBoard(wants(12))}).addr, nil)
	f := func(err error, words string) {
		t.Helper()
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), words) {
			t.Errorf("%v; want InvalidArgument with %q", err, words)
		}
	}
	for _, target := range []string{"", "0", "-1", "1.5", "10001", strings.Repeat("9", 60_000)} {
		_, err := c.call("GetMetricSpec", ref("module", dispatch, "targetValue", target), "GetMetricSpecResponse")
		f(err, "from 1 to 10000")
	}
	_, err := c.call("GetMetricSpec", ref(), "GetMetricSpecResponse")
	f(err, "lacks module")
	_, err = c.call("GetMetrics", metricsOf(ref("module", dispatch)).set("metricName", "load"), "GetMetricsResponse")
	f(err, `no metric "load"`)
	_, err = c.listen(t.Context(), ref())()
	f(err, "lacks module")
}

func TestNewerMethodsAreLeftToKEDA(t *testing.T) {
	c := dial(t, serve(t, Options{Scales: newBoard()}).addr, nil)
	_, err := c.call("StreamMetricSpec", ref("module", dispatch), "GetMetricSpecResponse")
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("%v; want Unimplemented, upon which KEDA goes on asking", err)
	}
}

func TestLargeRequestIsRefused(t *testing.T) {
	c := dial(t, serve(t, Options{Scales: newBoard(wants(12))}).addr, nil)
	_, err := c.call("IsActive", ref("module", dispatch, "note", strings.Repeat("x", MaxRequest)), "IsActiveResponse")
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("%v; want ResourceExhausted", err)
	}
	c.must("IsActive", ref("module", dispatch, "note", strings.Repeat("x", MaxRequest-1000)), "IsActiveResponse")
}
