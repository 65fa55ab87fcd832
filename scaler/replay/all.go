package replay

import (
	"context"
	"runtime"
	"sync"
)

// Result is a series that was compared, or why it could not be.
type Result struct {
	Name string
	*Comparison
	Err error
}

// All compares the series of these sources, several at once, and returns the
// results in their order. Each source is asked once, when it is its turn. Once
// ctx is done those that are left have its error.
func All(ctx context.Context, sources []func() (Series, error), o Options) []Result {
	results := make([]Result, len(sources))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		workers.Go(func() {
			for i := range next {
				results[i] = one(ctx, sources[i], o)
			}
		})
	}
	for i := range sources {
		next <- i
	}
	close(next)
	workers.Wait()
	return results
}

func one(ctx context.Context, source func() (Series, error), o Options) Result {
	if err := ctx.Err(); err != nil {
		return Result{Err: err}
	}
	s, err := source()
	if err != nil {
		return Result{Name: s.Name, Err: err}
	}
	c, err := Compare(s, o)
	return Result{s.Name, c, err}
}
