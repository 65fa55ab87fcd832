package memory

import (
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) storage.Store { return New() }, storetest.Capabilities{
		Delete: true, OutOfOrder: true, Backfill: 400 * 24 * time.Hour, Future: 24 * time.Hour, Immediate: true,
	})
}
