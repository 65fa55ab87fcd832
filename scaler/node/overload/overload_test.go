package overload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

var start = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// script plays slices of a service's workers, one each second.
type script struct {
	t       *testing.T
	watch   *Watch
	service *wire.Service
	running []worker.Running
	now     time.Time
	weights map[string]Weight
}

func play(t *testing.T, workers int, change func(*wire.Service)) *script {
	s := &script{t: t, watch: New(), now: start, service: &wire.Service{
		MayTakeOut: 100,
		Overload:   wire.Overload{Latency: wire.Duration(200 * time.Millisecond), Slices: 2, Good: 3, MaxOut: 0.5},
	}}
	if change != nil {
		change(s.service)
	}
	for i := range workers {
		s.running = append(s.running, worker.Running{
			Worker: wire.Worker{ID: fmt.Sprintf("w%d", i), Service: "shop"}, Spec: s.service,
			State: wire.Ready, Ready: start, PID: 100 + i,
		})
	}
	return s
}

// slices lets one second pass n times, with the same slice for each worker named.
func (s *script) slices(n int, of map[string]worker.Slice) {
	for range n {
		s.now = s.now.Add(time.Second)
		stamped := map[string]worker.Slice{}
		for id, slice := range of {
			slice.At, slice.Length = s.now, time.Second
			stamped[id] = slice
		}
		s.weights = s.watch.Step(s.now, s.running, stamped)
	}
}

func (s *script) want(percents ...int) {
	s.t.Helper()
	for i, want := range percents {
		id := fmt.Sprintf("w%d", i)
		if got := s.weights[id]; got.Percent != want {
			s.t.Errorf("after %s: %s has %d %%, want %d %% (%s: %s)", s.now.Sub(start), id, got.Percent, want, got.Cause, got.Reason)
		}
	}
}

var nan = math.NaN()

func blank() worker.Slice {
	return worker.Slice{Requests: nan, Busy: nan, Latency: nan, Connections: nan, Pending: nan, Unread: nan,
		UnreadShare: nan, RTT: nan, Retransmits: nan, Throttled: nan, ThrottledShare: nan}
}

func latency(seconds float64) worker.Slice {
	s := blank()
	s.Requests, s.Latency = 50, seconds
	return s
}

func idle() worker.Slice {
	s := blank()
	s.Requests, s.Pending = 0, 0
	return s
}

func TestSlowWorkerLeavesInStepsAndReturnsInSteps(t *testing.T) {
	s := play(t, 2, nil)
	slow := map[string]worker.Slice{"w0": latency(0.5), "w1": latency(0.01)}
	s.slices(1, slow)
	s.want(100, 100)
	s.slices(1, slow)
	s.want(50, 100)
	if w := s.weights["w0"]; w.Cause != Latency || w.Reason != "latency 500ms > 200ms" || !w.Since.Equal(s.now) {
		t.Errorf("got %+v", w)
	}
	s.slices(2, slow)
	s.want(25, 100)
	s.slices(2, slow)
	s.want(0, 100)
	left := s.now

	calm := map[string]worker.Slice{"w0": idle(), "w1": latency(0.01)}
	s.slices(2, calm)
	s.want(0, 100)
	if w := s.weights["w0"]; !w.Since.Equal(left) {
		t.Errorf("since %s, want %s", w.Since, left)
	}
	s.slices(1, calm)
	s.want(25)
	calm["w0"] = latency(0.01)
	s.slices(3, calm)
	s.want(50)
	if w := s.weights["w0"]; w.Cause != Latency || !strings.Contains(w.Reason, "comes back") {
		t.Errorf("got %+v", w)
	}
	s.slices(3, calm)
	s.want(100, 100)
	if w := s.weights["w0"]; w.Cause != None || w.Reason != "" {
		t.Errorf("got %+v", w)
	}
}

func TestOneBadSliceAmongGoodOnesChangesNothing(t *testing.T) {
	s := play(t, 1, nil)
	for range 20 {
		s.slices(1, map[string]worker.Slice{"w0": latency(5)})
		s.slices(1, map[string]worker.Slice{"w0": latency(0.01)})
		s.want(100)
	}
}

func TestUnknownKeepsTheState(t *testing.T) {
	s := play(t, 2, nil)
	s.slices(3, map[string]worker.Slice{"w0": latency(5)})
	s.want(50, 100)
	s.slices(50, map[string]worker.Slice{"w0": blank(), "w1": blank()})
	s.want(50, 100)
	s.slices(50, nil)
	s.want(50, 100)
	s.slices(1, map[string]worker.Slice{"w0": latency(5)}) // the second in a row, with nothing known between
	s.want(25, 100)
}

func TestSliceSeenTwiceCountsOnce(t *testing.T) {
	s := play(t, 1, nil)
	once := latency(5)
	once.At = start.Add(time.Second)
	for range 10 {
		s.weights = s.watch.Step(s.now, s.running, map[string]worker.Slice{"w0": once})
	}
	s.want(100)
}

