// Package drain ends work in the background.
package drain

import (
	"context"
	"sync"
)

// Close waits for work until ctx is done, then has giveUp end what is left of it and
// waits for that.
func Close(ctx context.Context, work *sync.WaitGroup, giveUp func()) {
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	giveUp()
	<-done
}
