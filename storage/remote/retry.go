package remote

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// retry repeats try while it fails for a while only, for at most so long. It
// waits as long as the remote store asked for, else longer each time.
func retry(ctx context.Context, atMost time.Duration, try func() error) error {
	start, pause := time.Now(), firstPause
	for n := 1; ; n++ {
		err := try()
		if err == nil || ctx.Err() != nil || !temporary(err) {
			return err
		}
		// Half of the pause is random, so that senders do not come back as one.
		wait := pause/2 + rand.N(pause/2)
		if e, ok := errors.AsType[*StatusError](err); ok {
			wait = max(wait, e.RetryAfter)
		}
		if time.Since(start)+wait > atMost {
			return fmt.Errorf("%w (given up after %d attempts)", err, n)
		}
		if !sleep(ctx, wait) {
			return fmt.Errorf("%w (%w after %d attempts)", err, ctx.Err(), n)
		}
		pause = min(2*pause, maxPause)
	}
}

// temporary: an answer says it itself; without one, the connection failed.
func temporary(err error) bool {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.temporary()
	}
	return true
}

// sleep waits and tells whether ctx still holds.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
