// Package parallel does the parts of one piece of work on all processors.
package parallel

import (
	"context"
	"runtime"
	"sync"
)

// Do calls f for 0 … n−1, at most workers at once (0: one a processor), and returns the
// error of the lowest number that failed. After an error no more are begun.
func Do(ctx context.Context, workers, n int, f func(i int) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs, next := make([]error, n), make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				if errs[i] = f(i); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	stopped := feed(ctx, next, n)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return stopped
}

// feed sends 0 … n−1 to next and closes it, earlier if ctx is done.
func feed(ctx context.Context, next chan<- int, n int) error {
	defer close(next)
	for i := range n {
		select {
		case next <- i:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
