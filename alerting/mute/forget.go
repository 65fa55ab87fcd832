package mute

import (
	"context"
	"time"
)

// Forget removes the mutes that were over before a time, and tells how many.
func (s *Mutes) Forget(ctx context.Context, before time.Time) (int64, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	ids := s.overBefore(before)
	if err := s.opts.Store.Forget(ctx, ids...); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.made, id)
	}
	return int64(len(ids)), nil
}

func (s *Mutes) overBefore(t time.Time) (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, m := range s.made {
		if m.To.Before(t) || !m.Ended.IsZero() && m.Ended.Before(t) {
			ids = append(ids, id)
		}
	}
	return ids
}
