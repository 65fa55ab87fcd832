package supervise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// Options are what a supervisor needs. All but Logger are required.
type Options struct {
	Node     string // its name, for {node}
	StateDir string // its own, made if it is missing
	LogDir   string // workers' output: SERVICE/WORKER.log
	Groups   *isolate.Groups
	Logger   *slog.Logger
}

// Supervisor runs the workers of a node. All its methods may be called at any time.
type Supervisor struct {
	o       Options
	lock    *os.File // of StateDir
	claim   *os.File // on the groups
	outputs outputs

	// Of the loop alone.
	units    map[string]*unit
	services map[string]*service
	applied  bool // something was: before, nothing is started or stopped
	store    store
	before   map[string]record // of workers that did not run when the daemon started

	events chan func(now time.Time)
	done   chan struct{} // closed when Run returns
	tasks  sync.WaitGroup

	wake    chan struct{}
	changed chan struct{}

	mu       sync.Mutex
	desired  *desired // not yet taken
	restarts []string // likewise
	view     []worker.Running
}

type desired struct {
	workers  []wire.Worker
	services map[string]*wire.Service
}

// New adopts the workers that run already. It stops and starts none: that is done by
// Run, after the first Apply.
func New(o Options) (*Supervisor, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Supervisor{
		o: o, outputs: outputs{dir: o.LogDir}, store: store{dir: o.StateDir},
		units: map[string]*unit{}, services: map[string]*service{}, before: map[string]record{},
		events: make(chan func(time.Time), 64), done: make(chan struct{}),
		wake: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	for _, dir := range []string{o.StateDir, o.LogDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("supervise: %w", err)
		}
	}
	var err error
	if s.lock, err = lock(o.StateDir); err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	if s.claim, err = o.Groups.Claim(); err != nil {
		return nil, errors.Join(fmt.Errorf("supervise: %w", err), s.lock.Close())
	}
	if err := s.adopt(time.Now()); err != nil {
		return nil, errors.Join(fmt.Errorf("supervise: adopt workers: %w", err), s.lock.Close(), s.claim.Close())
	}
	s.publish()
	return s, nil
}

// Apply says what shall run from now on, all of it. It never blocks. What it gets must
// not be changed afterwards. A worker whose service is missing is refused if it does
// not run, and left alone if it does.
func (s *Supervisor) Apply(workers []wire.Worker, services map[string]*wire.Service) {
	s.mu.Lock()
	s.desired = &desired{workers, services}
	s.mu.Unlock()
	nudge(s.wake)
}

// Workers lists all workers, by id: those that shall run, and those that still do or
// did a minute ago. Spec is never nil. Nobody may change the list.
func (s *Supervisor) Workers() []worker.Running {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

// Changed gets a value soon after Workers has changed, one for several changes.
func (s *Supervisor) Changed() <-chan struct{} { return s.changed }

// Restart drains and restarts a worker now, if it shall run and its service is declared.
// It tells whether there is such a worker.
func (s *Supervisor) Restart(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := slices.ContainsFunc(s.view, func(w worker.Running) bool { return w.ID == id })
	if known {
		s.restarts = append(s.restarts, id)
		nudge(s.wake)
	}
	return known
}

// Run works until ctx is done. Then it returns and leaves the workers running. It can
// be called once.
func (s *Supervisor) Run(ctx context.Context) error {
	for _, u := range s.sorted() {
		if u.proc != nil {
			s.follow(u)
		}
	}
	s.tasks.Go(func() { s.rotate(ctx) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.leave()
		case <-s.wake:
		case <-timer.C:
		case event := <-s.events:
			event(time.Now())
		}
		now := time.Now()
		due := s.turn(now)
		timer.Reset(max(time.Until(due), 0))
	}
}

// leave stops all that belongs to the daemon, and no worker.
func (s *Supervisor) leave() error {
	close(s.done)
	for _, u := range s.units {
		if u.proc != nil {
			u.proc.release()
		}
	}
	s.tasks.Wait()
	return errors.Join(s.store.flush(), s.lock.Close(), s.claim.Close())
}

// tell hands an event to the loop, unless that has ended.
func (s *Supervisor) tell(event func(now time.Time)) {
	select {
	case s.events <- event:
	case <-s.done:
	}
}

func (s *Supervisor) sorted() []*unit {
	all := make([]*unit, 0, len(s.units))
	for _, u := range s.units {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *unit) int { return cmp.Compare(a.id, b.id) })
	return all
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
