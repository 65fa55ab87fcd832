package keda

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func want(t *testing.T, next func() (bool, error), active bool) {
	t.Helper()
	if got, err := next(); err != nil || got != active {
		t.Fatalf("the stream told %v, %v; want %v", got, err, active)
	}
}

func TestStreamTellsChangesAndNothingElse(t *testing.T) {
	b := newBoard(wants(0))
	next := dial(t, serve(t, Options{Scales: b}).addr, nil).listen(t.Context(), ref("module", dispatch))
	want(t, next, false)
	<-b.asked
	b.put(wants(3))
	want(t, next, true)
	<-b.asked
	b.put(wants(4)) // as active as before: looked at, and not told
	<-b.asked
	b.put(wants(0))
	want(t, next, false)
}

func TestStreamIsSilentWithoutADecision(t *testing.T) {
	b := newBoard()
	s := serve(t, Options{Scales: b})
	next := dial(t, s.addr, nil).listen(t.Context(), ref("module", dispatch))
	<-b.asked // found nothing
	b.put(wants(0))
	want(t, next, false)
	<-b.asked
	stale := wants(3)
	stale.Stale = "no busy seconds"
	b.put(stale)
	<-b.asked
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	if active, err := next(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream told %v, %v; want the end", active, err)
	}
}

func TestStreamEndsWithItsListener(t *testing.T) {
	b := newBoard(wants(1))
	ctx, hangUp := context.WithCancel(t.Context())
	next := dial(t, serve(t, Options{Scales: b}).addr, nil).listen(ctx, ref("module", dispatch))
	want(t, next, true)
	hangUp()
	<-b.left
}

func TestStoppingEndsStreamsCleanly(t *testing.T) {
	s := serve(t, Options{Scales: newBoard(wants(1))})
	next := dial(t, s.addr, nil).listen(t.Context(), ref("module", dispatch))
	want(t, next, true)
	if err := s.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := next(); !errors.Is(err, io.EOF) {
		t.Errorf("the stream ended with %v; want a clean end, upon which KEDA is soon back", err)
	}
}

func TestStreamsAreLimited(t *testing.T) {
	b := newBoard(wants(1))
	s := serve(t, Options{Scales: b, MaxStreams: 2})
	c := dial(t, s.addr, nil)
	ctx, hangUp := context.WithCancel(t.Context())
	first, second := c.listen(ctx, ref("module", dispatch)), c.listen(t.Context(), ref("module", dispatch))
	want(t, first, true)
	want(t, second, true)
	if _, err := c.listen(t.Context(), ref("module", dispatch))(); status.Code(err) != codes.ResourceExhausted {
		t.Errorf("a third stream: %v; want ResourceExhausted", err)
	}
	c.must("IsActive", ref("module", dispatch), "IsActiveResponse")
	if err := testutil.GatherAndCompare(s.reg, strings.NewReader(`
# HELP headroom_keda_requests_total Requests of KEDA that were answered, streams when they end, by method and gRPC code.
# TYPE headroom_keda_requests_total counter
headroom_keda_requests_total{code="OK",method="IsActive"} 1
headroom_keda_requests_total{code="ResourceExhausted",method="StreamIsActive"} 1
# HELP headroom_keda_streams ScaledObjects that KEDA listens for.
# TYPE headroom_keda_streams gauge
headroom_keda_streams 2
`)); err != nil {
		t.Error(err)
	}
	hangUp()
	<-b.left // and soon its place is free
}