func TestUnreadBytesThatGrow(t *testing.T) {
	s := play(t, 2, nil)
	piled := latency(0.01) // what it reads it answers fast
	piled.UnreadShare, piled.Unread = 0.98, 1e6
	for range 10 {
		s.slices(1, map[string]worker.Slice{"w0": piled})
	}
	s.want(100) // full, and not growing
	for range 4 {
		piled.Unread *= 1.2
		s.slices(1, map[string]worker.Slice{"w0": piled})
	}
	s.want(50)
	if w := s.weights["w0"]; w.Cause != Unread {
		t.Errorf("got %+v", w)
	}
	few := piled
	few.UnreadShare = 0.4
	for range 10 {
		few.Unread *= 1.2
		s.slices(1, map[string]worker.Slice{"w0": few})
	}
	s.want(100)
}

func TestQuotaIsToldApartAndNeverDrains(t *testing.T) {
	s := play(t, 2, nil)
	throttled := latency(0.8)
	throttled.ThrottledShare = 0.9
	all := map[string]worker.Slice{"w0": throttled, "w1": throttled}
	s.slices(100, all)
	s.want(25, 25)
	if w := s.weights["w0"]; w.Cause != Quota || !strings.Contains(w.Reason, "90 %") {
		t.Errorf("got %+v", w)
	}
	throttled.Latency = 0.1 // throttled, and fast enough
	all["w0"], all["w1"] = throttled, throttled
	s.slices(6, all)
	s.want(100, 100)
}

func TestHungWorkerLeavesAndIsTriedAgain(t *testing.T) {
	s := play(t, 4, nil)
	hung := blank()
	hung.Requests, hung.Pending = 0, 3
	s.slices(6, map[string]worker.Slice{"w0": hung})
	s.want(0, 100)
	if w := s.weights["w0"]; w.Reason != "no answer in 1s, 3 requests wait" {
		t.Errorf("got %+v", w)
	}
	hung.Pending = 1 // a connection that never gets an answer
	s.slices(3, map[string]worker.Slice{"w0": hung})
	s.want(25)
	hung.Pending = 0.3 // a request that has just come: not known yet
	s.slices(10, map[string]worker.Slice{"w0": hung})
	s.want(25)
}

func TestNoLatencyTargetMeansNeverByLatency(t *testing.T) {
	s := play(t, 1, func(service *wire.Service) { service.Overload.Latency = 0 })
	s.slices(50, map[string]worker.Slice{"w0": latency(60)})
	s.want(100)
}

func TestNoMoreThanTheServersShareLeave(t *testing.T) {
	s := play(t, 4, func(service *wire.Service) { service.MayTakeOut = 1 })
	s.slices(20, map[string]worker.Slice{"w0": latency(1), "w1": latency(2), "w2": latency(3), "w3": latency(0.01)})
	s.want(25, 25, 0, 100) // the slowest one
	want := "latency 1s > 200ms; it stays: 1 are out of the rotation, and no more than 1 may be"
	if w := s.weights["w0"]; w.Reason != want {
		t.Errorf("got %q, want %q", w.Reason, want)
	}
	s.slices(3, map[string]worker.Slice{"w0": latency(1), "w1": latency(2), "w2": idle(), "w3": latency(0.01)})
	s.want(25, 0, 25, 100) // there is room again
}

func TestLimitThatFallsBringsBackWhoIsOutLongest(t *testing.T) {
	s := play(t, 4, nil)
	s.slices(6, map[string]worker.Slice{"w0": latency(1)})
	s.slices(6, map[string]worker.Slice{"w1": latency(1)})
	s.want(0, 0, 100, 100)
	s.service.MayTakeOut = 1
	s.slices(1, nil)
	s.want(25, 0, 100, 100)
	s.service.MayTakeOut = 0
	s.slices(1, nil)
	s.want(25, 25, 100, 100)
}

func TestWorkerThatIsNotReadyHasNoWeightAndTakesNoRoom(t *testing.T) {
	s := play(t, 2, nil) // one of the two may be out
	s.running[1].State = wire.Unhealthy
	s.slices(6, map[string]worker.Slice{"w0": latency(1)})
	s.want(0, 0)
	if w := s.weights["w1"]; w.Cause != State || w.Reason != "it is unhealthy" {
		t.Errorf("got %+v", w)
	}
	for _, state := range []wire.State{wire.Starting, wire.Draining, wire.Backoff, wire.Stopped, wire.Refused} {
		s.running[1].State = state
		s.slices(1, nil)
		s.want(0, 0)
	}
	s.running[1].State = wire.Ready
	s.slices(1, nil)
	s.want(0, 100)
}

