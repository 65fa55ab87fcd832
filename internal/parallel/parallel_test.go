package parallel

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestDo(t *testing.T) {
	bad := errors.New("bad")
	var calls atomic.Int64
	if err := Do(context.Background(), 0, 100, func(int) error { calls.Add(1); return nil }); err != nil || calls.Load() != 100 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
	var seen int
	err := Do(context.Background(), 1, 100, func(i int) error {
		seen++
		if i == 3 {
			return bad
		}
		return nil
	})
	if !errors.Is(err, bad) || seen > 6 {
		t.Errorf("%v after %d calls; want no more to be begun", err, seen)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Do(ended, 2, 100, func(int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want that it was not done", err)
	}
}
