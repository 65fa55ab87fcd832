package node

import (
	"maps"
	sysync "sync"
	"time"

	"headroom/scaler/node/balance"
	"headroom/scaler/node/overload"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// weights are how much work each worker shall get, as proxies are told.
type weights struct {
	agent *balance.Agent

	mu     sysync.Mutex // protects the fields below; held while the agent is set
	watch  *overload.Watch
	last   map[string]overload.Weight
	slices map[string]worker.Slice // the newest of each worker
}

func newWeights(agent *balance.Agent) *weights {
	return &weights{agent: agent, watch: overload.New()}
}

// step takes the slices of workers, or none if only their states have changed, and
// tells the proxies' agent. It tells whether a weight is another one.
func (w *weights) step(now time.Time, running []worker.Running, slices map[string]worker.Slice) (changed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := w.watch.Step(now, running, slices)
	changed = !maps.EqualFunc(next, w.last, func(a, b overload.Weight) bool { return a.Percent == b.Percent && a.Cause == b.Cause })
	w.last = next
	if slices != nil {
		w.slices = slices
	}
	answers := make(map[string]balance.Answer, len(running))
	for _, r := range running {
		answers[r.ID] = balance.Answer{Port: r.Port, State: r.State, Percent: next[r.ID].Percent, Reason: r.Reason}
	}
	w.agent.Set(answers)
	return changed
}

// of tells the weight of a worker.
func (w *weights) of(id string) (overload.Weight, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, ok := w.last[id]
	return v, ok
}

// percent is the share of the work that a worker shall get, as package measure asks.
func (w *weights) percent(id string) (int, bool) {
	v, ok := w.of(id)
	return v.Percent, ok
}

// newest are the slices that were taken last, by worker.
func (w *weights) newest() map[string]worker.Slice {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.slices
}

// why tells the server why a worker's weight is below 100, if overload is the cause.
func why(v overload.Weight) string {
	if v.Cause == overload.State {
		return ""
	}
	return v.Reason
}

// statusOf is what the server is told of a worker.
func statusOf(r worker.Running, v overload.Weight) wire.Status {
	return wire.Status{
		ID: r.ID, Service: r.Service, Port: r.Port, Proxy: r.Proxy,
		PID: r.PID, State: r.State, Since: r.Since, Restarts: r.Restarts, Reason: r.Reason, PortTaken: r.PortTaken,
		Weight: v.Percent, Overload: why(v),
	}
}