func TestNewProcessStartsAnew(t *testing.T) {
	s := play(t, 2, nil)
	s.slices(6, map[string]worker.Slice{"w0": latency(1)})
	s.want(0, 100)
	s.running[0].PID = 7
	s.slices(1, map[string]worker.Slice{"w0": latency(1)})
	s.want(100, 100)
}

func TestMayBeOut(t *testing.T) {
	f := func(server int, share float64, ready, want int) {
		t.Helper()
		service := &wire.Service{MayTakeOut: server, Overload: wire.Overload{MaxOut: share}}
		if got := mayBeOut(service, ready); got != want {
			t.Errorf("server %d, share %v, %d ready: %d may be out, want %d", server, share, ready, got, want)
		}
	}
	f(10, 0.3, 10, 3)
	f(10, 0.29, 100, 10)
	f(100, 0.29, 100, 29)
	f(2, 0.5, 10, 2)
	f(1, 0.1, 2, 1) // the server's share is for this node
	f(0, 0.5, 10, 0)
	f(5, 0, 10, 0)
	f(5, nan, 10, 0)
	f(5, 7, 3, 3)
	f(5, 0.5, 0, 0)
	f(-1, 0.5, 10, 0)
}

// randomSlice is anything that measuring may come up with.
func randomSlice(r *rand.Rand) worker.Slice {
	s := blank()
	pick := func(values ...float64) float64 { return values[r.IntN(len(values))] }
	s.Requests = pick(nan, 0, 10)
	s.Latency = pick(nan, 0.01, 0.01, 5, 5, math.Inf(1))
	s.Pending = pick(nan, 0, 0.2, 4)
	s.Unread = pick(nan, 0, float64(r.IntN(1e6)))
	s.UnreadShare = pick(nan, 0, 0.9)
	s.ThrottledShare = pick(nan, 0, 0, 0.9)
	return s
}

func TestInvariantsOnRandomWorkers(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := play(t, 1+r.IntN(12), func(service *wire.Service) {
			service.MayTakeOut = r.IntN(6)
			service.Overload.MaxOut = r.Float64()
			service.Overload.Slices, service.Overload.Good = r.IntN(4), r.IntN(4)
		})
		before := map[string]Weight{}
		for range 200 {
			slices := map[string]worker.Slice{}
			for i := range s.running {
				if r.IntN(40) == 0 {
					states := []wire.State{wire.Ready, wire.Ready, wire.Unhealthy, wire.Draining}
					s.running[i].State = states[r.IntN(len(states))]
				}
				slices[s.running[i].ID] = randomSlice(r)
			}
			if r.IntN(50) == 0 {
				s.service.MayTakeOut = r.IntN(6)
			}
			s.slices(1, slices)
			s.checkInvariants(before)
			before = s.weights
		}
		s.checkRecovery()
	}
}

func (s *script) checkInvariants(before map[string]Weight) {
	s.t.Helper()
	out, ready := 0, 0
	for _, r := range s.running {
		now, was := s.weights[r.ID], before[r.ID]
		if r.State != wire.Ready {
			if now.Percent != 0 || now.Cause != State {
				s.t.Fatalf("%s is %s and has %+v", r.ID, r.State, now)
			}
			continue
		}
		ready++
		if now.Percent == 0 {
			out++
		}
		if now.Percent == 0 && now.Cause == Quota && was.Percent != 0 {
			s.t.Fatalf("%s was taken out for its quota", r.ID)
		}
		if (now.Percent == 100) != (now.Reason == "") || (now.Percent == 100) != (now.Cause == None) {
			s.t.Fatalf("%s has %+v", r.ID, now)
		}
		oneStep := map[int][]int{100: {100, 50}, 50: {100, 50, 25}, 25: {50, 25, 0}, 0: {25, 0}}
		if was.Cause != State && was.Since != (time.Time{}) && !contains(oneStep[was.Percent], now.Percent) {
			s.t.Fatalf("%s went from %d to %d percent at once", r.ID, was.Percent, now.Percent)
		}
	}
	if allowed := mayBeOut(s.service, ready); out > allowed {
		s.t.Fatalf("%d of %d are out, %d may be", out, ready, allowed)
	}
}

func contains(all []int, one int) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}

// checkRecovery lets all be good for as long as three steps take.
func (s *script) checkRecovery() {
	s.t.Helper()
	calm := map[string]worker.Slice{}
	for i := range s.running {
		s.running[i].State = wire.Ready
		calm[s.running[i].ID] = latency(0.01)
	}
	s.slices(3*max(1, s.service.Overload.Good), calm)
	for id, w := range s.weights {
		if w.Percent != 100 {
			s.t.Fatalf("%s has %+v after nothing but good slices", id, w)
		}
	}
}

func BenchmarkStepOfAHundredWorkers(b *testing.B) {
	s := play(nil, 100, nil)
	all := map[string]worker.Slice{}
	for i := range s.running {
		all[s.running[i].ID] = latency(0.5)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.slices(1, all)
	}
}
