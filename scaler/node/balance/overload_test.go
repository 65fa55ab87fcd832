package balance

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/scaler/node/overload"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// slowable is a worker whose answers can be slowed down, and that knows how long they
// took.
type slowable struct {
	testWorker
	mu       sync.Mutex
	sleep    time.Duration
	requests float64
	busy     time.Duration
}

func startSlowable(t *testing.T, id string) *slowable {
	w := &slowable{sleep: 2 * time.Millisecond}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		start := time.Now()
		w.mu.Lock()
		sleep := w.sleep
		w.mu.Unlock()
		time.Sleep(sleep)
		fmt.Fprint(out, id)
		w.mu.Lock()
		w.requests++
		w.busy += time.Since(start)
		w.mu.Unlock()
	}))
	t.Cleanup(server.Close)
	w.testWorker = testWorker{Server: server, id: id, port: server.Listener.Addr().(*net.TCPAddr).Port}
	return w
}

func (w *slowable) slow(sleep time.Duration) {
	w.mu.Lock()
	w.sleep = sleep
	w.mu.Unlock()
}

func (w *slowable) slice(at time.Time) worker.Slice {
	w.mu.Lock()
	defer w.mu.Unlock()
	nan := math.NaN()
	s := worker.Slice{At: at, Length: time.Second, Requests: w.requests, Busy: w.busy.Seconds(), Latency: w.busy.Seconds() / w.requests,
		Pending: nan, Unread: nan, UnreadShare: nan, ThrottledShare: nan}
	w.requests, w.busy = 0, 0
	return s
}

// From a slow worker by way of its slices, its weight and the agent to what HAProxy
// does, and back.
func TestHAProxyStepsRoundAnOverloadedWorker(t *testing.T) {
	t.Parallel()
	agent := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	dir, server := t.TempDir(), startLists(t)
	front, socket := "127.0.0.1:"+itoa(freePort(t)), dir+"/s"
	startHAProxy(t, socket, haproxyOfSlots(dir, socket, front, "localhost", 3))

	service := &wire.Service{MayTakeOut: 1, Overload: wire.Overload{Latency: wire.Duration(100 * time.Millisecond), Slices: 1, Good: 1, MaxOut: 0.4}}
	var workers []*slowable
	var running []worker.Running
	var list []group
	for i := range 3 {
		w := startSlowable(t, fmt.Sprintf("shop-%d", i))
		workers = append(workers, w)
		running = append(running, worker.Running{Worker: wire.Worker{ID: w.id, Service: "shop", Port: w.port}, Spec: service, State: wire.Ready, PID: i + 1})
		list = append(list, entry(w.testWorker, 100, wire.Ready, agent.Address().String()))
	}
	watch := overload.New()
	var decided atomic.Int64 // when the first weight fell, nanoseconds
	step := func(now time.Time) {
		slices, answers := map[string]worker.Slice{}, map[string]Answer{}
		for _, w := range workers {
			slices[w.id] = w.slice(now)
		}
		weights := watch.Step(now, running, slices)
		for _, r := range running {
			if weights[r.ID].Percent < 100 {
				decided.CompareAndSwap(0, time.Now().UnixNano())
			}
			answers[r.ID] = Answer{Port: r.Port, State: r.State, Percent: weights[r.ID].Percent, Reason: weights[r.ID].Reason}
		}
		agent.Set(answers)
	}
	step(time.Now())
	done := make(chan struct{})
	var stepping sync.WaitGroup
	stepping.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				step(now)
			case <-done:
				return
			}
		}
	})
	t.Cleanup(func() { close(done); stepping.Wait() })
	server.say(http.StatusOK, listOf(list...))
	f, _ := startFollower(t, server.URL, dir, Proxy{Module: "shop", Kind: HAProxy, Socket: socket, Backend: "shop"})
	applied(t, f, 3)

	weight := func() int {
		h := newHAProxy(Proxy{Socket: socket, Backend: "shop", Template: "w"}, map[string]string{}, quiet())
		slots, err := h.read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range slots {
			if s.at.Port() == uint16(workers[1].port) && !s.draining() {
				return s.weight
			}
		}
		return 0
	}
	load := startTraffic(t, "http://"+front)
	load.untilShare(t, "shop-1", 0.3, 0.37)
	workers[1].slow(250 * time.Millisecond)
	slowed := time.Now()
	eventually(t, "HAProxy gives it less", func() bool { return weight() < 100 })
	t.Logf("HAProxy gives it less %s after the slice that showed it, %s after it became slow",
		time.Since(time.Unix(0, decided.Load())).Round(10*time.Millisecond), time.Since(slowed).Round(10*time.Millisecond))
	eventually(t, "HAProxy steps round it", func() bool { return weight() == 0 })
	t.Logf("HAProxy steps round it %s after it became slow", time.Since(slowed).Round(10*time.Millisecond))
	workers[1].slow(2 * time.Millisecond)
	load.untilShare(t, "shop-1", 0.3, 0.37)
}

// Both sides of one check, in one process: HAProxy asks so once a second for each worker.
func BenchmarkAgentCheck(b *testing.B) {
	agent, err := NewAgent(AgentConfig{Listen: "127.0.0.1:0"}, quiet())
	if err != nil {
		b.Fatal(err)
	}
	defer agent.Close()
	agent.Set(map[string]Answer{"shop-1": {State: wire.Ready, Percent: 100}})
	for b.Loop() {
		conn, err := net.Dial("tcp", agent.Address().String())
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprint(conn, "shop-1\n")
		var line [64]byte
		conn.Read(line[:])
		conn.Close()
	}
}
