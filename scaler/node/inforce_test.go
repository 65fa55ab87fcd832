package node

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"headroom/scaler/node/guard"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// obedient is a supervisor that does at once what it is told.
type obedient struct {
	running []worker.Running
	applied int
}

func (o *obedient) Apply(workers []wire.Worker, services map[string]*wire.Service) {
	o.applied++
	o.running = nil
	for i, w := range workers {
		o.running = append(o.running, worker.Running{Worker: w, Spec: services[w.Service], State: wire.Ready, PID: 100 + i})
	}
}

func (o *obedient) Workers() []worker.Running { return o.running }

func ids(o *obedient) (all []string) {
	for _, r := range o.running {
		all = append(all, r.ID)
	}
	return all
}

func newInForce(l guard.Limits) (*inForce, *obedient, *time.Time) {
	o, now := &obedient{}, time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	return &inForce{
		supervisor: o, log: slog.New(slog.DiscardHandler), now: func() time.Time { return now },
		limits: l, counts: map[guard.Rule]int64{},
	}, o, &now
}

func state(version string, workers ...string) wire.Desired {
	d := wire.Desired{Node: "n1", Version: version, Services: map[string]*wire.Service{"m": {Module: "m", Command: []string{"/bin/app"}}}}
	for _, id := range workers {
		d.Workers = append(d.Workers, wire.Worker{ID: id, Service: "m"})
	}
	return d
}

var two = guard.Limits{Cores: 4, PerCore: 2, MaxWorkers: 2}

func TestWhatIsNotAllowedIsRefusedAndCountedOnce(t *testing.T) {
	f, o, now := newInForce(two)
	start := *now
	f.take(state("1", "a", "b", "c"))
	*now = start.Add(time.Minute)
	f.take(state("2", "a", "b", "c"))
	refused := f.refusals()
	if !slices.Equal(ids(o), []string{"a", "b"}) || len(refused) != 1 || f.version() != "2" {
		t.Fatalf("runs %v, refused %+v", ids(o), refused)
	}
	if r := refused[0]; r.ID != "c" || r.State != wire.Refused || !r.Since.Equal(start) || r.Reason == "" {
		t.Errorf("%+v", r)
	}
	if n := f.refusedSoFar(guard.MaxWorkers); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

func TestWhoWasRefusedRunsOnceThereIsRoom(t *testing.T) {
	f, o, _ := newInForce(two)
	o.running = []worker.Running{{Worker: wire.Worker{ID: "old", Service: "m"}, PID: 7}}
	f.take(state("1", "a", "b"))
	if len(f.refusals()) != 1 {
		t.Fatalf("%+v", f.refusals())
	}
	f.again() // old has ended: the supervisor does what it is told
	if !slices.Equal(ids(o), []string{"a", "b"}) || len(f.refusals()) != 0 {
		t.Errorf("runs %v, refused %+v", ids(o), f.refusals())
	}
	applied := o.applied
	if f.again(); o.applied != applied {
		t.Error("nobody waits, and yet it is applied again")
	}
}

func TestOtherLimitsHoldAtOnce(t *testing.T) {
	f, o, _ := newInForce(two)
	f.limit(two) // before anything is known
	if o.applied != 0 {
		t.Fatal("an empty state was applied")
	}
	f.take(state("1", "a", "b"))
	f.limit(guard.Limits{Cores: 4, PerCore: 2, MaxWorkers: 1})
	if !slices.Equal(ids(o), []string{"a"}) {
		t.Errorf("runs %v", ids(o))
	}
}

func TestWhatWasKeptNeverReplacesWhatTheServerSaid(t *testing.T) {
	f, o, _ := newInForce(two)
	f.take(state("2", "b"))
	if f.start(state("1", "a")) || !slices.Equal(ids(o), []string{"b"}) {
		t.Errorf("runs %v", ids(o))
	}
}

func TestNothingStartsOnceAllAreStopped(t *testing.T) {
	f, o, _ := newInForce(two)
	f.take(state("1", "a", "b", "c"))
	f.stopAll()
	f.take(state("2", "d"))
	f.again()
	f.limit(two)
	if len(o.running) > 0 {
		t.Errorf("runs %v", ids(o))
	}
}
