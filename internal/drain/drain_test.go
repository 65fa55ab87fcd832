package drain_test

import (
	"context"
	"sync"
	"testing"

	"headroom/internal/drain"
)

func TestClose(t *testing.T) {
	for _, patient := range []bool{true, false} {
		var work sync.WaitGroup
		ctx, giveUp := context.WithCancel(t.Context())
		patience, lose := context.WithCancel(t.Context())
		ended := false // read once the work is over
		work.Go(func() {
			if !patient {
				lose()
				<-ctx.Done() // it goes on until it is given up
			}
			ended = true
		})
		drain.Close(patience, &work, giveUp)
		if !ended || ctx.Err() == nil {
			t.Errorf("patient %v: ended %v, given up %v", patient, ended, ctx.Err())
		}
		lose()
	}
}
