package builtin

import (
	"context"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/pool"
)

// Pool is the pool of nodes and workers; *[pool.Pool] is one.
type Pool interface {
	Node(name string) (pool.Node, error)
	Service(module string) (pool.ServiceView, error)
	Input(now time.Time) allocate.Input

	Cordon(ctx context.Context, name, who, why string) error
	Drain(ctx context.Context, name, who, why string) error
	Uncordon(ctx context.Context, name, who, why string) error
	SetMode(ctx context.Context, module string, mode pool.Mode, who, why string) error
	Hold(ctx context.Context, module string, until time.Time, who, why string) error
	Release(ctx context.Context, module, who, why string) error
	SetManual(ctx context.Context, module string, workers int, who, why string) error
	Restart(ctx context.Context, worker string) error
}
