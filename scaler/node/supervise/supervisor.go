package supervise

import (
	"context"
	"log/slog"

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
type Supervisor struct{ o Options }

// New adopts the workers that run already. It stops and starts none: that is done by
// Run, after the first Apply.
func New(o Options) (*Supervisor, error) { return &Supervisor{o: o}, nil }

// Apply says what shall run from now on, all of it. It never blocks. What it gets must
// not be changed afterwards. A worker whose service is missing is refused if it does
// not run, and left alone if it does.
func (s *Supervisor) Apply(workers []wire.Worker, services map[string]*wire.Service) {}

// Workers lists all workers, by id: those that shall run, and those that still do or
// did a minute ago. Spec is never nil.
func (s *Supervisor) Workers() []worker.Running { return nil }

// Changed gets a value soon after Workers has changed, one for several changes.
func (s *Supervisor) Changed() <-chan struct{} { return nil }

// Restart drains and restarts a worker now. It tells whether there is such a worker.
func (s *Supervisor) Restart(id string) bool { return false }

// Run works until ctx is done. Then it returns and leaves the workers running.
func (s *Supervisor) Run(ctx context.Context) error { <-ctx.Done(); return nil }
