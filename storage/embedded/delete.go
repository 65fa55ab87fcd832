package embedded

import (
	"context"
	"errors"
	"fmt"
	"math"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/embedded/wal"
)

// Delete implements storage.Store. Writers wait meanwhile.
func (s *Store) Delete(ctx context.Context, matchers []storage.Matcher) (int, error) {
	if len(matchers) == 0 {
		return 0, errors.New("delete series: at least one matcher is needed")
	}
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.users.Done()
	s.checkpointMu.Lock()
	defer s.checkpointMu.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	// The library deletes what it finds, so it must have all.
	s.drain()
	s.db.DebugFlush()
	if err := s.log.Append(wal.Deletion(matchers)); err != nil {
		return 0, err
	}
	n, err := s.deleteStored(matchers)
	if err != nil {
		return 0, err
	}
	s.head.Delete(matchers)
	return n, nil
}

// deleteStored deletes what the library holds.
func (s *Store) deleteStored(matchers []storage.Matcher) (int, error) {
	filters, err := tagFilters(matchers)
	if err != nil {
		return 0, err
	}
	n, err := s.db.DeleteSeries(nil, []*vm.TagFilters{filters}, math.MaxInt32)
	if err != nil {
		return 0, fmt.Errorf("delete series: %w", err)
	}
	s.db.DebugFlush()
	return n, nil
}
