package embedded

import (
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/storetest"
)

func open(t testing.TB, opts Options) *Store {
	t.Helper()
	if opts.Path == "" {
		opts.Path = t.TempDir()
	}
	s, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// everything is what this store can do.
var everything = storetest.Capabilities{
	Delete: true, OutOfOrder: true, Backfill: 400 * 24 * time.Hour, Future: 400 * 24 * time.Hour,
	Immediate: true, Corrections: true,
}

func TestStore(t *testing.T) {
	s := open(t, Options{})
	storetest.Run(t, func(*testing.T) storage.Store { return s }, everything)
}
