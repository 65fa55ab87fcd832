package main

import (
	"context"

	"headroom/storage/fleet"
)

// marks are the marks of the state database, which the loop learns without.
type marks struct{ *server }

// Marks implements api.Marks.
func (m marks) Marks(ctx context.Context) ([]fleet.Mark, error) { return m.marks(ctx) }

// Add implements api.Marks.
func (m marks) Add(ctx context.Context, k fleet.Mark) (fleet.Mark, error) {
	k, err := m.state.Marks().Add(ctx, k)
	if err != nil {
		return k, err
	}
	return k, m.setModel(context.WithoutCancel(ctx)) // it is kept, whoever still listens
}

// End implements api.Marks.
func (m marks) End(ctx context.Context, id int64, who string) error {
	if err := m.state.Marks().End(ctx, id, who); err != nil {
		return err
	}
	return m.setModel(context.WithoutCancel(ctx))
}

// setModel has the loop compute with the configuration, the marks and the choices
// of models that are in force, and learn anew.
func (s *server) setModel(ctx context.Context) error {
	s.reloads.mu.Lock()
	defer s.reloads.mu.Unlock()
	return s.setModelLocked(ctx)
}

// setModelLocked likewise; s.reloads.mu must be held.
func (s *server) setModelLocked(ctx context.Context) (err error) {
	m := modelOf(s.cfg)
	if m.Marks, err = s.marks(ctx); err != nil {
		return err
	}
	if s.cfg.Capacity.Choose {
		m.Choices = s.chooser.Choices()
	}
	s.loop.SetModel(m)
	return nil
}

// marks returns all marks with their times in the configured zone.
func (s *server) marks(ctx context.Context) ([]fleet.Mark, error) {
	all, err := s.state.Marks().Marks(ctx)
	for i := range all {
		all[i].From, all[i].To = all[i].From.In(s.location), all[i].To.In(s.location)
	}
	return all, err
}
